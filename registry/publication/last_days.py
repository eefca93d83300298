"""By which day an entry must be gone once nothing carries it any more."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.calendar import legal_day
from registry.lists.tables import EntryGround, ListEntry
from registry.overrides.queries import calendar_overrides
from registry.rulebook import Deadline, Rulebook
from registry.rulebook.periods import ends_on
from registry.violations.tables import PenaltyDecision, Violation

PERIOD = "penalty.withdraw"


def fallen_on(session: Session, entry: ListEntry) -> date | None:
    """Return the day on which the last record of an entry fell; None: it rests on no record.

    Args:
        session: Read only.
        entry: One that no record carries any more.
    """
    return max(_days_of_fall(session, entry), default=None)


def withdraw_by(session: Session, rulebook: Rulebook, entry: ListEntry, since: date | None) -> date | None:
    """Return the last day on which an entry must be gone; None: no rule of the place sets one.

    Args:
        session: Read only.
        rulebook: The law.
        entry: One that no record carries any more.
        since: Day on which the last of them fell.

    Source: Order 45 (国家市场监督管理总局令第45号), art. 11; rulebook deadline `penalty.withdraw`.
    """
    if since is None:
        return None
    return period_ends(session, rulebook, PERIOD, entry.region, since)


def period_ends(session: Session, rulebook: Rulebook, rule: str, region: str, since: date) -> date | None:
    """Return the last day of a period that began on a day; None where the law of the place sets none."""
    found = rulebook.in_force(Deadline, region, since).get(rule)
    return None if found is None else ends_on(found, since, calendar_overrides(session))


def _days_of_fall(session: Session, entry: ListEntry) -> Iterable[date]:
    """Yield for each record of an entry the day from which it carried the entry no more."""
    query = (
        select(Violation, PenaltyDecision)
        .join(EntryGround, col(EntryGround.fact_id) == col(Violation.violation_id))
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(EntryGround.entry_id) == entry.entry_id, col(Violation.superseded_at).is_(None))
        .where(col(PenaltyDecision.superseded_at).is_(None))
    )
    for violation, decision in session.execute(query):
        annulled_on = decision.held_to_on if decision.standing == "annulled" else None
        yield annulled_on or legal_day(violation.recorded_at)
