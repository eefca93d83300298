"""What is committed to a quiet table alone makes no public answer anew, so no public answer may read one."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import event
from sqlmodel import SQLModel

from api.app import served
from registry.store import prepared
from registry.store.changes import QUIET
from tests.api.building import built
from tests.api.realm import Realm
from tests.api.test_canaries import addresses

READ = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)', re.IGNORECASE)


@pytest.fixture
def read(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The tables that statements name from here on, with a client to ask the realm."""
    realm.renew()
    named: set[str] = set()
    fetched = prepared._fetched

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        named.update(READ.findall(statement))

    def noted(kept: Any, text: str, asked: Any) -> Any:
        named.update(READ.findall(text))
        return fetched(kept, text, asked)

    monkeypatch.setattr(prepared, "_fetched", noted)
    event.listen(realm.engine, "before_cursor_execute", note)
    with TestClient(served(built()), raise_server_exceptions=False) as realm.client:
        yield named


def test_no_answer_for_everybody_reads_a_quiet_table(realm: Realm, read: set[str]) -> None:
    asked = 0
    for right in built().state.rights.values():
        if right.method == "GET" and right.roles is None and not right.path.startswith("/desk"):
            for path in (*addresses(realm, right), right.path + "?q=1234567"):
                asked += realm.client.get(path).status_code == 200
    assert asked > 40
    assert read & QUIET == set()
    assert {"business", "list_entry", "instrument", "log_leaf", "outbox"} <= read, "nothing was looked at"


def test_a_quiet_table_is_a_table() -> None:
    assert QUIET - {"alembic_version"} <= set(SQLModel.metadata.tables)
