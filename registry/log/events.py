"""What the public may follow: acts on entries and editions, by identifiers, numbered as their leaves.

No row holds a name. While an entry is shown its rows say whose it is; when it is shown no more they
are unlinked, and what is left says that an entry came and went.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col

from registry.log import tables
from registry.store.bulk import insert_rows

AT_ONCE = 500


@dataclass(frozen=True)
class PublicEvent:
    """What the public may follow of an act.

    Attributes:
        regime: Code of the list.
        region: GB/T 2260, six digits.
        entry_id: The entry; None for an act on an edition.
        business_id: Whose entry it is, given only while the act leaves it shown.
        edition: Version of the edition; None for an act on an entry.
    """

    regime: str
    region: str
    entry_id: str | None = None
    business_id: str | None = None
    edition: str | None = None


def tell(session: Session, events: Iterable[tuple[int, str, PublicEvent]], on: date, now: datetime) -> None:
    """Write down events as (number of the leaf, act, event), in the transaction of their acts."""
    insert_rows(
        session,
        tables.PublicEvent,
        [
            {
                "seq": seq,
                "act": act,
                "on": on,
                "at": now,
                "regime": event.regime,
                "region": event.region,
                "entry_id": event.entry_id,
                "business_id": event.business_id,
                "edition": event.edition,
            }
            for seq, act, event in events
        ],
    )


def unlink(session: Session, entry_ids: Sequence[str]) -> None:
    """Blank in every event of these entries whose they were."""
    for start in range(0, len(entry_ids), AT_ONCE):
        session.connection().execute(
            update(tables.PublicEvent)
            .where(col(tables.PublicEvent.entry_id).in_(entry_ids[start : start + AT_ONCE]))
            .where(col(tables.PublicEvent.business_id).is_not(None))
            .values(business_id=None)
        )
