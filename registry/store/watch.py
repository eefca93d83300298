"""Whether anything was committed since one last looked that the public may see, told by the database itself.

Equal marks mean that every reader sees the same of all that public answers are made of, and of the law.
The mark is the count of `registry.store.changes`: it is raised within the transaction that changes something,
so it is seen together with the change, and it never comes again.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from registry.store.changes import SEEN

Value = TypeVar("Value")

_seen: ContextVar[dict["Watch", object] | None] = ContextVar("marks of this request", default=None)


@contextmanager
def one_state(seen: dict["Watch", object]) -> Iterator[None]:
    """Ask each watch at most once for all that only has to be as new as this request.

    Only for requests that write nothing: what they wrote themselves would be missed.

    Args:
        seen: Marks that were asked for since the request arrived.
    """
    before = _seen.set(seen)
    try:
        yield
    finally:
        _seen.reset(before)


class Watch:
    """The eye on one database; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._kept: PoolProxiedConnection | None = None
        self._turn = Lock()

    @property
    def waits(self) -> bool:
        """Say whether the answer comes from another machine, and may have to be waited for."""
        return self.engine.dialect.name != "sqlite"

    def mark(self) -> object:
        """Return the mark of the state that readers see now.

        Raises:
            OperationalError: The database does not tell.
        """
        with self._turn:
            kept = self._kept = self._kept or self._connected()
            driver: Any = kept.driver_connection
            try:
                found: object = driver.cursor().execute(SEEN).fetchone()[0]
            except driver.Error as failed:
                self._kept = None
                kept.invalidate()
                raise OperationalError(SEEN, None, failed) from failed
            return found

    def known(self) -> object:
        """Return the mark of a state no older than the request under way, or than this call without one.

        Raises:
            OperationalError: The database does not tell.
        """
        seen = _seen.get()
        if seen is None:
            return self.mark()
        if self not in seen:
            seen[self] = self.mark()
        return seen[self]

    def close(self) -> None:
        """Give the kept connection back."""
        with self._turn:
            kept, self._kept = self._kept, None
            if kept is not None:
                kept.invalidate()  # it is not as others expect it

    def _connected(self) -> PoolProxiedConnection:
        kept = self.engine.raw_connection()
        driver: Any = kept.driver_connection
        if self.waits:
            driver.autocommit = True  # each question sees what has ended by then
        return kept


class Kept(Generic[Value]):
    """Something read from the database, and read again only when that or the key has changed."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._held: tuple[object, Value] | None = None
        self._turn = Lock()

    def get(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """Return what was read of a state no older than the request under way, or than this call.

        Args:
            key: What else the value depends on.
            read: Reads it; one thread does, and those that ask meanwhile wait for it.

        Raises:
            OperationalError: The database does not answer.
        """
        state = (self._watch.known(), key)
        with self._turn:
            if self._held is None or self._held[0] != state:
                self._held = (state, read())  # of this state or a later one, whose mark is another
            return self._held[1]
