"""An office's reports as tests hold them: a database, its people's keys, a day."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from registry.reports.readiness import Purpose
from registry.reports.sealing import SecretKey
from registry.reports.tables import HolderKey
from registry.reports.vault import Vault
from registry.store.engine import writing

TODAY = date(2026, 11, 22)
PEPPER = bytes(range(32))
OFFICE = "AMR-411502"
HOLDERS: Mapping[Purpose, tuple[str, str]] = {"intake": ("li", "wang"), "custody": ("zhao", "qian")}
PHRASE = "correct horse battery staple {}"


@dataclass(frozen=True)
class Site:
    """A database of reports, and the office's people by name with their keys."""

    engine: Engine
    rows: dict[str, HolderKey]
    secrets: dict[str, SecretKey]
    shares: list[str]
    today: date = TODAY

    @contextmanager
    def vault(self, today: date | None = None) -> Iterator[Vault]:
        """Open a transaction on the reports."""
        with writing(self.engine) as session:
            yield Vault(session, "xinyang.example", PEPPER, today or self.today)
