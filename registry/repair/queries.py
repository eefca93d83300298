"""Nouns about repairs and objections: what they are about, what is due, what speaks against them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlmodel import Session, col

from registry.lists import queries as lists
from registry.lists.rules import SHOWN_STATES
from registry.lists.tables import EntryGround, ListEntry, Proposal, ProposalStep
from registry.publication.answers import PublicEntry
from registry.repair.rules import EarlyEnd, Subject, early_end, repairable_from
from registry.repair.tables import CasePaper, CaseStep, Objection, Repair
from registry.rulebook import PenaltyField, Rulebook
from registry.violations import queries as violations
from registry.violations.before import said_by_decision
from registry.violations.effects import penalty_facts
from registry.violations.tables import PenaltyDecision, Violation

ADVERSE = ("black", "pointer")
Found = ListEntry | tuple[Violation, PenaltyDecision]


def entry_repairable_from(rulebook: Rulebook, entry: ListEntry | PublicEntry, on: date) -> date | None:
    """Return the first day on which an entry may be repaired; None: not at all, or unknown.

    That of a pointer is the day from which the authority that listed may be asked to remove.
    """
    return repairable_from(rulebook, subject_of_entry(entry), on) if entry.colour in ADVERSE else None


def early_ends(
    session: Session, rulebook: Rulebook, business_id: str, entries: Iterable[PublicEntry], on: date
) -> dict[str, EarlyEnd]:
    """Return by identifier from when adverse entries and all penalty records of a business may be repaired.

    Each as `rules.early_end` says it.
    """
    listed = {
        one.entry_id: early_end(rulebook, subject_of_entry(one), on)
        for one in entries
        if one.colour in ADVERSE
    }
    return listed | {
        violation.violation_id: early_end(rulebook, subject_of_record(violation, decision), on)
        for violation, decision in violations.violations_of(session, business_id)
    }


def subject_of_entry(entry: ListEntry | PublicEntry) -> Subject:
    """Return an entry as the conditions of repair see it."""
    days: dict[str, date | None] = {"listing": entry.listed_on, "publication": entry.publish_from}
    return Subject(entry.region, entry.listed_on, days, regime=entry.regime)


def subject_of_record(
    violation: Violation, decision: PenaltyDecision, field: PenaltyField = "metrology"
) -> Subject:
    """Return a penalty record as the conditions of repair see it; a restarted period counts anew."""
    said = said_by_decision(violation.business_id, decision)
    decided_on = decision.decided_on if decision.decided_precision == "day" else None
    days = {
        "decision": violation.restarted_on or decided_on,
        "publication": violation.restarted_on or decision.published_on,
    }
    return Subject(
        decision.region,
        decided_on,
        days,
        penalty=penalty_facts(said),
        severity_stated=said.severity_stated,
        field=field,
    )


def as_subject(found: Found, field: str) -> Subject:
    """Return an entry or a penalty record as the conditions of repair see it."""
    if isinstance(found, ListEntry):
        return subject_of_entry(found)
    return subject_of_record(*found, cast(PenaltyField, field))


def speaking_against(session: Session, business_id: str, since: date | None, found: Found) -> frozenset[str]:
    """Return the needs that the registry itself knows to be unmet.

    Args:
        session: Read only.
        business_id: Of the applicant.
        since: Day of the decision or listing; penalties decided after it are new.
        found: The entry or penalty record that is to be repaired.
    """
    new = [
        violation
        for violation, decision in violations.violations_of(session, business_id)
        if decision.standing != "annulled"
        and None not in (since, decision.decided_on)
        and decision.decided_on > since  # type: ignore[operator]  # neither is None
    ]
    against: set[str] = set()
    if any(violation.severity == "serious" for violation in new):
        against.add("no_heavier_penalty")
    if not isinstance(found, ListEntry):
        same = set(found[0].type_codes)
        if any(same & set(violation.type_codes) for violation in new):
            against.add("no_same_penalty")
        if standing_adverse(session, business_id):
            against.add("not_listed")
    return frozenset(against)


def standing_adverse(session: Session, business_id: str) -> Sequence[str]:
    """Return the entries of a business that have not ended: on black lists, or pointing to one."""
    query = select(col(ListEntry.entry_id)).where(
        col(ListEntry.business_id) == business_id, col(ListEntry.colour).in_(ADVERSE), _stands()
    )
    return session.execute(query).scalars().all()


def freed_entries(
    session: Session, business_ids: Sequence[str] | None = None, limit: int = 1000
) -> Sequence[ListEntry]:
    """Return the black entries, not yet ended, of which every record in force was repaired.

    Args:
        session: Read only.
        business_ids: Only entries of these; None: of all.
        limit: Most that are returned.
    """
    carried = (
        select(1)
        .select_from(EntryGround)
        .join(Violation, col(Violation.violation_id) == col(EntryGround.fact_id))
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(EntryGround.entry_id) == col(ListEntry.entry_id))
        .where(col(Violation.business_id) == col(ListEntry.business_id))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
        .where(col(PenaltyDecision.standing) != "annulled")
    )
    query = select(ListEntry).where(
        col(ListEntry.colour) == "black",
        _stands(),
        exists(carried.where(col(Violation.repaired_on).is_not(None))),
        ~exists(carried.where(col(Violation.repaired_on).is_(None))),
    )
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    return session.execute(query.order_by(col(ListEntry.entry_id)).limit(limit)).scalars().all()


def repairs(
    session: Session,
    regions: Sequence[str],
    *,
    open_only: bool = True,
    overdue_on: date | None = None,
    after: str = "",
    limit: int = 50,
) -> Sequence[Repair]:
    """Return applications of regions in order of identifier.

    Args:
        session: Read only.
        regions: Prefixes of GB/T 2260.
        open_only: True: only those without a decision.
        overdue_on: Only those whose decision was due before this day.
        after: Identifier after which to read on.
        limit: At least 1.
    """
    query = select(Repair).where(col(Repair.id) > after, _within(col(Repair.region), regions))
    if open_only:
        query = query.where(col(Repair.closed_on).is_(None))
    if overdue_on is not None:
        query = query.where(col(Repair.closed_on).is_(None), _late(Repair, overdue_on))
    return session.execute(query.order_by(col(Repair.id)).limit(limit)).scalars().all()


def objections(
    session: Session,
    regions: Sequence[str],
    *,
    open_only: bool = True,
    overdue_on: date | None = None,
    after: str = "",
    limit: int = 50,
) -> Sequence[Objection]:
    """Return objections of regions in order of identifier; the arguments are those of `repairs`."""
    query = select(Objection).where(col(Objection.id) > after, _within(col(Objection.region), regions))
    if open_only:
        query = query.where(col(Objection.closed_on).is_(None))
    if overdue_on is not None:
        query = query.where(col(Objection.decided_on).is_(None), col(Objection.closed_on).is_(None))
        query = query.where(_late(Objection, overdue_on))
    return session.execute(query.order_by(col(Objection.id)).limit(limit)).scalars().all()


def objections_to(session: Session, subject_id: str) -> Sequence[Objection]:
    """Return the objections to something, open and closed, in the order in which they were filed."""
    query = select(Objection).where(col(Objection.subject_id) == subject_id)
    return session.execute(query.order_by(col(Objection.id))).scalars().all()


def matters_of(session: Session, business_id: str) -> tuple[Sequence[Repair], Sequence[Objection]]:
    """Return the applications and the objections of a business, open or not, in order of identifier."""
    asked = select(Repair).where(col(Repair.business_id) == business_id).order_by(col(Repair.id))
    against = select(Objection).where(col(Objection.business_id) == business_id).order_by(col(Objection.id))
    return session.execute(asked).scalars().all(), session.execute(against).scalars().all()


def oldest_open_objection(session: Session, subject_id: str) -> date | None:
    """Return the day of the oldest objection to something that is not closed, or None."""
    query = select(col(Objection.filed_on)).where(
        col(Objection.subject_id) == subject_id, col(Objection.closed_on).is_(None)
    )
    return session.execute(query.order_by(col(Objection.filed_on)).limit(1)).scalars().first()


def open_repair(session: Session, subject_id: str) -> Repair | None:
    """Return the application about something that nobody has decided yet, or None."""
    query = select(Repair).where(col(Repair.subject_id) == subject_id, col(Repair.closed_on).is_(None))
    return session.execute(query).scalars().first()


def open_matter(session: Session, business_ids: Sequence[str]) -> Repair | Objection | None:
    """Return an application or an objection of one of the businesses that is not closed, or None."""
    for table in (Repair, Objection):
        query = select(table).where(
            col(table.business_id).in_(sorted(set(business_ids))), col(table.closed_on).is_(None)
        )
        found: Repair | Objection | None = (
            session.execute(query.order_by(col(table.id)).limit(1)).scalars().first()
        )
        if found is not None:
            return found
    return None


def steps(session: Session, case_id: str) -> Sequence[CaseStep]:
    """Return the steps that a repair or an objection has taken, in order."""
    query = select(CaseStep).where(col(CaseStep.case_id) == case_id).order_by(col(CaseStep.seq))
    return session.execute(query).scalars().all()


def document_used(session: Session, document_id: str) -> bool:
    """Say whether a step of any repair or objection rests on a document already."""
    query = select(col(CaseStep.seq)).where(col(CaseStep.document_id) == document_id)
    return session.execute(query.limit(1)).first() is not None


def businesses_of(session: Session, document_id: str) -> set[str]:
    """Return the businesses in whose cases a step rests on a document."""
    query = select(col(Proposal.business_id)).join(
        ProposalStep, col(ProposalStep.proposal_id) == col(Proposal.id)
    )
    return set(session.execute(query.where(col(ProposalStep.document_id) == document_id)).scalars())


def brought(session: Session, document_id: str) -> Sequence[CasePaper]:
    """Return in which cases a document was brought."""
    query = select(CasePaper).where(col(CasePaper.document_id) == document_id)
    return session.execute(query).scalars().all()


def took_in(session: Session, repair: Repair) -> frozenset[str]:
    """Return the persons who took an application or papers of it in."""
    taking = steps(session, repair.id)
    took = {step.person_id for step in taking if step.step in ("apply", "supplement")}
    return frozenset({repair.taken_in_by_person, *took})


def subject(session: Session, kind: str, subject_id: str, *, lock: bool = True) -> Found | None:
    """Return the entry or the penalty record of an identifier as it stands, or None."""
    if kind == "entry":
        return lists.current_entry(session, subject_id, lock=lock)
    return violations.violation(session, subject_id)


def _stands() -> ColumnElement[bool]:
    return and_(
        col(ListEntry.superseded_at).is_(None),
        col(ListEntry.withdrawn_on).is_(None),
        col(ListEntry.state).in_(SHOWN_STATES),
    )


def _late(table: type[Repair] | type[Objection], on: date) -> ColumnElement[bool]:
    """Return what says that a case waits too long: for its decision, or to be taken up."""
    waits = and_(col(table.accepted_on).is_(None), col(table.accept_by_on) < on)
    return or_(col(table.decide_by_on) < on, waits)


def _within(column: Any, regions: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(column.startswith(one, autoescape=True) for one in regions))
