"""Acting by command line: the account is named, each transaction ends with its command or batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from jobs.opening import opened
from jobs.process import clock
from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.overrides.queries import effective_rulebook
from registry.rulebook import Rulebook, load_rulebook
from registry.settings import Settings, read_settings
from registry.store.engine import checkpoint, sole_holder, writing


@dataclass(frozen=True)
class Desk:
    """Where an account acts: the open database and the installed law."""

    engine: Engine
    package: Rulebook
    account: str

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open one transaction in which the account acts.

        Raises:
            Unauthenticated: There is no such account, or it is disabled.
        """
        with writing(self.engine) as session:
            actor = actor_by_account(session, self.account)
            yield Work(session, actor, clock(), effective_rulebook(session, self.package))


@contextmanager
def desk(account: str, settings: Settings | None = None) -> Iterator[Desk]:
    """Open the database for an account; at the end the log of an unserved folder is moved into its file.

    Raises:
        Broken: The settings or the database are not usable.
    """
    where = settings or read_settings()
    with opened(where) as engine:
        yield Desk(engine, load_rulebook(), account)
        with sole_holder(where.data_dir) as holder:
            if holder:
                checkpoint(engine)


@contextmanager
def acting(account: str, settings: Settings | None = None) -> Iterator[Work]:
    """Open one transaction in which an account acts.

    Raises:
        Unauthenticated: There is no such account, or it is disabled.
        Broken: The settings or the database are not usable.
    """
    with desk(account, settings) as desk_of_one, desk_of_one.work() as work:
        yield work
