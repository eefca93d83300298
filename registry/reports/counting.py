"""How many last days in the handling of reports came and were missed: sums by office and month, no report."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.reports.deadlines import Handling, dues
from registry.reports.tables import Handled, Report
from registry.rulebook import Rulebook
from registry.rulebook.periods import DueCount, due_counts

ENDS_VERIFYING = ("report.merged", "report.filed", "report.referred", "report.closed")


def counts(
    session: Session,
    rulebook: Rulebook,
    regions: Mapping[str, str],
    calendar: Mapping[date, bool],
    on: date,
) -> tuple[DueCount, ...]:
    """Count the last days of the reports.

    Args:
        session: Of the reports; read only.
        rulebook: The law.
        regions: GB/T 2260 by code of office.
        calendar: Days that an office set against the installed calendar.
        on: Legal day of the count.
    """
    ended = (
        select(col(Handled.report_id), func.min(col(Handled.done_on)))
        .where(col(Handled.act).in_(ENDS_VERIFYING), col(Handled.report_id).is_not(None))
        .group_by(col(Handled.report_id))
    )
    decided: dict[str | None, date] = dict(map(tuple, session.execute(ended)))

    def handling(row: Any) -> Handling:
        return Handling(
            regions[row.office_code],
            row.received_on,
            extended_on=row.extended_on,
            decided_on=decided.get(row.id),
        )

    rows = session.execute(
        select(col(Report.id), col(Report.office_code), col(Report.received_on), col(Report.extended_on))
    ).all()
    known = [row for row in rows if row.office_code in regions]
    return due_counts(((row.office_code, dues(rulebook, handling(row), calendar)) for row in known), on)
