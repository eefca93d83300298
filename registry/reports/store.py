"""The database of reports: its own file or schema, so that a copy of the registry holds none of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from registry.errors import Broken
from registry.reports.decoy import DECOY
from registry.reports.tables import Installation, LastVisit, metadata
from registry.reports.vault import Vault, make_pepper, read_pepper
from registry.settings import Settings
from registry.store.engine import open_engine, reading, writing
from registry.store.migrate import Schema, at_release, differences, upgrade

REPORTS = Schema(metadata, Path(__file__).parent / "versions")


@dataclass(frozen=True, repr=False)
class Reports:
    """The reports of an installation; nothing is opened before it is needed.

    Attributes:
        engine: Their database.
        pepper_file: What stands beside it and in no database.
    """

    engine: Engine
    pepper_file: Path

    @cached_property
    def pepper(self) -> bytes:
        """Return the pepper.

        Raises:
            Broken: It is missing, cut, or others may read it.
        """
        return read_pepper(self.pepper_file)

    @contextmanager
    def reading(self, today: date) -> Iterator[Vault]:
        """Open one consistent state of the reports.

        Args:
            today: Legal day.
        """
        with reading(self.engine) as session:
            yield self._vault(session, today)

    @contextmanager
    def writing(self, today: date) -> Iterator[Vault]:
        """Open one transaction on the reports; it commits at the end, or leaves nothing behind.

        Args:
            today: Legal day.
        """
        with writing(self.engine) as session:
            yield self._vault(session, today)

    def check(self) -> None:
        """See that reports can be taken and kept here.

        Raises:
            Broken: The database is not there, is not at the schema of this release or was altered; or
                the pepper is missing, cut, or open to others.
        """
        file = self.engine.url.database
        if self.engine.dialect.name == "sqlite" and not (file and Path(file).exists()):
            raise Broken(f"there is no database of reports at {file}; run `honest-metrology init`")
        if not at_release(self.engine, schema=REPORTS):
            raise Broken("the reports are not at the schema of this release; run `honest-metrology init`")
        if found := differences(self.engine, schema=REPORTS):
            raise Broken("the schema of the reports was altered", problems=list(map(str, found)))
        read_pepper(self.pepper_file)

    def _vault(self, session: Session, today: date) -> Vault:
        return Vault(session, session.exec(select(Installation)).one().site, self.pepper, today)


def open_reports(settings: Settings) -> Reports:
    """Return the reports of an installation.

    Raises:
        Broken: Their database would be that of the registry, or its address names none.
    """
    if settings.reports_database == settings.database:
        raise Broken("HM_REPORTS_URL names the registry's own database; the reports need one of their own")
    return Reports(
        open_engine(settings.reports_database, "HM_REPORTS_URL", holds_what_is_shown=False),
        settings.pepper_file,
    )


def prepare(settings: Settings) -> Reports:
    """Bring the reports to the schema of this release; the first time, give them a name and a pepper.

    Raises:
        Broken: The pepper is missing where reports were begun: a new one would open none of them.
    """
    reports = open_reports(settings)
    try:
        upgrade(reports.engine, schema=REPORTS)
        with writing(reports.engine) as session:
            if session.exec(select(Installation)).one_or_none() is None:
                make_pepper(reports.pepper_file)
                name_site(session, settings.origin)
        reports.check()
    except Broken:
        reports.engine.dispose()
        raise
    return reports


def name_site(session: Session, site: str) -> None:
    """Give an empty database of reports the name that everything in it is bound to, and its decoy."""
    session.add(Installation(site=site))
    session.add(LastVisit(key=DECOY))
