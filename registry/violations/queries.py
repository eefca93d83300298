"""Nouns about violations: what is on record of a business, and what lacks something."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, or_, select

from registry.violations.tables import PenaltyDecision, Violation


def violations_of(session: Session, business_id: str) -> Sequence[tuple[Violation, PenaltyDecision]]:
    """Return the violations of a business with their decisions as they stand, newest first."""
    return session.exec(
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(Violation.business_id == business_id)
        .where(col(Violation.superseded_at).is_(None))
        .where(col(PenaltyDecision.superseded_at).is_(None))
        .order_by(col(PenaltyDecision.decided_on).desc().nulls_last(), col(Violation.violation_id))
    ).all()


def violation(session: Session, violation_id: str) -> tuple[Violation, PenaltyDecision] | None:
    """Return a violation with its decision as they stand, or None where there is none."""
    return session.exec(
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(Violation.violation_id == violation_id)
        .where(col(Violation.superseded_at).is_(None))
        .where(col(PenaltyDecision.superseded_at).is_(None))
    ).one_or_none()


def decision(session: Session, decision_id: str) -> PenaltyDecision | None:
    """Return a decision as it stands, or None where there is none."""
    return session.exec(
        select(PenaltyDecision)
        .where(PenaltyDecision.decision_id == decision_id)
        .where(col(PenaltyDecision.superseded_at).is_(None))
    ).one_or_none()


def violations_of_decision(session: Session, decision_id: str) -> Sequence[Violation]:
    """Return the violations that a decision found, as they stand."""
    return session.exec(
        select(Violation)
        .where(Violation.decision_id == decision_id)
        .where(col(Violation.superseded_at).is_(None))
        .order_by(col(Violation.violation_id))
    ).all()


def unrepaired_violations(
    session: Session, business_id: str, on: date
) -> Sequence[tuple[Violation, PenaltyDecision]]:
    """Return the violations that stand against a business on a day: final, in force, not repaired.

    Only those that are complete enough to score may support a listing; `effects.scores` says which.
    """
    return session.exec(
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(Violation.business_id == business_id)
        .where(col(Violation.superseded_at).is_(None))
        .where(col(PenaltyDecision.superseded_at).is_(None))
        .where(col(PenaltyDecision.standing) != "under_review")
        .where(or_(col(Violation.held_from_on).is_(None), col(Violation.held_from_on) <= on))
        .where(or_(col(Violation.held_to_on).is_(None), col(Violation.held_to_on) > on))
        .order_by(col(PenaltyDecision.decided_on).desc().nulls_last(), col(Violation.violation_id))
    ).all()


def violations_within(
    session: Session,
    within: Iterable[str],
    *,
    business_id: str | None = None,
    incomplete: bool = False,
    after: str = "",
    limit: int,
) -> Sequence[tuple[Violation, PenaltyDecision]]:
    """Return violations with their decisions as they stand, in the order of their identifiers.

    Args:
        session: Read only.
        within: Prefixes of regions; a violation decided in any of them is returned.
        business_id: Only those of this business.
        incomplete: Only those that lack what their rules count from.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = (
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.superseded_at).is_(None))
        .where(col(PenaltyDecision.superseded_at).is_(None))
        .where(or_(*(col(PenaltyDecision.region).startswith(one, autoescape=True) for one in within)))
        .where(col(Violation.violation_id) > after)
    )
    if business_id is not None:
        query = query.where(Violation.business_id == business_id)
    if incomplete:
        query = query.where(col(Violation.incomplete).is_not(None))
    return session.exec(query.order_by(col(Violation.violation_id)).limit(limit)).all()


def incomplete_with_decisions(session: Session, region: str) -> Sequence[tuple[Violation, PenaltyDecision]]:
    """Return the incomplete violations decided within a region, given by its prefix."""
    return session.exec(
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.superseded_at).is_(None))
        .where(col(PenaltyDecision.superseded_at).is_(None))
        .where(col(Violation.incomplete).is_not(None))
        .where(col(PenaltyDecision.region).startswith(region, autoescape=True))
        .order_by(col(Violation.violation_id))
    ).all()
