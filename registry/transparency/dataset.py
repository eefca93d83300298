"""The report as a table that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable

from registry.publication.formats import neutral
from registry.transparency.answers import Figures, OfficeMonth

COLUMNS = ("month", "office_code", "office_name", *Figures.model_fields)


def as_csv(items: Iterable[OfficeMonth]) -> str:
    """Return rows in RFC 4180 with a byte order mark and a heading; no cell is a formula."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows([neutral(str(getattr(item, name))) for name in COLUMNS] for item in items)
    return "\ufeff" + written.getvalue()
