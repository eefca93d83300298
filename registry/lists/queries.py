"""Nouns about lists: proposals, entries, and the facts that a listing may rest on."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.businesses.queries import with_trade_name
from registry.businesses.tables import Business, BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.rules import SHOWN_STATES, Fact, may_be_shown, stands_on
from registry.lists.tables import EntryGround, ListEntry, Proposal, ProposalStep
from registry.pledges.tables import Pledge
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 1000


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
    return session.execute(query.order_by(col(Proposal.id)).limit(limit)).scalars().all()


def steps(session: Session, proposal_id: str) -> Sequence[ProposalStep]:
    """Return the steps that a proposal has taken, in order."""
    query = select(ProposalStep).where(col(ProposalStep.proposal_id) == proposal_id)
    return session.execute(query.order_by(col(ProposalStep.seq))).scalars().all()


def document_used(session: Session, document_id: str) -> bool:
    """Say whether a step of any case rests on a document already."""
    query = select(col(ProposalStep.seq)).where(col(ProposalStep.document_id) == document_id)
    return session.execute(query.limit(1)).first() is not None


def current_entry(session: Session, entry_id: str, *, lock: bool = False) -> ListEntry | None:
    """Return what holds of an entry now, or None where there is none."""
    query = select(ListEntry).where(col(ListEntry.entry_id) == entry_id)
    query = query.where(col(ListEntry.superseded_at).is_(None))
    if lock:
        query = query.with_for_update()
    found = session.execute(query).scalars().one_or_none()
    if (
        found is None and lock
    ):  # who waited for the lock reads nothing, for that version is closed: read again
        found = session.execute(query).scalars().one_or_none()
    return found


def grounds_of(session: Session, entry_id: str) -> tuple[str, ...]:
    """Return the facts that an entry rests on."""
    query = select(col(EntryGround.fact_id)).where(col(EntryGround.entry_id) == entry_id)
    return tuple(session.execute(query.order_by(col(EntryGround.fact_id))).scalars())


def standing_entry(session: Session, regime: str, business_id: str) -> ListEntry | None:
    """Return the entry of a business on a list that has not ended, or None."""
    query = _standing().where(col(ListEntry.regime) == regime, col(ListEntry.business_id) == business_id)
    return session.execute(query.where(col(ListEntry.proposal_id).is_not(None))).scalars().first()


def open_proposal(session: Session, regime: str, business_id: str) -> Proposal | None:
    """Return the open case for listing a business on a list, or None."""
    query = select(Proposal).where(col(Proposal.regime) == regime, col(Proposal.closed_on).is_(None))
    return session.execute(query.where(col(Proposal.business_id) == business_id)).scalars().one_or_none()


def entries_of(session: Session, business_id: str) -> Sequence[ListEntry]:
    """Return the entries of a business that have not ended."""
    query = _standing().where(col(ListEntry.business_id) == business_id)
    return session.execute(query.order_by(col(ListEntry.entry_id))).scalars().all()


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
    session: Session, business_ids: Iterable[str] | None = None, limit: int = AT_ONCE
) -> Sequence[tuple[ListEntry, bool]]:
    """Return entries, not yet ended, that no violation of theirs carries any more.

    One is carried by a violation of the same business that has a type, by a decision that was not
    annulled. A violation that was corrected to another party carries nothing against the first.

    Args:
        session: Read only.
        business_ids: Only entries of these; None: of all.
        limit: Most that are returned.

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
        _violation_rows()
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


def _standing() -> Select[ListEntry]:
    return (
        select(ListEntry)
        .where(col(ListEntry.superseded_at).is_(None), col(ListEntry.withdrawn_on).is_(None))
        .where(col(ListEntry.state).in_((*SHOWN_STATES, "suspended")))
    )


