"""Nouns about lists: proposals and their steps, entries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import BindParameter, Select, bindparam, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.businesses.tables import BusinessVersion
from registry.documents.tables import Document, Paper
from registry.lists.grounds import violations_on_record
from registry.lists.rules import SHOWN_STATES
from registry.lists.tables import EntryGround, ListEntry, Proposal, ProposalStep
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 1000


def _standing() -> Select[ListEntry]:
    return (
        select(ListEntry)
        .where(col(ListEntry.superseded_at).is_(None), col(ListEntry.withdrawn_on).is_(None))
        .where(col(ListEntry.state).in_((*SHOWN_STATES, "suspended")))
    )


# Every step of a case asks these, so they are put together once.
_LOCKED = select(Proposal).where(col(Proposal.id) == bindparam("proposal_id")).with_for_update()
_STEPS = (
    select(ProposalStep)
    .where(col(ProposalStep.proposal_id) == bindparam("proposal_id"))
    .order_by(col(ProposalStep.seq))
)
_USED = (
    select(col(ProposalStep.seq)).where(col(ProposalStep.document_id) == bindparam("document_id")).limit(1)
)
_FILED = (
    select(Document, Paper, exists().where(col(ProposalStep.document_id) == col(Document.id)))
    .outerjoin(Paper, col(Paper.document_id) == col(Document.id))
    .where(col(Document.id) == bindparam("document_id"))
)
_BY_REGIME: Mapping[str, BindParameter[str]] = {
    "regime": bindparam("regime"),
    "business_id": bindparam("business_id"),
}
_STANDING = (
    _standing()
    .filter_by(**_BY_REGIME)
    .where(col(ListEntry.proposal_id).is_not(None))
    .where(or_(col(ListEntry.publish_until).is_(None), col(ListEntry.publish_until) > bindparam("on")))
)
_OPEN = select(Proposal).filter_by(**_BY_REGIME).where(col(Proposal.closed_on).is_(None))


def locked_proposal(session: Session, proposal_id: str) -> Proposal | None:
    """Return a proposal as it is now, locked until the transaction ends, or None where there is none."""
    anew = {"populate_existing": True}
    found = session.execute(_LOCKED, {"proposal_id": proposal_id}, execution_options=anew)
    return found.scalars().one_or_none()


def proposal(session: Session, proposal_id: str) -> Proposal | None:
    """Return a proposal, or None where there is none."""
    return session.get(Proposal, proposal_id)


def proposals_within(
    session: Session,
    within: Iterable[str],
    *,
    region: str = "",
    state: str | None = None,
    business_id: str | None = None,
    open_only: bool = False,
    after: str = "",
    limit: int,
) -> Sequence[Proposal]:
    """Return proposals in the order of their identifiers.

    Args:
        session: Read only.
        within: Prefixes of regions; those of any of them are returned.
        region: Only those within this prefix.
        state: Only those in this state.
        business_id: Only those about this business.
        open_only: True: only those that are neither listed nor dropped.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    places = (col(Proposal.region).startswith(one, autoescape=True) for one in within)
    query = select(Proposal).where(or_(*places), col(Proposal.id) > after)
    query = query.where(col(Proposal.region).startswith(region, autoescape=True))
    if state is not None:
        query = query.where(col(Proposal.state) == state)
    if business_id is not None:
        query = query.where(col(Proposal.business_id) == business_id)
    if open_only:
        query = query.where(col(Proposal.closed_on).is_(None))
    return session.execute(query.order_by(col(Proposal.id)).limit(limit)).scalars().all()


def steps(session: Session, proposal_id: str) -> Sequence[ProposalStep]:
    """Return the steps that a proposal has taken, in order."""
    return session.execute(_STEPS, {"proposal_id": proposal_id}).scalars().all()


def document_used(session: Session, document_id: str) -> bool:
    """Say whether a step of any case rests on a document already."""
    return session.execute(_USED, {"document_id": document_id}).first() is not None


def filed(session: Session, document_id: str) -> tuple[Document, Paper | None, bool] | None:
    """Return a document with the official paper that it is, if it is one, and whether a step rests on it."""
    found = session.execute(_FILED, {"document_id": document_id}).one_or_none()
    return None if found is None else (found[0], found[1], bool(found[2]))


def current_entry(session: Session, entry_id: str, *, lock: bool = False) -> ListEntry | None:
    """Return what holds of an entry now, or None where there is none."""
    query = select(ListEntry).where(col(ListEntry.entry_id) == entry_id)
    query = query.where(col(ListEntry.superseded_at).is_(None))
    if lock:
        query = query.with_for_update()
    found = session.execute(query).scalars().one_or_none()
    if found is None and lock:  # who waited for the lock reads nothing, that version is closed: read again
        found = session.execute(query).scalars().one_or_none()
    return found


