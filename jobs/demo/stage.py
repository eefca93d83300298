"""The simulated clock of the demonstration: who acts on which day before the chosen one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine

from registry.accounts.commands import actor_by_account
from registry.audit.work import Work
from registry.calendar import SHANGHAI
from registry.documents.commands import FileDocument, file_document
from registry.overrides.queries import effective_rulebook
from registry.rulebook import Rulebook
from registry.store.engine import writing

MORNING = time(10, 0)


@dataclass(frozen=True)
class Stage:
    """Where the demonstration plays: its database, its folder, its day, the law."""

    engine: Engine
    folder: Path
    as_of: date
    package: Rulebook

    def instant(self, days_before: int, hour: int = MORNING.hour) -> datetime:
        """Return an hour in Shanghai, so many days before the chosen day."""
        day = self.as_of - timedelta(days=days_before)
        return datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC)

    @contextmanager
    def acting(self, account: str, days_before: int, hour: int = MORNING.hour) -> Iterator[Work]:
        """Open one transaction in which an account acts at a simulated instant."""
        with writing(self.engine) as session:
            rulebook = effective_rulebook(session, self.package)
            actor = actor_by_account(session, account)
            yield Work(session, actor, self.instant(days_before, hour), rulebook)

    def paper(self, work: Work, kind: str, title: str, region: str) -> str:
        """File a paper of the demonstration and return its identifier."""
        return file_document(
            work,
            self.folder,
            FileDocument.model_validate(
                {
                    "kind": kind,
                    "title": title,
                    "region": region,
                    "content": f"演示文书：{title}（{work.today.isoformat()}）".encode(),
                }
            ),
        )
