"""What every job stands on, and the record that makes a due run happen once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from registry.audit.work import Work
from registry.founding import job_actor
from registry.rulebook import Rulebook
from registry.settings import Settings
from registry.store.engine import reading, writing
from registry.store.tables import ScheduledRun
from search_index.protocol import Index

LEASE = timedelta(hours=1)  # a run that neither ended nor was heard of for so long may be taken over


@dataclass(frozen=True)
class Plant:
    """The parts that jobs work with."""

    settings: Settings
    engine: Engine
    index: Index
    now: Callable[[], datetime]
    rulebook: Callable[[], Rulebook]

    def work(self, session: Session, job: str) -> Work:
        """Return the work of a job in a transaction."""
        return Work(session, job_actor(job), self.now(), self.rulebook())


def claim(engine: Engine, job: str, due_at: datetime, now: datetime) -> bool:
    """Claim a due run; of many claimants one gets it, and again only if it died."""
    try:
        with writing(engine) as session:
            session.connection().execute(
                insert(ScheduledRun), [{"job": job, "due_at": due_at, "claimed_at": now}]
            )
            return True
    except IntegrityError:
        with writing(engine) as session:
            taken = session.connection().execute(
                update(ScheduledRun)
                .where(col(ScheduledRun.job) == job, col(ScheduledRun.due_at) == due_at)
                .where(col(ScheduledRun.finished_at).is_(None))
                .where(col(ScheduledRun.claimed_at) < now - LEASE)
                .values(claimed_at=now)
            )
            return taken.rowcount == 1


def last_finished(engine: Engine, job: str) -> datetime | None:
    """Return when the latest run that came to its end was due, or None where none ever did."""
    with reading(engine) as session:
        query = select(func.max(col(ScheduledRun.due_at))).where(
            col(ScheduledRun.job) == job, col(ScheduledRun.finished_at).is_not(None)
        )
        found: datetime | None = session.execute(query).scalar_one()
    return found


def finish(engine: Engine, job: str, due_at: datetime, now: datetime, outcome: str) -> None:
    """Write down that a run ended, and how."""
    with writing(engine) as session:
        session.connection().execute(
            update(ScheduledRun)
            .where(col(ScheduledRun.job) == job, col(ScheduledRun.due_at) == due_at)
            .values(finished_at=now, outcome=outcome)
        )
