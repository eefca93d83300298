"""The inbox of an office: states and legal days only, which anybody on the desk of reports may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, func, select

from registry.reports.deadlines import dues
from registry.reports.opening import may_open
from registry.reports.progress import handling_of
from registry.reports.tables import HolderKey, Message, Report
from registry.reports.vault import Vault
from registry.rulebook import Rulebook


@dataclass(frozen=True)
class Line:
    """A report as the inbox shows it.

    Attributes:
        merged: How many reports of the same matter it counts for, itself not among them.
        mine: Whether the key of who looks opens it.
        wrote_last: `reporter` or `office`; empty where nobody wrote yet.
        due_on: Last day of the time for verifying; None: decided, or the law names none.
    """

    id: str
    state: str
    received_on: date
    merged: int
    mine: bool
    wrote_last: str
    due_on: date | None


def inbox(
    vault: Vault,
    office_code: str,
    holder: HolderKey | None,
    due: Mapping[str, date | None],
    *,
    closed: bool = False,
) -> list[Line]:
    """Return the reports of an office that count and are open, or are closed, what is due first on top.

    Args:
        vault: Read only is enough.
        office_code: Of the office.
        holder: Key of who looks, if there is one.
        due: Last days by report, see `due_days`.
        closed: Those that are closed instead.
    """
    reports = closed_reports(vault, office_code) if closed else open_reports(vault, office_code)
    return _lines(vault, reports, holder, due)


def written_since(vault: Vault, office_code: str, holder: HolderKey | None) -> list[Line]:
    """Return the closed reports of an office whose reporters wrote last, and wait for an answer.

    Args:
        vault: Read only is enough.
        office_code: Of the office.
        holder: Key of who looks, if there is one.
    """
    last = select(func.max(col(Message.number))).where(col(Message.report_id) == col(Report.id))
    query = (
        select(Report)
        .join(Message, col(Message.report_id) == col(Report.id))
        .where(col(Report.office_code) == office_code, col(Report.closed_on).is_not(None))
        .where(col(Message.written_by) == "reporter")
        .where(col(Message.number) == last.correlate(Report).scalar_subquery())
    )
    return _lines(vault, vault.session.exec(query).all(), holder, {})


def _lines(
    vault: Vault, reports: Sequence[Report], holder: HolderKey | None, due: Mapping[str, date | None]
) -> list[Line]:
    merged = [one.merged_into for one in reports if one.merged_into is not None]
    lines = [
        Line(
            one.id,
            one.state,
            one.received_on,
            merged.count(one.id),
            holder is not None and may_open(vault, one, "content", holder),
            wrote_last(vault, one.id),
            due.get(one.id),
        )
        for one in reports
        if one.merged_into is None
    ]
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.received_on, line.id))


def open_reports(vault: Vault, office_code: str) -> Sequence[Report]:
    """Return the reports of an office that are not closed, merged ones among them."""
    query = select(Report).where(col(Report.office_code) == office_code, col(Report.closed_on).is_(None))
    return vault.session.exec(query.order_by(col(Report.id))).all()


def closed_reports(vault: Vault, office_code: str) -> Sequence[Report]:
    """Return the reports of an office that are closed and still kept, merged ones among them."""
    query = select(Report).where(col(Report.office_code) == office_code, col(Report.closed_on).is_not(None))
    return vault.session.exec(query.order_by(col(Report.id))).all()


def due_days(
    vault: Vault, office_code: str, region: str, rulebook: Rulebook, calendar: Mapping[date, bool]
) -> dict[str, date | None]:
    """Return by when each open report is to be verified.

    Args:
        vault: Read only is enough.
        office_code: Of the office.
        region: Of the office, GB/T 2260.
        rulebook: The law.
        calendar: Days that an office set against the installed calendar.
    """
    found: dict[str, date | None] = {}
    for report in open_reports(vault, office_code):
        handling = handling_of(vault, report, region)
        owed = [one.due_on for one in dues(rulebook, handling, calendar) if one.met_on is None]
        found[report.id] = min((day for day in owed if day is not None), default=None)
    return found


def wrote_last(vault: Vault, report_id: str) -> str:
    """Return which side wrote the last message of a report; empty where there is none."""
    query = select(col(Message.written_by)).where(col(Message.report_id) == report_id)
    return vault.session.exec(query.order_by(col(Message.number).desc())).first() or ""
