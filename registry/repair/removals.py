"""Entries that are due to go: their decisions fell, every record was repaired, or it was asked for.

Delivery withdraws the first at once. They are shown here with the last lawful day all the same, so
that a delivery that did not run is seen before, and not by, the merchant.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlmodel import col

from registry.audit.work import Work
from registry.lists.queries import entries_fallen
from registry.lists.tables import ListEntry
from registry.publication.last_days import fallen_on, withdraw_by
from registry.publication.tables import Withdrawal
from registry.repair.queries import freed_entries


@dataclass(frozen=True)
class Removal:
    """An entry that is due to go.

    Attributes:
        because: Its decisions were annulled, its records corrected, every one of them repaired, or
            its withdrawal was asked for.
        since: Day of the annulment or request, or on which the correction was recorded; None where
            repaired.
        due_on: Last day on which it must be gone, or decided about; None: no rule sets one.
    """

    entry: ListEntry
    because: Literal["annulled", "corrected", "repaired", "asked"]
    since: date | None = None
    due_on: date | None = None

    def overdue(self, on: date) -> bool:
        """Say whether its last day has passed by a day."""
        return self.due_on is not None and self.due_on < on


def removals(work: Work, regions: tuple[str, ...]) -> list[Removal]:
    """Return the entries of regions that are due to go, those with the earliest last day first.

    Source: Order 45 (国家市场监督管理总局令第45号), art. 11; rulebook deadlines `penalty.withdraw` and
    `withdrawal.decide`.
    """
    fallen = [_fallen(work, *one) for one in entries_fallen(work.session) if _within(one[0], regions)]
    freed = [Removal(one, "repaired") for one in freed_entries(work.session) if _within(one, regions)]
    return sorted(
        fallen + freed + _asked(work, regions), key=lambda one: (one.due_on or date.max, one.entry.entry_id)
    )


def _within(entry: ListEntry, regions: tuple[str, ...]) -> bool:
    return entry.region.startswith(regions)


def _fallen(work: Work, entry: ListEntry, annulled: bool) -> Removal:
    since = fallen_on(work.session, entry)
    due_on = withdraw_by(work.session, work.rulebook, entry, since)
    return Removal(entry, "annulled" if annulled else "corrected", since, due_on)


def _asked(work: Work, regions: tuple[str, ...]) -> list[Removal]:
    """Return the entries whose withdrawal was asked for and not decided yet."""
    query = (
        select(ListEntry, Withdrawal)
        .join(Withdrawal, col(Withdrawal.entry_id) == col(ListEntry.entry_id))
        .where(col(Withdrawal.closed_on).is_(None), col(ListEntry.superseded_at).is_(None))
    )
    return [
        Removal(entry, "asked", asked.asked_on, asked.decide_by_on)
        for entry, asked in work.session.execute(query)
        if _within(entry, regions)
    ]
