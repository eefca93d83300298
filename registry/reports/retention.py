"""How long a report is kept after it was closed, and how nothing of it stays."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Table, delete
from sqlmodel import col, select

from registry.calendar import add_months
from registry.reports.tables import Report, metadata
from registry.reports.vault import Vault
from registry.rulebook import Rulebook, Term

TERM = "reports.retained"
AT_ONCE = 200
REPORTS = metadata.tables["report"]


def kept_since(rulebook: Rulebook, region: str, today: date) -> date | None:
    """Return the day up to which a closed report of a region is gone; None: no term is known, all are kept.

    Args:
        rulebook: The law.
        region: GB/T 2260 of the office.
        today: Legal day.
    """
    term = rulebook.in_force(Term, region, today).get(TERM)
    return None if term is None or term.months is None else add_months(today, -term.months)


def purge(vault: Vault, closed_until: Mapping[str, date]) -> Counter[str]:
    """Delete closed reports whose time is over, with every key, body and message; return how many by office.

    What is freed is overwritten at once on SQLite, and leaves the log with the next checkpoint.

    Args:
        vault: Open for writing.
        closed_until: By code of office, the last day on which a report was closed that is deleted now.
    """
    purged: Counter[str] = Counter()
    for office, until_on in closed_until.items():
        query = select(Report.id).where(col(Report.office_code) == office, col(Report.closed_on) <= until_on)
        gone = list(vault.session.exec(query))
        for start in range(0, len(gone), AT_ONCE):
            _delete(vault, gone[start : start + AT_ONCE])
        if gone:
            purged[office] = len(gone)
    return purged


def belongings(report_ids: Sequence[str]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield the tables that hold something of reports and which rows, the reports themselves last."""
    for table in reversed(metadata.sorted_tables):
        if table is REPORTS:
            continue
        of_them = _of(table, report_ids)
        if of_them is not None:
            yield table, of_them
    yield REPORTS, REPORTS.c.id.in_(report_ids)


def _of(table: Table, report_ids: Sequence[str]) -> ColumnElement[bool] | None:
    """Return which rows name one of the reports, or a row that does; None where the table knows of none."""
    for column in table.columns:
        for key in column.foreign_keys:
            if key.column.table is REPORTS:
                return column.in_(report_ids)
            through = _of(key.column.table, report_ids)
            if through is not None:
                return column.in_(select(key.column).where(through))
    return None


def _delete(vault: Vault, report_ids: Sequence[str]) -> None:
    for table, of_them in belongings(report_ids):
        vault.session.connection().execute(delete(table).where(of_them))
