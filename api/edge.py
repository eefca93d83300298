"""What every handler stands on: settings, engine, index, clock and the law in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from litestar.openapi.spec import SecurityRequirement
from sqlalchemy import Engine

from registry.calendar import legal_day
from registry.rulebook import Rulebook
from registry.settings import Settings
from search_index.protocol import Index

# what the OpenAPI document says of a route that needs a key
KEYED: list[SecurityRequirement] = [{"key": []}]


@dataclass(frozen=True)
class Edge:
    """The parts of one running installation."""

    settings: Settings
    engine: Engine
    index: Index
    now: Callable[[], datetime]
    rulebook: Callable[[], Rulebook]

    def today(self) -> date:
        """Return the legal day in Asia/Shanghai."""
        return legal_day(self.now())
