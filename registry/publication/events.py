"""The feed of public events: in the order of the log, by identifiers, to be read on from anywhere.

An event is kept for the term `events.retained`; who comes back later begins again from an edition.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlmodel import Session, col

from registry.calendar import SHANGHAI, add_months, legal_day
from registry.errors import Gone
from registry.log.tables import PublicEvent
from registry.publication.tables import FeedHead
from registry.regions import prefix
from registry.rulebook import Rulebook, Term

RETAINED = "events.retained"
BEGINNING = -1  # leaves, and so events, are numbered from 0


def events_after(
    session: Session,
    after: int,
    limit: int,
    *,
    regime: str | None = None,
    region: str | None = None,
) -> Sequence[PublicEvent]:
    """Return public events in their order, after a number.

    Args:
        session: Read only.
        after: Number of the last event that the reader has; `BEGINNING` for all.
        limit: At least 1.
        regime: Only those of this list.
        region: Only those of this region and below it; GB/T 2260, six digits.

    Raises:
        Gone: Events after that number were forgotten, so the reader would miss some.
    """
    forgotten = forgotten_through(session)
    if after < forgotten:
        raise Gone("events.forgotten", field="after", after=after, oldest=forgotten)
    query = select(PublicEvent).where(col(PublicEvent.seq) > after)
    if regime is not None:
        query = query.where(col(PublicEvent.regime) == regime)
    query = query.order_by(col(PublicEvent.seq)).limit(limit)
    if region is not None:
        return sorted(_within(session, query, region), key=_number)[:limit]
    return session.execute(query).scalars().all()


def latest_events(
    session: Session,
    limit: int,
    *,
    regime: str | None = None,
    region: str | None = None,
    business_id: str | None = None,
) -> Sequence[PublicEvent]:
    """Return the latest public events of a list, a region or a business, the newest first.

    The events of an entry that is shown no more no longer say whose it was.
    """
    query = select(PublicEvent).order_by(col(PublicEvent.seq).desc()).limit(limit)
    if regime is not None:
        query = query.where(col(PublicEvent.regime) == regime)
    if business_id is not None:
        query = query.where(col(PublicEvent.business_id) == business_id)
    if region is not None:
        return sorted(_within(session, query, region), key=_number, reverse=True)[:limit]
    return session.execute(query).scalars().all()


def _within(session: Session, query: Select[PublicEvent], region: str) -> Iterator[PublicEvent]:
    """Yield what a query finds in each region that lies within one and has events.

    One question for all of them would go through the events of the whole country until its page is full.
    """
    place, own = col(PublicEvent.region), prefix(region)
    if not own:
        yield from session.execute(query).scalars()
        return
    following = select(place).order_by(place).limit(1)
    after, last = own.ljust(6, "0"), own.ljust(6, "9")
    at = session.execute(following.where(place >= after, place <= last)).scalar()
    while at is not None:
        yield from session.execute(query.where(place == at)).scalars()
        at = session.execute(following.where(place > at, place <= last)).scalar()


def _number(event: PublicEvent) -> int:
    return event.seq


def last_number(session: Session) -> int:
    """Return the number of the latest public event, forgotten or not; `BEGINNING` before the first."""
    latest = session.execute(select(func.max(col(PublicEvent.seq)))).scalar_one()
    return max(BEGINNING if latest is None else int(latest), forgotten_through(session))


def forget_events(session: Session, rulebook: Rulebook, now: datetime) -> int:
    """Forget the events whose term is over, and remember how far; return how many.

    Raises:
        RuleRefused: No term of events is in force.
    """
    today = legal_day(now)
    months = rulebook.find(Term, RETAINED, "", today).months
    if months is None:
        return 0
    kept_from = datetime.combine(add_months(today, -months), datetime.min.time(), SHANGHAI)
    through = session.execute(
        select(func.max(col(PublicEvent.seq))).where(col(PublicEvent.at) < kept_from)
    ).scalar_one()
    if through is None:
        return 0
    gone = session.connection().execute(delete(PublicEvent).where(col(PublicEvent.seq) <= through))
    session.merge(FeedHead(id=1, forgotten_through=through))
    session.flush()
    return int(gone.rowcount)


def forgotten_through(session: Session) -> int:
    """Return the number of the last event that was forgotten; `BEGINNING` where none was."""
    head = session.get(FeedHead, 1)
    return head.forgotten_through if head is not None else BEGINNING