def standing_within(
    session: Session, within: Iterable[str], *, regime: str | None = None, after: str = "", limit: int
) -> Sequence[ListEntry]:
    """Return the entries of regions that have not ended, in order of identifier.

    Args:
        session: Read only.
        within: Prefixes of regions.
        regime: Only those on this list.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    places = (col(ListEntry.region).startswith(one, autoescape=True) for one in within)
    query = _standing().where(or_(*places), col(ListEntry.entry_id) > after)
    if regime is not None:
        query = query.where(col(ListEntry.regime) == regime)
    return session.execute(query.order_by(col(ListEntry.entry_id)).limit(limit)).scalars().all()


def grounds_of(session: Session, entry_id: str) -> tuple[str, ...]:
    """Return the facts that an entry rests on."""
    query = select(col(EntryGround.fact_id)).where(col(EntryGround.entry_id) == entry_id)
    return tuple(session.execute(query.order_by(col(EntryGround.fact_id))).scalars())


def standing_entry(session: Session, regime: str, business_id: str, on: date) -> ListEntry | None:
    """Return the entry of a business on a list that has not ended, nor run out by a day, or None."""
    asked = {"regime": regime, "business_id": business_id, "on": on}
    return session.execute(_STANDING, asked).scalars().first()


def open_proposal(session: Session, regime: str, business_id: str) -> Proposal | None:
    """Return the open case for listing a business on a list, or None."""
    asked = {"regime": regime, "business_id": business_id}
    return session.execute(_OPEN, asked).scalars().one_or_none()


def entries_of(session: Session, business_id: str) -> Sequence[ListEntry]:
    """Return the entries of a business that have not ended."""
    query = _standing().where(col(ListEntry.business_id) == business_id)
    return session.execute(query.order_by(col(ListEntry.entry_id))).scalars().all()


def all_entries_of(session: Session, business_id: str) -> Sequence[ListEntry]:
    """Return the entries of a business as they stand, those that have ended among them, newest first."""
    query = select(ListEntry).where(
        col(ListEntry.business_id) == business_id, col(ListEntry.superseded_at).is_(None)
    )
    return session.execute(query.order_by(col(ListEntry.listed_on).desc())).scalars().all()


def open_case(session: Session, business_ids: Sequence[str]) -> Proposal | None:
    """Return an open case for listing one of the businesses on any list, or None."""
    query = select(Proposal).where(
        col(Proposal.business_id).in_(business_ids), col(Proposal.closed_on).is_(None)
    )
    return session.execute(query.order_by(col(Proposal.id)).limit(1)).scalars().first()


def entries_resting_on(session: Session, fact_ids: Iterable[str]) -> Sequence[ListEntry]:
    """Return the entries, not yet ended, that rest on one of the facts."""
    found: dict[str, ListEntry] = {}
    asked = sorted(set(fact_ids))
    for start in range(0, len(asked), AT_ONCE):
        resting = select(col(EntryGround.entry_id)).where(
            col(EntryGround.fact_id).in_(asked[start : start + AT_ONCE])
        )
        for entry in session.execute(_standing().where(col(ListEntry.entry_id).in_(resting))).scalars():
            found[entry.entry_id] = entry
    return [found[entry_id] for entry_id in sorted(found)]


def entries_due(session: Session, on: date, limit: int) -> Sequence[ListEntry]:
    """Return entries whose publicity has come to its end and that were not yet withdrawn."""
    query = _standing().where(col(ListEntry.publish_until) <= on)
    return session.execute(query.order_by(col(ListEntry.entry_id)).limit(limit)).scalars().all()


def entries_fallen(
    session: Session,
    business_ids: Iterable[str] | None = None,
    limit: int = AT_ONCE,
    *,
    of_cases: bool = False,
) -> Sequence[tuple[ListEntry, bool]]:
    """Return entries, not yet ended, that no violation of theirs carries any more.

    One is carried by a violation of the same business that has a type, by a decision that was not
    annulled. A violation that was corrected to another party carries nothing against the first.

    Args:
        session: Read only.
        business_ids: Only entries of these; None: of all.
        limit: Most that are returned.
        of_cases: Only entries that a case led to; boards enter theirs by themselves, by the million.

    Returns:
        Each entry, and whether it is because all its decisions were annulled.
    """
    grounds = (
        select(1)
        .select_from(EntryGround)
        .join(Violation, col(Violation.violation_id) == col(EntryGround.fact_id))
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(EntryGround.entry_id) == col(ListEntry.entry_id))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
    )
    final = grounds.where(col(PenaltyDecision.standing) != "annulled")
    carrying = final.where(
        col(Violation.business_id) == col(ListEntry.business_id), col(Violation.type_code).is_not(None)
    )
    query = _standing().add_columns(~final.exists()).where(grounds.exists(), ~carrying.exists())
    if of_cases:
        query = query.where(col(ListEntry.proposal_id).is_not(None))
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    found = session.execute(query.order_by(col(ListEntry.entry_id)).limit(limit)).all()
    return [(entry, bool(annulled)) for entry, annulled in found]


def entries_outlived(
    session: Session, on: date, business_ids: Iterable[str] | None = None, limit: int = AT_ONCE
) -> Sequence[tuple[ListEntry, Violation]]:
    """Return board entries, not yet ended, with the record that they show and that may be shown no more.

    Args:
        session: Read only.
        on: Legal day.
        business_ids: Only entries of these; None: of all.
        limit: Most that are returned.
    """
    query = (
        select(ListEntry, Violation)
        .join(Violation, col(Violation.violation_id) == col(ListEntry.violation_id))
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(ListEntry.superseded_at).is_(None), col(ListEntry.withdrawn_on).is_(None))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
        .where(~violation_shown(on))
    )
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    found = session.execute(query.order_by(col(ListEntry.entry_id)).limit(limit)).all()
    return [(entry, violation) for entry, violation in found]


def entries_restated(
    session: Session, business_ids: Iterable[str] | None = None
) -> Sequence[tuple[ListEntry, Violation]]:
    """Return entries, not yet ended, of which a violation was stated anew, each with all that carry it.

    Args:
        session: Read only.
        business_ids: Only entries of these; None: of all.
    """
    restated, decision = aliased(Violation), aliased(PenaltyDecision)
    resting, other = aliased(EntryGround), aliased(EntryGround)
    anew = exists(
        select(1)
        .where(col(other.entry_id) == col(ListEntry.entry_id), col(other.fact_id) == restated.violation_id)
        .where(col(restated.superseded_at).is_(None), col(restated.version) > 1)
    )
    query = (
        _standing()
        .add_columns(Violation)
        .join(resting, col(resting.entry_id) == col(ListEntry.entry_id))
        .join(Violation, col(Violation.violation_id) == col(resting.fact_id))
        .join(decision, col(decision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.superseded_at).is_(None), col(decision.superseded_at).is_(None))
        .where(col(Violation.business_id) == col(ListEntry.business_id))
        .where(col(decision.standing) != "annulled", anew)
    )
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    return [(entry, violation) for entry, violation in session.execute(query).all()]


def entries_without_term(
    session: Session, business_ids: Iterable[str] | None = None
) -> Sequence[tuple[ListEntry, str]]:
    """Return red entries, not yet ended, that last as long as their grounds, each with all of these.

    Args:
        session: Read only.
        business_ids: Only entries of these; None: of all.
    """
    query = (
        _standing()
        .add_columns(col(EntryGround.fact_id))
        .join(EntryGround, col(EntryGround.entry_id) == col(ListEntry.entry_id))
        .where(col(ListEntry.colour) == "red", col(ListEntry.publish_until).is_(None))
    )
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    return [(entry, fact_id) for entry, fact_id in session.execute(query).all()]


def entries_blemished(
    session: Session, on: date, business_ids: Iterable[str] | None = None
) -> Sequence[ListEntry]:
    """Return red entries that are shown though a violation in force was not repaired by a day.

    Args:
        session: Read only.
        on: Legal day.
        business_ids: Only entries of these; None: of all.
    """
    against = (
        violations_on_record()
        .where(col(Violation.business_id) == col(ListEntry.business_id))
        .where(col(PenaltyDecision.standing) == "in_force")
        .where(or_(col(Violation.repaired_on).is_(None), col(Violation.repaired_on) > on))
    )
    query = _standing().where(col(ListEntry.colour) == "red", col(ListEntry.state) == "listed")
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    query = query.where(against.exists()).order_by(col(ListEntry.entry_id))
    return session.execute(query).scalars().all()


def entries_of_changed(session: Session, business_ids: Iterable[str] | None = None) -> Sequence[ListEntry]:
    """Return entries, not yet ended, that may name no natural person and whose business was changed.

    Args:
        session: Read only.
        business_ids: Only entries of these; None: of all.
    """
    query = (
        _standing()
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(ListEntry.business_id))
        .where(col(BusinessVersion.superseded_at).is_(None), col(BusinessVersion.version) > 1)
        .where(col(ListEntry.persons_named).is_(False))
    )
    if business_ids is not None:
        query = query.where(col(ListEntry.business_id).in_(sorted(set(business_ids))))
    return session.execute(query).scalars().all()
