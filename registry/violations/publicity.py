"""When a decided violation may be shown: the day decides, whether or not a job has run."""

from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from registry.violations.tables import PenaltyDecision, Violation


@lru_cache(maxsize=8)  # for today, and for the few days that are asked beside it
def violation_shown(on: date) -> ColumnElement[bool]:
    """Say in SQL that a violation and its decision may be shown on a day, as `effects.publishes` does."""
    return and_(
        col(Violation.superseded_at).is_(None),
        col(PenaltyDecision.superseded_at).is_(None),
        col(PenaltyDecision.standing) != "annulled",
        col(Violation.severity).is_not(None),
        or_(col(Violation.repaired_on).is_(None), col(Violation.repaired_on) > on),
        or_(col(Violation.held_from_on).is_(None), col(Violation.held_from_on) <= on),
        or_(col(Violation.held_to_on).is_(None), col(Violation.held_to_on) > on),
        col(Violation.publish_from) <= on,
        col(Violation.publish_until) > on,
    )
