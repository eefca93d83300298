"""Acting by command line: the account is named, the transaction ends with the command."""

from collections.abc import Iterator
from contextlib import contextmanager

from jobs.process import clock
from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.overrides.queries import effective_rulebook
from registry.rulebook import load_rulebook
from registry.settings import Settings, read_settings
from registry.store.engine import open_engine, writing


@contextmanager
def acting(account: str, settings: Settings | None = None) -> Iterator[Work]:
    """Open one transaction in which an account acts.

    Raises:
        Unauthenticated: There is no such account, or it is disabled.
        Broken: The settings are not usable.
    """
    engine = open_engine((settings or read_settings()).database)
    package = load_rulebook()
    try:
        with writing(engine) as session:
            yield Work(
                session, actor_by_account(session, account), clock(), effective_rulebook(session, package)
            )
    finally:
        engine.dispose()
