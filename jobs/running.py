"""What every job stands on, and the record that makes a due run happen once."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col

from jobs.patience import Patience
from registry.audit.work import Work
from registry.founding import job_actor
from registry.reports.store import Reports, open_reports
from registry.rulebook import Rulebook
from registry.settings import Settings
from registry.store.engine import reading, writing
from registry.store.tables import ScheduledRun
from search_index.protocol import Index

log = logging.getLogger("honest_metrology.jobs")

LEASE = timedelta(minutes=10)  # a run that neither ended nor was heard of for so long may be taken over
BEAT_SECONDS = 60.0  # so that a run is heard of several times within its lease


@dataclass(frozen=True)
class Plant:
    """The parts that jobs work with.

    Attributes:
        patience: How long to leave alone what failed.
        reports: The sealed reports, in a database of their own.
    """

    settings: Settings
    engine: Engine
    index: Index
    now: Callable[[], datetime]
    rulebook: Callable[[], Rulebook]
    patience: Patience = field(default_factory=Patience)
    reports: Reports = field(init=False)

    def __post_init__(self) -> None:
        """Know where the reports are."""
        object.__setattr__(self, "reports", open_reports(self.settings))

    def work(self, session: Session, job: str) -> Work:
        """Return the work of a job in a transaction."""
        return Work(session, job_actor(job), self.now(), self.rulebook())


class Claim:
    """A due run in the hands of this process, for as long as it lets itself be heard of."""

    def __init__(self, engine: Engine, job: str, due_at: datetime, held_at: datetime) -> None:
        self.engine = engine
        self.job = job
        self.due_at = due_at
        self._held_at = held_at
        self._turn = threading.Lock()

    def renew(self, now: datetime) -> bool:
        """Say that the run still goes on; False: it was taken over, because nothing was heard of it."""
        return self._write(now, claimed_at=now)

    def finish(self, now: datetime, outcome: str) -> bool:
        """Write down that the run ended, and how; False: another has taken it over and will."""
        return self._write(self._held_at, finished_at=now, outcome=outcome)

    def give_back(self) -> None:
        """Let the run be claimed again at once, by whoever comes first."""
        with self._turn, writing(self.engine) as session:
            session.connection().execute(
                delete(ScheduledRun)
                .where(col(ScheduledRun.job) == self.job, col(ScheduledRun.due_at) == self.due_at)
                .where(col(ScheduledRun.claimed_at) == self._held_at)
                .where(col(ScheduledRun.finished_at).is_(None))
            )

    def _write(self, held_at: datetime, **values: object) -> bool:
        with self._turn, writing(self.engine) as session:
            written = session.connection().execute(
                update(ScheduledRun)
                .where(col(ScheduledRun.job) == self.job, col(ScheduledRun.due_at) == self.due_at)
                .where(col(ScheduledRun.claimed_at) == self._held_at)
                .where(col(ScheduledRun.finished_at).is_(None))
                .values(**values)
            )
            if written.rowcount == 1:
                self._held_at = held_at
            return written.rowcount == 1


def claim(engine: Engine, job: str, due_at: datetime, now: datetime) -> Claim | None:
    """Claim a due run; of many claimants one gets it, and again only if nothing is heard of it."""
    try:
        with writing(engine) as session:
            session.connection().execute(
                insert(ScheduledRun), [{"job": job, "due_at": due_at, "claimed_at": now}]
            )
    except IntegrityError:
        with writing(engine) as session:
            taken = session.connection().execute(
                update(ScheduledRun)
                .where(col(ScheduledRun.job) == job, col(ScheduledRun.due_at) == due_at)
                .where(col(ScheduledRun.finished_at).is_(None))
                .where(col(ScheduledRun.claimed_at) < now - LEASE)
                .values(claimed_at=now)
            )
        if taken.rowcount == 0:
            return None
    return Claim(engine, job, due_at, now)


@contextmanager
def heard_of(claimed: Claim, now: Callable[[], datetime], beat: float = BEAT_SECONDS) -> Iterator[None]:
    """Renew a claim every few seconds while the run lasts, so that nobody takes it over meanwhile.

    Args:
        claimed: The run.
        now: The clock.
        beat: Seconds between two renewals.
    """
    ended = threading.Event()

    def renew() -> None:
        held = True
        while held and not ended.wait(beat):
            try:
                held = claimed.renew(now())
            except DBAPIError as away:
                log.warning("%s: its claim could not be renewed, trying again: %s", claimed.job, away)
        if not held:
            log.error("%s: taken over by another process, because nothing was heard of it", claimed.job)

    thread = threading.Thread(target=renew, name=f"heard of {claimed.job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def last_finished(engine: Engine, job: str) -> datetime | None:
    """Return when the latest run that came to its end was due, or None where none ever did."""
    with reading(engine) as session:
        query = select(func.max(col(ScheduledRun.due_at))).where(
            col(ScheduledRun.job) == job, col(ScheduledRun.finished_at).is_not(None)
        )
        found: datetime | None = session.execute(query).scalar_one()
    return found
