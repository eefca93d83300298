"""Nouns about complaints: what is owed, what is missed, what was found, never who complained."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlmodel import Session, and_, col, func, or_, select

from registry.audit.work import Work
from registry.calendar import add_months
from registry.complaints.clusters import Clue, clusters
from registry.complaints.rules import Handling, dues
from registry.complaints.tables import (
    Complaint,
    ComplaintContent,
    ComplaintEscalation,
    ComplaintStep,
    ComplaintTesting,
)
from registry.overrides.queries import calendar_overrides
from registry.rulebook import Term, Threshold
from registry.rulebook.periods import Due, Pause

AT_ONCE = 500
STATED = ("complainant", "phone", "address", "request", "facts")
KEPT = "complaint.content"
CLOSE_BY = "clusters.days_apart"

WithDues = tuple[Complaint, tuple[Due, ...]]
Place = tuple[date, str]
"""Where a complaint stands in a list: the day on which something is due, and its identifier."""


def complaint(session: Session, complaint_id: str) -> Complaint | None:
    """Return a complaint, or None where there is none."""
    return session.get(Complaint, complaint_id)


def content(session: Session, complaint_id: str) -> ComplaintContent | None:
    """Return who complains and what they wrote; for the office that handles it alone."""
    return session.get(ComplaintContent, complaint_id)


def lacking(session: Session, row: Complaint) -> tuple[str, ...]:
    """Return what a complaint must state and this one does not."""
    written = content(session, row.id)
    return tuple(name for name in STATED if not getattr(written, name, None))


def steps(session: Session, complaint_id: str) -> Sequence[ComplaintStep]:
    """Return the steps of a complaint in order."""
    query = select(ComplaintStep).where(ComplaintStep.complaint_id == complaint_id)
    return session.exec(query.order_by(col(ComplaintStep.seq))).all()


def testings(session: Session, complaint_ids: Iterable[str]) -> dict[str, tuple[Pause, ...]]:
    """Return the time that testing took, by complaint, in order."""
    query = select(ComplaintTesting).where(col(ComplaintTesting.complaint_id).in_(list(complaint_ids)))
    found: dict[str, tuple[Pause, ...]] = {}
    for row in session.exec(query.order_by(col(ComplaintTesting.from_on))):
        found[row.complaint_id] = (*found.get(row.complaint_id, ()), Pause(row.from_on, row.until_on))
    return found


def handling(row: Complaint, testing: tuple[Pause, ...] = ()) -> Handling:
    """Return a complaint as its legal days."""
    return Handling(
        region=row.region,
        received_on=row.received_on,
        decided_on=row.decided_on,
        accepted=None if row.decided_on is None else row.ground is None,
        decision_told_on=row.decision_told_on,
        ended_on=row.ended_on,
        end_told_on=row.end_told_on,
        fell_away_on=row.withdrawn_on or row.transferred_on,
        transferred=row.transferred_on is not None,
        disputed_on=row.disputed_on,
        agreed_on=row.agreed_on,
        testing=testing,
    )


def with_dues(work: Work, rows: Sequence[Complaint]) -> list[WithDues]:
    """Return complaints with what is owed in each."""
    calendar = calendar_overrides(work.session)
    tested = testings(work.session, [row.id for row in rows])
    return [(row, dues(work.rulebook, handling(row, tested.get(row.id, ())), calendar)) for row in rows]


def dues_of(work: Work, row: Complaint) -> tuple[Due, ...]:
    """Return what is owed in a complaint."""
    return with_dues(work, [row])[0][1]


def complaints(
    session: Session,
    within: Sequence[str],
    *,
    open_only: bool = True,
    after: Place | None = None,
    limit: int,
) -> Sequence[Complaint]:
    """Return complaints of regions, what is due first on top and what has no last day at the end.

    Args:
        session: Read only is enough.
        within: Prefixes of the regions.
        open_only: Leave out those that are closed.
        after: Where the page before ended.
        limit: How many at most.
    """
    if not within:
        return ()
    due, own = func.coalesce(col(Complaint.next_due_on), date.max), col(Complaint.id)
    places = [col(Complaint.region).startswith(one, autoescape=True) for one in within]
    query = select(Complaint).where(or_(*places))
    if after is not None:
        query = query.where(or_(due > after[0], and_(due == after[0], own > after[1])))
    if open_only:
        query = query.where(col(Complaint.closed_on).is_(None))
    return session.exec(query.order_by(due, own).limit(limit)).all()


def place_of(row: Complaint) -> Place:
    """Return where a complaint stands in a list."""
    return row.next_due_on or date.max, row.id


def open_with_dues(work: Work) -> Iterator[WithDues]:
    """Yield every open complaint with what is owed in it."""
    query = select(Complaint).where(col(Complaint.closed_on).is_(None)).order_by(col(Complaint.id))
    after = ""
    while found := work.session.exec(query.where(col(Complaint.id) > after).limit(AT_ONCE)).all():
        yield from with_dues(work, found)
        after = found[-1].id


def next_day(found: WithDues) -> date | None:
    """Return the last day of what is owed first and not met; None where nothing has one."""
    upcoming = next_due(found)
    return None if upcoming is None else upcoming.due_on


def waiting(work: Work, office_code: str) -> list[WithDues]:
    """Return the open complaints at an office with what is owed in each, what is due first on top."""
    query = select(Complaint).where(Complaint.office_code == office_code)
    rows = work.session.exec(query.where(col(Complaint.closed_on).is_(None))).all()
    found = with_dues(work, rows)

    def first(one: WithDues) -> tuple[date, str]:
        upcoming = next_due(one)
        return (upcoming.due_on if upcoming and upcoming.due_on else date.max, one[0].id)

    return sorted(found, key=first)


def overdue(found: WithDues, on: date) -> bool:
    """Say whether something in a complaint is owed since before a day."""
    return any(one.met_on is None and one.standing(on) == "missed" for one in found[1])


def next_due(found: WithDues) -> Due | None:
    """Return what is owed first and not met; what has no last day comes last."""
    waiting = [one for one in found[1] if one.met_on is None]
    return min(waiting, key=lambda one: one.due_on or date.max, default=None)


def escalated(session: Session, office_code: str) -> Sequence[tuple[ComplaintEscalation, Complaint]]:
    """Return the missed deadlines that an office above was told of, in complaints still open."""
    query = (
        select(ComplaintEscalation, Complaint)
        .join(Complaint, col(Complaint.id) == col(ComplaintEscalation.complaint_id))
        .where(col(ComplaintEscalation.superior_code) == office_code)
        .where(col(Complaint.closed_on).is_(None))
        .order_by(col(ComplaintEscalation.due_on), col(ComplaintEscalation.complaint_id))
    )
    return session.exec(query).all()


def kept_too_long(work: Work) -> Iterator[str]:
    """Yield the complaints whose content is kept beyond its term.

    Source: rulebook `terms`, `complaint.content`; where it is unknown nothing is blanked.
    """
    query = (
        select(Complaint)
        .join(ComplaintContent, col(ComplaintContent.complaint_id) == col(Complaint.id))
        .where(col(Complaint.closed_on).is_not(None), col(ComplaintContent.blanked_on).is_(None))
        .order_by(col(Complaint.id))
    )
    for row in work.session.exec(query):
        term = work.rulebook.in_force(Term, row.region, work.today).get(KEPT)
        months = None if term is None else term.months
        if (
            row.closed_on is not None
            and months is not None
            and work.today > add_months(row.closed_on, months)
        ):
            yield row.id


def clue(row: Complaint) -> Clue:
    """Return a complaint as what it is about: a business, an instrument, a place and a day; nobody."""
    return Clue(
        id=row.id,
        business=row.business_id or row.respondent,
        instrument=row.instrument_id,
        place=row.place,
        matter=row.matter,
        on=row.happened_on or row.received_on,
    )


def alike(work: Work, row: Complaint) -> tuple[str, ...]:
    """Return the other complaints at the office that may be about the very same thing."""
    query = select(Complaint).where(Complaint.office_code == row.office_code, Complaint.matter == row.matter)
    query = query.where(col(Complaint.transferred_on).is_(None))
    apart = work.rulebook.find(Threshold, CLOSE_BY, row.region, work.today).amount
    groups = clusters([clue(one) for one in work.session.exec(query)], apart or 0)
    return next(
        (tuple(one for one in group if one != row.id) for group in groups if row.id in group),
        (),
    )
