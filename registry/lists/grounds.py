"""What a listing may rest on: the business, and its violations, pledges and designations on record.

Every step of a case asks this, so the queries are put together once.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlmodel import Session, col

from registry.businesses.queries import with_trade_name
from registry.businesses.tables import Business, BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.rules import Fact, may_be_shown, stands_on
from registry.pledges.tables import Pledge
from registry.violations.tables import PenaltyDecision, Violation


def violations_on_record() -> Select[Violation, PenaltyDecision]:
    """Return the query of all violations with their decisions, as they are on record now."""
    return (
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
    )


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_SUBJECT = (
    select(Business, BusinessVersion)
    .join(BusinessVersion, col(BusinessVersion.business_id) == col(Business.id))
    .where(col(Business.id) == bindparam("business_id"), col(BusinessVersion.superseded_at).is_(None))
)
_VIOLATIONS = violations_on_record().where(col(Violation.violation_id).in_(_IDS))
_PLEDGES = select(Pledge).where(col(Pledge.pledge_id).in_(_IDS), col(Pledge.superseded_at).is_(None))
_DESIGNATIONS = select(DemonstrationUnit).where(
    col(DemonstrationUnit.designation_id).in_(_IDS), col(DemonstrationUnit.superseded_at).is_(None)
)


def subject(session: Session, business_id: str) -> tuple[Business, BusinessVersion, bool] | None:
    """Return a business with what holds of it now, and whether it has a trade name."""
    found = session.execute(_SUBJECT, {"business_id": business_id}).one_or_none()
    if found is None:
        return None
    return (*found, business_id in with_trade_name(session, [business_id]))


def facts(session: Session, fact_ids: Sequence[str], on: date) -> list[Fact]:
    """Return those of the facts that are on record, with what stops each from supporting a listing."""
    found = [
        *(_violation(row, by, on) for row, by in session.execute(_VIOLATIONS, {"ids": fact_ids})),
        *(_pledge(row, on) for row in session.execute(_PLEDGES, {"ids": fact_ids}).scalars()),
        *(_designation(row, on) for row in session.execute(_DESIGNATIONS, {"ids": fact_ids}).scalars()),
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
    query = violations_on_record().where(
        col(Violation.business_id) == business_id, col(PenaltyDecision.standing) != "annulled"
    )
    query = query.where(or_(col(Violation.repaired_on).is_(None), col(Violation.repaired_on) > on))
    if since is None:
        query = query.where(or_(col(Violation.publish_until).is_(None), col(Violation.publish_until) > on))
    else:
        decided_on = col(PenaltyDecision.decided_on)
        query = query.where(or_(decided_on.is_(None), decided_on >= since))
    return sorted(violation.violation_id for violation, _ in session.execute(query))


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
        amounts=(decision.fine_fen, decision.confiscated_fen),
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
