"""Whether anything was committed since one last looked that the public may see, told by the database itself.

Equal marks mean that every reader sees the same of all that public answers are made of, and of the law.
The mark is the count of `registry.store.changes`: it is raised within the transaction that changes something,
so it is seen together with the change, and it never comes again.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Thread
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from registry.store.changes import SEEN

Value = TypeVar("Value")

QUICK = 0.1  # seconds: so long anybody may wait for a count
REST = 9  # times as long as a count took nobody counts again

_seen: ContextVar[dict["Watch", "Mark"] | None] = ContextVar("marks of this request", default=None)


def in_a_thread(work: Callable[[], None]) -> None:
    """Do something aside, in a thread that ends with the process."""
    Thread(target=work, name="counting", daemon=True).start()


@contextmanager
def one_state(seen: dict["Watch", "Mark"]) -> Iterator[None]:
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


class Mark(NamedTuple):
    """A state of the database, as far as this process tells of it.

    Attributes:
        changes: The count of the database; None before the first.
        counts: How often something was counted anew of a state that was told of before.
    """

    changes: int | None
    counts: int


class Watch:
    """The eye on one database; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._kept: PoolProxiedConnection | None = None
        self._turn = Lock()
        self._counts = 0

    @property
    def waits(self) -> bool:
        """Say whether the answer comes from another machine, and may have to be waited for."""
        return self.engine.dialect.name != "sqlite"

    def mark(self) -> Mark:
        """Return the mark of the state that readers see now.

        Raises:
            OperationalError: The database does not tell.
        """
        with self._turn:
            kept = self._kept = self._kept or self._connected()
            driver: Any = kept.driver_connection
            try:
                found: int | None = driver.cursor().execute(SEEN).fetchone()[0]
            except driver.Error as failed:
                self._kept = None
                kept.invalidate()
                raise OperationalError(SEEN, None, failed) from failed
            return Mark(found, self._counts)

    def known(self) -> Mark:
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

    def recounted(self) -> None:
        """Let what was told of the present state be told anew: a count of it has come."""
        with self._turn:
            self._counts += 1

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


class _Held(NamedTuple, Generic[Value]):
    """What was read, of which state, and how long that took and when it ended, in seconds of a clock."""

    state: Mark
    key: Hashable
    value: Value
    took: float
    at: float


class Counted(Generic[Value]):
    """A count of very many rows, for which nobody waits once it was taken for the first time.

    A quick count is taken again whenever the database has changed, as by `Kept`. A slow one is answered as
    it was while one thread counts anew, and so that counting never takes more than a tenth of the time of
    a thread. So what is told is older than the last commit by some seconds at a hundred thousand rows, by
    a minute or two at millions.
    """

    def __init__(
        self,
        watch: Watch,
        *,
        clock: Callable[[], float] = time.monotonic,
        aside: Callable[[Callable[[], None]], None] = in_a_thread,
    ) -> None:
        """Take the eye on the database, a clock in seconds, and how work is done aside."""
        self._watch = watch
        self._clock = clock
        self._aside = aside
        self._held: _Held[Value] | None = None
        self._turn = Lock()
        self._counting = Lock()

    def get(self, key: Hashable, count: Callable[[], Value]) -> Value:
        """Return a count: of this state where it is quickly taken, else the latest that there is.

        Args:
            key: What else it depends on; another key is counted at once.
            count: Takes it, from a session of its own.

        Raises:
            OperationalError: The database does not answer.
        """
        state, held = self._watch.known(), self._held
        if held is None or held.key != key or held.took < QUICK:
            with self._turn:
                held = self._held
                if held is None or held.key != key or held.state.changes != state.changes:
                    held = self._count(key, count)
            return held.value
        rested = self._clock() - held.at >= held.took * REST
        changed = held.state.changes != state.changes
        if changed and rested and self._counting.acquire(blocking=False):
            self._aside(lambda: self._count_anew(key, count))
        return held.value

    def _count_anew(self, key: Hashable, count: Callable[[], Value]) -> None:
        try:
            self._count(key, count)
            self._watch.recounted()
        finally:
            self._counting.release()

    def _count(self, key: Hashable, count: Callable[[], Value]) -> _Held[Value]:
        state, begun = self._watch.mark(), self._clock()
        value = count()  # of this state or a later one, whose mark is another
        ended = self._clock()
        self._held = held = _Held(state, key, value, ended - begun, ended)
        return held


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
