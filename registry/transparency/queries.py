"""Counting what is recorded: by the office that did it and the legal day on which it was done.

A listing, and the end of an entry, belong to the office that put it on the list, whoever ended it;
an entry that is put back after a false repair is no second listing. A repair or an objection belongs
to the office that took the step, its deadline to the one that took it in; the deadline for taking an
entry off once nothing carries it, to the office that listed. Boards repeat decided penalties by
themselves and are not counted.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, union_all
from sqlmodel import Session, col

from registry.calendar import add_months
from registry.complaints.tables import ComplaintDue
from registry.errors import Malformed
from registry.lists.procedures import PROCEDURES
from registry.lists.queries import entries_fallen
from registry.lists.rules import ENDINGS
from registry.lists.tables import ListEntry, ProposalDue, ProposalStep
from registry.offices.tables import Office, OfficeName
from registry.publication.last_days import fallen_on, withdraw_by
from registry.publication.tables import Withdrawal
from registry.repair.tables import CaseStep, Objection, Repair
from registry.rulebook import Rulebook
from registry.rulebook.periods import DueCount
from registry.transparency.answers import OfficeMonth, TransparencyReport
from registry.transparency.tables import ReportDueCount

OfficeDay = tuple[str, date]
"""Code of an office, and the last day of something that it owes."""

MOST = 120  # months that one answer covers
LISTING_STEPS = {
    step.name: step.after
    for procedure in PROCEDURES.values()
    for step in procedure
    if step.closes and step.name != "drop"
}
CASE_STEPS = {  # step of a repair or objection, and the states that it led to
    "repairs_applied": ("apply", "received", "incomplete", "complete"),
    "repairs_granted": ("decide", "granted"),
    "repairs_refused": ("decide", "refused"),
    "repairs_declined": ("decline", "declined"),
    "repairs_revoked": ("revoke", "revoked"),
    "objections_filed": ("file", "received", "open"),
    "objections_upheld": ("decide", "upheld", "settled"),
    "objections_dismissed": ("decide", "dismissed"),
    "objections_declined": ("decline", "declined"),
}


def report(
    session: Session,
    fallen: Iterable[OfficeDay],
    on: date,
    *,
    from_on: date | None = None,
    to_on: date | None = None,
    region: str = "",
) -> TransparencyReport:
    """Return what the offices of a region did between two days, by office and month.

    Args:
        session: Read only.
        fallen: As `not_withdrawn` tells.
        on: Legal day of the reader.
        from_on: First day; None: the first of the month eleven months before the last day.
        to_on: Last day, inclusive; None: the reader's.
        region: Prefix of GB/T 2260; empty for all.

    Raises:
        Malformed: The days are in the wrong order, or too far apart for one answer.
    """
    last = to_on or on
    first = from_on or add_months(last.replace(day=1), -min(11, _months(last) - 1))
    if first > last:
        raise Malformed("transparency.period", field="from", first=first.isoformat(), last=last.isoformat())
    if _months(last) - _months(first) >= MOST:
        raise Malformed("transparency.too_long", field="from", months=MOST)
    counted = _counted(session, on, first, last)
    for key, more in _sums(session, fallen, on, first, last):
        counted.setdefault(key, Counter()).update(more)
    names = _names(session, region)
    items = tuple(
        OfficeMonth(month=month, office_code=office, office_name=_name_in(names[office], month), **figures)
        for (month, office), figures in sorted(counted.items())
        if office in names
    )
    return TransparencyReport(from_on=first, to_on=last, as_of_on=on, items=items)


def _months(day: date) -> int:
    """Return the number of a month, counted from the first of the calendar, which is 1."""
    return (day.year - 1) * 12 + day.month


def _counted(session: Session, on: date, first: date, last: date) -> dict[tuple[str, str], Counter[str]]:
    counted: dict[tuple[str, str], Counter[str]] = {}
    for figure, events in _events(on).items():
        event = events.subquery()
        query = (
            select(event.c.office, event.c.day, func.count())
            .where(event.c.day >= first, event.c.day <= last)
            .group_by(event.c.office, event.c.day)
        )
        for office, day, number in session.execute(query):
            counted.setdefault((f"{day:%Y-%m}", office), Counter())[figure] += number
    return counted


def _events(on: date) -> Mapping[str, Select[Any, Any]]:
    """Return for each figure what it counts: the office and the legal day of every event."""
    step: Select[Any, Any] = select(
        col(ProposalStep.office_code).label("office"), col(ProposalStep.taken_on).label("day")
    )
    case: Select[Any, Any] = select(
        col(CaseStep.office_code).label("office"), col(CaseStep.taken_on).label("day")
    )
    return {
        "cases_opened": step.where(col(ProposalStep.seq) == 1),
        "cases_dropped": step.where(col(ProposalStep.step) == "drop"),
        "listed_red": _entries(ListEntry.listed_on).where(_listed("red")),
        "listed_black": _entries(ListEntry.listed_on).where(_listed("black")),
        **{
            f"withdrawn_{ending}": _entries(ListEntry.withdrawn_on).where(
                col(ListEntry.withdrawn_ground) == ending
            )
            for ending in dict.fromkeys((*ENDINGS["black"], *ENDINGS["red"]))
        },
        **{
            figure: case.where(col(CaseStep.step) == name, col(CaseStep.state).in_(states))
            for figure, (name, *states) in CASE_STEPS.items()
        },
        **_deadlines(on),
        **_of_complaints(on),
    }


def _entries(day: Any) -> Select[Any, Any]:
    """Return the entries that stand or have ended, with the office that listed them and a day of theirs."""
    entries: Select[Any, Any] = (
        select(col(ProposalStep.office_code).label("office"), col(day).label("day"))
        .join(ListEntry, col(ListEntry.proposal_id) == col(ProposalStep.proposal_id))
        .where(col(ProposalStep.step).in_(LISTING_STEPS), col(ListEntry.superseded_at).is_(None))
    )
    return entries


def not_withdrawn(session: Session, rulebook: Rulebook) -> tuple[OfficeDay, ...]:
    """Return office and last day of entries that stand though nothing carries them any more.

    It reads through every entry of a case that stands.

    Args:
        session: Read only.
        rulebook: Says by which day such an entry must be gone.
    """
    found = []
    for entry, _ in entries_fallen(session, of_cases=True):
        due_on = withdraw_by(session, rulebook, entry, fallen_on(session, entry))
        office = session.execute(
            _entries(ListEntry.listed_on).where(col(ListEntry.entry_id) == entry.entry_id)
        ).first()
        if due_on is not None and office is not None:
            found.append((office.office, due_on))
    return tuple(found)


def _sums(
    session: Session, fallen: Iterable[OfficeDay], on: date, first: date, last: date
) -> Iterator[tuple[tuple[str, str], dict[str, int]]]:
    """Yield by month and office the last days that stand in no row: of entries and reports."""
    for office, due_on in fallen:
        if first <= due_on <= min(last, on):
            late = {"deadlines_due": 1, "deadlines_missed": int(due_on < on)}
            yield (f"{due_on:%Y-%m}", office), late
    for one in _of_reports(session, first, last):
        yield (one.month, one.office_code), {"reports_due": one.due, "reports_missed": one.missed}


def _of_reports(session: Session, first: date, last: date) -> Iterator[DueCount]:
    """Yield what was last counted of the reports, in the months that lie wholly between two days."""
    for row in session.execute(select(ReportDueCount).order_by(col(ReportDueCount.month))).scalars():
        begins = date.fromisoformat(f"{row.month}-01")
        if first <= begins and f"{begins:%Y-%m}" <= f"{last:%Y-%m}":
            yield DueCount(row.office_code, row.month, row.due, row.missed)


def _listed(colour: str) -> Any:
    return and_(col(ListEntry.colour) == colour, col(ListEntry.restores).is_(None))


def _deadlines(on: date) -> Mapping[str, Select[Any, Any]]:
    """Return the offices' own deadlines whose last day has come, and those that were missed."""
    proposals: Select[Any, Any, Any] = select(
        col(ProposalDue.office_code).label("office"),
        col(ProposalDue.due_on).label("day"),
        col(ProposalDue.met_on).label("met"),
    )
    periods = [
        period
        for table in (Repair, Objection)
        for period in (
            (table, table.decide_by_on, func.coalesce(col(table.decided_on), col(table.closed_on))),
            (table, table.accept_by_on, func.coalesce(col(table.accepted_on), col(table.closed_on))),
        )
    ]
    cases = [
        select(
            col(CaseStep.office_code),
            col(due_on),
            met,
        ).join(CaseStep, and_(col(CaseStep.case_id) == col(table.id), col(CaseStep.seq) == 1))
        for table, due_on, met in periods
    ]
    asked: Select[Any, Any, Any] = select(
        col(Withdrawal.office_code), col(Withdrawal.decide_by_on), col(Withdrawal.closed_on)
    )
    gone = (
        _entries(ListEntry.withdraw_by_on)
        .add_columns(col(ListEntry.withdrawn_on))
        .where(col(ListEntry.withdraw_by_on).is_not(None))
    )
    all_of_them = union_all(proposals, *cases, asked, gone).subquery()
    due = select(all_of_them.c.office, all_of_them.c.day).where(all_of_them.c.day <= on)
    still_open = and_(all_of_them.c.met.is_(None), all_of_them.c.day < on)
    missed = due.where(or_(still_open, all_of_them.c.met > all_of_them.c.day))
    return {"deadlines_due": due, "deadlines_missed": missed}


