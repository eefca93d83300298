"""An installation whose jobs are run by hand, on both databases, with a clock to move."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs import deliver_outbox
from jobs.running import Plant
from registry.overrides.commands import ensure_archived
from registry.publication.signing import load_or_create
from registry.reports.store import prepare
from registry.settings import Settings
from registry.store.engine import writing
from search_index.embedded import EmbeddedIndex
from search_index.protocol import Query
from tests import given
from tests.lists.cases import Case, begun


@dataclass
class Works:
    """An installation: the case that acts in it, and the parts that its jobs work with."""

    case: Case
    plant: Plant

    def pass_days(self, days: int) -> None:
        """Move the clock on."""
        self.case.now += timedelta(days=days)

    def deliver(self) -> None:
        """Run what runs every half second."""
        deliver_outbox.run(self.plant)

    def found(self, text: str = "", **filters: tuple[str, ...]) -> set[str]:
        """Return the businesses that the index finds, whether or not they may be shown."""
        hits = self.plant.index.search(Query(text, limit=100, **filters))
        return {hit.business_id for hit in hits.items}


@pytest.fixture
def works(engine: Engine, settings: Settings, data_dir: Path) -> Iterator[Works]:
    """A founded installation with an empty index."""
    load_or_create(data_dir)
    prepare(settings).engine.dispose()
    case = begun(engine, data_dir)
    with writing(engine) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
    index = EmbeddedIndex.open(data_dir / "index", write=True)
    yield Works(case, Plant(settings, engine, index, lambda: case.now, given.rulebook))
    index.close()
