"""What every handler stands on: settings, engine, index, clock and the law in force."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

from sqlalchemy import Engine

from registry.calendar import legal_day
from registry.rulebook import Rulebook
from registry.settings import Settings
from search_index.protocol import Index


class Running:
    """Which acts run at this moment, by bearer and Idempotency-Key."""

    def __init__(self) -> None:
        self._acts: set[tuple[str, str]] = set()
        self._turn = Lock()

    def begin(self, one: tuple[str, str]) -> bool:
        """Say whether an act may begin; it may not while the same one runs."""
        with self._turn:
            free = one not in self._acts
            self._acts.add(one)
            return free

    def end(self, one: tuple[str, str]) -> None:
        """Let the same one begin again."""
        with self._turn:
            self._acts.discard(one)


@dataclass(frozen=True)
class Edge:
    """The parts of one running installation.

    Attributes:
        running: The acts that this process is carrying out.
    """

    settings: Settings
    engine: Engine
    index: Index
    now: Callable[[], datetime]
    rulebook: Callable[[], Rulebook]
    running: Running = field(default_factory=Running)

    def today(self) -> date:
        """Return the legal day in Asia/Shanghai."""
        return legal_day(self.now())
