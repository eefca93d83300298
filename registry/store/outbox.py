"""The outbox: what must still be told to whom, written in the transaction that made it true.

Delivery may repeat or come late; effects may not. A consumer reads the subject again, makes its
effect durable, and only then are its rows deleted.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from registry.store.bulk import insert_rows
from registry.store.tables import Outbox

CONSUMERS = ("search", "score")


def enqueue(session: Session, topic: str, subject_ids: Iterable[str], now: datetime) -> None:
    """Tell every consumer to read the subjects again."""
    told = list(subject_ids)
    rows = [
        {"consumer": consumer, "subject_id": subject_id, "topic": topic, "recorded_at": now}
        for consumer in CONSUMERS
        for subject_id in told
    ]
    insert_rows(session, Outbox, rows)


def pending(session: Session, consumer: str, limit: int) -> Sequence[Outbox]:
    """Return the oldest rows of a consumer, each claimed by one worker only."""
    statement = (
        select(Outbox)
        .where(Outbox.consumer == consumer)
        .order_by(col(Outbox.seq))
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
    )
    return session.exec(statement).all()


def settle(session: Session, rows: Sequence[Outbox]) -> None:
    """Delete the rows whose effect is durable."""
    seqs = [row.seq for row in rows]
    for start in range(0, len(seqs), 500):
        session.connection().execute(delete(Outbox).where(col(Outbox.seq).in_(seqs[start : start + 500])))


def backlog(session: Session, consumer: str) -> int:
    """Return how many rows a consumer has not yet taken."""
    return session.exec(select(func.count()).where(Outbox.consumer == consumer)).one()
