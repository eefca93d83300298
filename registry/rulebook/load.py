"""Read the rulebook from its TOML files, one per table, and refuse it whole if anything is wrong."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from registry.errors import Broken
from registry.rulebook.book import TABLES, Rulebook, read_row, row_faults
from registry.rulebook.check import Placed, faults
from registry.rulebook.model import Row

_PACKAGE = Path(__file__).parent


def load_rulebook(folder: Path | None = None) -> Rulebook:
    """Read every table, the national defaults and the rows of provinces, cities and counties.

    Args:
        folder: Holds one `<table>.toml` per table; None: the data of this package.

    Raises:
        Broken: Something is wrong; every problem is named as file: row: field: reason.
    """
    placed: list[Placed] = []
    wrong: list[str] = []
    for table in TABLES:
        path = (folder or _PACKAGE) / f"{table.table}.toml"
        for number, raw in enumerate(_raw_rows(path, table.table, wrong), start=1):
            place = f"{path.name}: row {number} ({raw.get('code', 'without code')})"
            try:
                placed.append(Placed(place, read_row(table, raw)))
            except ValidationError as invalid:
                wrong += [f"{place}: {field or 'row'}: {reason}" for field, reason in row_faults(invalid)]
    wrong += [f"{fault.place}: {fault.field}: {fault.reason}" for fault in faults(placed)]
    if wrong:
        raise Broken("the rulebook is not usable", problems=wrong)
    return Rulebook(_rows(placed))


def _rows(placed: list[Placed]) -> Iterator[Row]:
    return (entry.row for entry in placed)


def _raw_rows(path: Path, table: str, wrong: list[str]) -> list[dict[str, Any]]:
    """Return the rows of a file as they stand; what is no table of rows is told in `wrong`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        wrong.append(f"{path.name}: the file is missing")
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as invalid:
        wrong.append(f"{path.name}: is not TOML: {invalid}")
        return []
    wrong += [f"{path.name}: {key}: only [[{table}]] may stand here" for key in content if key != table]
    rows = content.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        wrong.append(f"{path.name}: {table}: must be an array of tables")
        return []
    return rows
