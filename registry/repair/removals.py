"""Entries that are due to go: their decisions have fallen, or every record of theirs was repaired.

Delivery withdraws the first at once. They are shown here with the last lawful day all the same, so
that a delivery that did not run is seen before, and not by, the merchant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from registry.audit.work import Work
from registry.calendar import legal_day
from registry.lists.queries import entries_fallen
from registry.lists.tables import EntryGround, ListEntry
from registry.repair.queries import freed_entries
from registry.repair.steps import deadline_of
from registry.violations.tables import PenaltyDecision, Violation

PERIOD = "penalty.withdraw"


@dataclass(frozen=True)
class Removal:
    """An entry that is due to go.

    Attributes:
        because: Its decisions were annulled, its records corrected, or every one of them repaired.
        since: Day of the annulment, or on which the correction was recorded; None where repaired.
        due_on: Last day on which it must be gone; None: no rule sets one.
    """

    entry: ListEntry
    because: Literal["annulled", "corrected", "repaired"]
    since: date | None = None
    due_on: date | None = None

    def overdue(self, on: date) -> bool:
        """Say whether its last day has passed by a day."""
        return self.due_on is not None and self.due_on < on


def removals(work: Work, regions: tuple[str, ...]) -> list[Removal]:
    """Return the entries of regions that are due to go, those with the earliest last day first.

    Source: Order 45 (国家市场监督管理总局令第45号), art. 11; rulebook deadline `penalty.withdraw`.
    """
    fallen = [_fallen(work, *one) for one in entries_fallen(work.session) if _within(one[0], regions)]
    freed = [Removal(one, "repaired") for one in freed_entries(work.session) if _within(one, regions)]
    return sorted(fallen + freed, key=lambda one: (one.due_on or date.max, one.entry.entry_id))


def _within(entry: ListEntry, regions: tuple[str, ...]) -> bool:
    return entry.region.startswith(regions)


def _fallen(work: Work, entry: ListEntry, annulled: bool) -> Removal:
    since = max(_days_of_fall(work.session, entry), default=None)
    due_on = None if since is None else deadline_of(work, PERIOD, entry.region, since)
    return Removal(entry, "annulled" if annulled else "corrected", since, due_on)


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
