"""An installation whose nightly jobs are run by hand on its reports."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from jobs.running import Plant
from registry.log.notes import load_or_create
from registry.overrides.commands import ensure_archived
from registry.reports.store import name_site
from registry.settings import read_settings
from registry.store.engine import writing
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.reports.site import PEPPER, TODAY, Site


@dataclass
class Nights:
    """The parts that jobs work with, the office, and a clock that moves by days."""

    plant: Plant
    site: Site

    @property
    def files(self) -> Path:
        """Return the folder of the installation."""
        return self.plant.settings.data_dir


class Clock:
    """Half past eight in the morning, Shanghai, of a day that can be moved."""

    def __init__(self) -> None:
        self.today = TODAY

    def __call__(self) -> datetime:
        """Return the present instant."""
        return datetime(self.today.year, self.today.month, self.today.day, 0, 30, tzinfo=UTC)

    def pass_days(self, days: int) -> None:
        """Move the clock on."""
        self.today += timedelta(days=days)


@contextmanager
def nights(site: Site, registry_engine: Engine, data_dir: Path, clock: Clock) -> Iterator[Nights]:
    """Open a founded installation with its reports."""
    given.registry(registry_engine)
    with writing(registry_engine) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
    url = site.engine.url.render_as_string(hide_password=False)
    settings = read_settings(data_dir=data_dir, reports_url=url, log_origin="xinyang.example")
    load_or_create(settings.data_dir, settings.origin)
    settings.pepper_file.write_bytes(PEPPER)
    settings.pepper_file.chmod(0o600)
    with writing(site.engine) as session:
        name_site(session, "xinyang.example")
    index = EmbeddedIndex.open(data_dir / "index", write=True)
    plant = Plant(settings, registry_engine, index, clock, given.rulebook)
    yield Nights(plant, site)
    plant.reports.engine.dispose()
    index.close()