def _of_complaints(on: date) -> Mapping[str, Select[Any, Any]]:
    """Return the last days in complaints that have come, and those that were missed."""
    day, met = col(ComplaintDue.due_on), col(ComplaintDue.met_on)
    due: Select[Any, Any] = select(col(ComplaintDue.office_code).label("office"), day.label("day"))
    due = due.where(day <= on)
    return {
        "complaints_due": due,
        "complaints_missed": due.where(or_(and_(met.is_(None), day < on), met > day)),
    }


def _names(session: Session, region: str) -> Mapping[str, list[tuple[date, str]]]:
    """Return the names of the offices of a region in time, the latest first."""
    query = (
        select(col(OfficeName.office_code), col(OfficeName.held_from_on), col(OfficeName.name))
        .join(Office, col(Office.code) == col(OfficeName.office_code))
        .where(col(Office.region).startswith(region, autoescape=True))
        .order_by(col(OfficeName.held_from_on).desc())
    )
    names: dict[str, list[tuple[date, str]]] = {}
    for office, since, name in session.execute(query):
        names.setdefault(office, []).append((since, name))
    return names


def _name_in(names: list[tuple[date, str]], month: str) -> str:
    """Return the name that an office bore at the end of a month, or its first one."""
    year, number = int(month[:4]), int(month[5:])
    end = date(year, number, monthrange(year, number)[1])
    return next((name for since, name in names if since <= end), names[-1][1])
