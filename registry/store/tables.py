"""Rows that belong to no slice: work to deliver, runs that are due, answers already given."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant

# SQLite counts only INTEGER PRIMARY KEY up by itself
Sequence = BigInteger().with_variant(Integer, "sqlite")


class PublicChanges(SQLModel, table=True):
    """How many commits may have changed what the public sees; one row, see `registry.store.changes`."""

    __tablename__ = "public_changes"

    id: int = Field(primary_key=True)
    changes: int = Field(sa_type=BigInteger)


class Outbox(SQLModel, table=True):
    """Subjects that a consumer must read again; deleted when their effect is durable.

    Attributes:
        subject_ids: One act's subjects; a batch takes many rows of bounded length.
        subjects: How many they are.
    """

    __table_args__ = (
        Index("outbox_by_consumer", "consumer", "seq", "subjects"),  # with what is counted of each row
    )

    seq: int | None = Field(default=None, sa_column=Column(Sequence, primary_key=True, autoincrement=True))
    consumer: str
    subject_ids: list[str] = Field(sa_column=Column(JSON, nullable=False))
    subjects: int
    topic: str
    recorded_at: datetime = Field(sa_type=Instant)


class ScheduledRun(SQLModel, table=True):
    """A run of a job that is due; claimed once, finished once."""

    __tablename__ = "scheduled_run"

    job: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant, primary_key=True)
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str | None = None


class IdempotencyKey(SQLModel, table=True):
    """The answer once given to a keyed request, so that a retry repeats nothing."""

    __tablename__ = "idempotency_key"

    principal: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_digest: str
    status: int | None = None
    media_type: str | None = None
    body: str | None = None
    recorded_at: datetime = Field(sa_type=Instant)
