"""Turns at checking return codes: one at a time, five a second at most, and nobody is asked for an address.

Checking one costs time and memory by design. Who sends a report and who comes back wait in two
queues that are served by turns, so that a flood of guesses delays no report. Who would wait too long
is told so at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from registry.reports.policy import CHECKS_A_SECOND, MOST_WAITING

Lane = Literal["sending", "returning"]
LANES: tuple[Lane, Lane] = ("sending", "returning")


class Crowded(Exception):
    """So many wait that one more would wait too long."""


class Turns:
    """Gives turns on one event loop."""

    def __init__(self, a_second: float = CHECKS_A_SECOND, most: int = MOST_WAITING) -> None:
        self._pause, self._most = 1 / a_second, most
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in LANES}
        self._last: Lane = "returning"
        self._busy = False
        self._free_at = 0.0

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[None]:
        """Wait for a turn, and hold it as long as the context lasts.

        Raises:
            Crowded: Too many wait in this lane.
        """
        if len(self._waiting[lane]) >= self._most:
            raise Crowded
        mine = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(mine)
        self._call()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._end()
            raise
        try:
            yield
        finally:
            self._end()

    def _call(self) -> None:
        """Give the turn to whoever is next, once it is free and the pause is over."""
        loop = asyncio.get_running_loop()
        if self._busy:
            return
        first, second = LANES if self._last == "returning" else LANES[::-1]
        lane = first if self._next(first) else second
        mine = self._next(lane)
        if mine is None:
            return
        self._busy = True
        if (wait := self._free_at - loop.time()) > 0:
            loop.call_later(wait, self._again)
            return
        self._waiting[lane].popleft()
        self._last, self._free_at = lane, loop.time() + self._pause
        mine.set_result(None)

    def _next(self, lane: Lane) -> asyncio.Future[None] | None:
        queue = self._waiting[lane]
        while queue and queue[0].done():  # whoever went away
            queue.popleft()
        return queue[0] if queue else None

    def _again(self) -> None:
        self._busy = False
        self._call()

    def _end(self) -> None:
        self._busy = False
        self._call()
