"""The application over a founded registry, asked as a client would, in process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine

from api.app import served
from api.edge import Edge, Running
from jobs import deliver_outbox
from jobs.running import Plant
from registry.accounts.api_keys import issue_key
from registry.overrides.commands import ensure_archived
from registry.publication.signing import load_or_create
from registry.settings import Settings
from registry.store.engine import writing
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.api.building import built
from tests.api.realm import Realm, filled


@dataclass
class Town:
    """A running registry: its client, its parts, a clock to move, and a key for each account."""

    client: TestClient[Any]
    plant: Plant
    clock: list[datetime]
    keys: dict[str, str] = field(default_factory=dict)
    running: Running = field(default_factory=Running)
    asked: int = 0

    def get(self, path: str, account: str | None = None, **more: Any) -> httpx.Response:
        """Ask for a path, as somebody or as the public."""
        return self.client.get(path, headers=self._headers(account, more.pop("headers", {})), **more)

    def post(self, path: str, body: Any, account: str | None = "national", **more: Any) -> httpx.Response:
        """Send a body with a fresh idempotency key, unless one is given."""
        self.asked += 1
        headers = {"Idempotency-Key": more.pop("key", f"key-{self.asked}"), **more.pop("headers", {})}
        return self.client.post(path, json=body, headers=self._headers(account, headers), **more)

    def deliver(self) -> None:
        """Run what the worker runs every half second."""
        deliver_outbox.run(self.plant)

    def _headers(self, account: str | None, headers: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.keys[account]}"} if account else {}), **headers}


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Iterator[Town]:
    """A registry with offices, people and keys, on both databases."""
    given.registry(engine)
    load_or_create(settings.data_dir)
    clock = [given.NOW]
    with writing(engine) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
        admin = given.work(session, "admin")
        accounts = ("admin", "officer", "colleague", "approver", "superior", "national", "auditor")
        accounts += ("national-approver",)
        keys = {name: issue_key(admin, name).token for name in accounts}
    index = EmbeddedIndex.open(settings.data_dir / "index", write=True)
    plant = Plant(settings, engine, index, lambda: clock[0], given.rulebook)
    app = built()
    running = Running()
    app.state.edge = Edge(settings, engine, index, plant.now, given.rulebook, running)
    with TestClient(served(app), raise_server_exceptions=False) as client:
        yield Town(client, plant, clock, keys, running)
    index.close()


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Realm]:
    """A registry with one of everything and everybody; `renew` puts it under the application, as filled."""
    made = filled(tmp_path_factory.mktemp("realm"), migrated_sqlite)
    yield made
    made.index.close()
