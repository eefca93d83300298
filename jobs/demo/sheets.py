"""Import files of the demonstration."""

import csv
from collections.abc import Iterable
from pathlib import Path


def write_csv(path: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write rows with the headings of the first; there is at least one."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
