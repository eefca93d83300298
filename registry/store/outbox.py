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

CONSUMERS = ("lists", "search", "score")
AT_ONCE = 200  # subjects of one row: a batch of thousands costs a few rows, not thousands


def enqueue(session: Session, topic: str, subject_ids: Iterable[str], now: datetime) -> None:
    """Tell every consumer to read the subjects again."""
    told = list(subject_ids)
    parts = [told[start : start + AT_ONCE] for start in range(0, len(told), AT_ONCE)]
    rows = [
        {"consumer": consumer, "subject_ids": part, "subjects": len(part), "topic": topic, "recorded_at": now}
        for consumer in CONSUMERS
        for part in parts
    ]
    insert_rows(session, Outbox, rows)


def pending(session: Session, consumer: str, limit: int) -> Sequence[Outbox]:
    """Return the oldest rows of a consumer, each claimed by one worker only.

    Args:
        session: A writing one; the claim ends with it.
        consumer: One of `CONSUMERS`.
        limit: Subjects wanted; the last row may bring a few more.
    """
    statement = (
        select(Outbox)
        .where(Outbox.consumer == consumer)
        .order_by(col(Outbox.seq))
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
    )
    taken: list[Outbox] = []
    for row in session.exec(statement):
        taken.append(row)
        limit -= row.subjects
        if limit <= 0:
            break
    return taken


def numbers(session: Session, consumer: str) -> Sequence[int]:
    """Return the numbers of all rows of a consumer, the oldest first."""
    told = select(Outbox.seq).where(Outbox.consumer == consumer).order_by(col(Outbox.seq))
    return [seq for seq in session.exec(told) if seq is not None]


def waiting(session: Session, consumer: str, most: int) -> set[str] | None:
    """Return the subjects that a consumer has not yet read again, or None where they are more than `most`."""
    if backlog(session, consumer) > most:
        return None
    told = session.exec(select(Outbox.subject_ids).where(Outbox.consumer == consumer))
    return {subject for subjects in told for subject in subjects}


def settle(session: Session, rows: Sequence[Outbox]) -> None:
    """Delete the rows whose effect is durable."""
    settle_numbers(session, [row.seq for row in rows if row.seq is not None])


def settle_numbers(session: Session, seqs: Sequence[int]) -> None:
    """Delete the rows of these numbers, whose effect is durable."""
    for start in range(0, len(seqs), 500):
        session.connection().execute(delete(Outbox).where(col(Outbox.seq).in_(seqs[start : start + 500])))


def backlog(session: Session, consumer: str) -> int:
    """Return how many subjects a consumer has not yet read again; one named twice counts twice."""
    told = select(func.coalesce(func.sum(Outbox.subjects), 0)).where(Outbox.consumer == consumer)
    return int(session.exec(told).one())
