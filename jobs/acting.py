"""Acting by command line: the account is named, each transaction ends with its command or batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from jobs.opening import opened
from jobs.process import clock
from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.overrides.queries import effective_rulebook
from registry.rulebook import Rulebook, load_rulebook
from registry.settings import Settings, read_settings
from registry.store.engine import checkpoint, sole_holder, writing

LONG_LOG = 1 << 28  # bytes; every page that is read is looked for in all of the log first


@dataclass(frozen=True)
class Desk:
    """Where an account acts: the open database and the installed law."""

    engine: Engine
    package: Rulebook
    account: str
    data_dir: Path

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open one transaction in which the account acts.

        Raises:
            Unauthenticated: There is no such account, or it is disabled.
        """
        with writing(self.engine) as session:
            actor = actor_by_account(session, self.account)
            yield Work(session, actor, clock(), effective_rulebook(session, self.package))
        if _log_size(self.engine) > LONG_LOG:
            _move_log(self.engine, self.data_dir)


def _log_size(engine: Engine) -> int:
    """Return the bytes of the write-ahead log of SQLite; 0 on PostgreSQL."""
    log = Path(f"{engine.url.database}-wal") if engine.dialect.name == "sqlite" else None
    return log.stat().st_size if log is not None and log.exists() else 0


def _move_log(engine: Engine, data_dir: Path) -> None:
    """Move the log of an unserved folder into its file; a serving process does so by itself."""
    with sole_holder(data_dir) as holder:
        if holder:
            checkpoint(engine)


@contextmanager
def desk(account: str, settings: Settings | None = None) -> Iterator[Desk]:
    """Open the database for an account; at the end the log of an unserved folder is moved into its file.

    Raises:
        Broken: The settings or the database are not usable.
    """
    where = settings or read_settings()
    with opened(where) as engine:
        yield Desk(engine, load_rulebook(), account, where.data_dir)
        _move_log(engine, where.data_dir)


@contextmanager
def acting(account: str, settings: Settings | None = None) -> Iterator[Work]:
    """Open one transaction in which an account acts.

    Raises:
        Unauthenticated: There is no such account, or it is disabled.
        Broken: The settings or the database are not usable.
    """
    with desk(account, settings) as desk_of_one, desk_of_one.work() as work:
        yield work