def subject(session: Session, business_id: str) -> tuple[Business, BusinessVersion, bool] | None:
    """Return a business with what holds of it now, and whether it has a trade name."""
    query = (
        select(Business, BusinessVersion)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Business.id))
        .where(col(Business.id) == business_id, col(BusinessVersion.superseded_at).is_(None))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    return (*found, business_id in with_trade_name(session, [business_id]))


def facts(session: Session, fact_ids: Sequence[str], on: date) -> list[Fact]:
    """Return those of the facts that are on record, with what stops each from supporting a listing."""
    found = [
        *(_violation(*row, on) for row in _violations(session, fact_ids)),
        *(_pledge(row, on) for row in _current(session, Pledge, col(Pledge.pledge_id), fact_ids)),
        *(
            _designation(row, on)
            for row in _current(session, DemonstrationUnit, col(DemonstrationUnit.designation_id), fact_ids)
        ),
    ]
    return sorted(found, key=lambda fact: fact.id)


def unrepaired(session: Session, business_id: str, on: date, since: date | None) -> list[str]:
    """Return the violations that speak against a red listing: in force or under review, not repaired.

    Args:
        session: Read only.
        business_id: Of the candidate.
        on: Day of the check.
        since: Only decisions from this day on, undated ones always; None: those whose lawful
            period of publicity has not ended.
    """
    query = _violation_rows().where(
        col(Violation.business_id) == business_id, col(PenaltyDecision.standing) != "annulled"
    )
    query = query.where(or_(col(Violation.repaired_on).is_(None), col(Violation.repaired_on) > on))
    if since is None:
        query = query.where(or_(col(Violation.publish_until).is_(None), col(Violation.publish_until) > on))
    else:
        decided_on = col(PenaltyDecision.decided_on)
        query = query.where(or_(decided_on.is_(None), decided_on >= since))
    return sorted(violation.violation_id for violation, _ in session.execute(query))


def _violation_rows() -> Select[Violation, PenaltyDecision]:
    return (
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
    )


def _violations(session: Session, ids: Sequence[str]) -> Sequence[tuple[Violation, PenaltyDecision]]:
    query = _violation_rows().where(col(Violation.violation_id).in_(ids))
    return session.execute(query).all()


def _violation(row: Violation, decision: PenaltyDecision, on: date) -> Fact:
    obstacle = None
    if row.incomplete is not None:
        obstacle = "incomplete"
    elif decision.standing != "in_force":
        obstacle = decision.standing
    elif row.repaired_on is not None and row.repaired_on <= on:
        obstacle = "repaired"
    elif not may_be_shown(on, row.publish_from, row.publish_until):
        obstacle = "not_public"
    return Fact(
        id=row.violation_id,
        business_id=row.business_id,
        kind="violation",
        codes=tuple(row.type_codes),
        severity=row.severity,
        publish_until=row.publish_until,
        obstacle=obstacle,
        decided_on=decision.decided_on if decision.decided_precision == "day" else None,
        penalties=tuple(decision.penalties),
    )


def _pledge(row: Pledge, on: date) -> Fact:
    stands = stands_on(on, row.pledged_on, row.valid_through, row.broken_on, row.withdrawn_on)
    return Fact(
        row.pledge_id, row.business_id, "pledge", ("pledge",), obstacle=_lacks(row.incomplete, stands)
    )


def _designation(row: DemonstrationUnit, on: date) -> Fact:
    stands = stands_on(on, row.designated_on, row.valid_through, row.cancelled_on)
    kind = "designation"
    return Fact(row.designation_id, row.business_id, kind, (kind,), obstacle=_lacks(row.incomplete, stands))


def _lacks(incomplete: str | None, stands: bool) -> str | None:
    if incomplete is not None:
        return "incomplete"
    return None if stands else "ended"


def _current(session: Session, table: type[Any], key: Any, ids: Sequence[str]) -> Sequence[Any]:
    return session.execute(select(table).where(key.in_(ids), table.superseded_at.is_(None))).scalars().all()
