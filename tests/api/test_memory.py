"""An answer is given again only while nothing changed that it may show; the database is asked each time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from sqlalchemy import Engine, event
from sqlmodel import text

from api import memory
from api.edge import Edge
from registry.store import prepared
from registry.store.engine import writing
from registry.store.watch import Watch
from tests import given
from tests.api.conftest import Town

SHOP = {"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise"}
CODE = "/api/v1/businesses?q=91411500MA40000017"
ELSEWHERE = """
import sys
from sqlalchemy import text
from registry.store.engine import open_engine, writing
with writing(open_engine(sys.argv[1])) as session:
    hidden = text("UPDATE business SET standing = 'unidentified' WHERE id = :id")
    session.connection().execute(hidden, {"id": sys.argv[2]})
"""
PATHS = ("/", "/lists/red", "/api/v1/lists", "/api/v1/businesses?q=李记", "/businesses/{id}")


@contextmanager
def statements(town: Town) -> Iterator[list[str]]:
    """Give the statements that are sent to the database meanwhile, but for the question of its state."""
    sent: list[str] = []
    fetched = prepared._fetched

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    def noted(kept: Any, text: str, asked: Any) -> Any:
        sent.append(text)
        return fetched(kept, text, asked)

    event.listen(town.plant.engine, "before_cursor_execute", note)
    prepared._fetched = noted
    yield sent
    prepared._fetched = fetched
    event.remove(town.plant.engine, "before_cursor_execute", note)


def is_remembered(town: Town, sent: list[str], path: str, tries: int = 30) -> bool:
    """Say whether an answer is given again; whoever else writes on that server may prevent it at times."""
    for _ in range(tries):
        town.get(path)
        sent.clear()
        town.get(path)
        if not sent:
            return True
    return False


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_is_read_once_while_nothing_changes_and_anew_after_a_commit(town: Town, path: str) -> None:
    path = path.format(id=town.post("/api/v1/businesses", SHOP).json()["id"])
    town.deliver()
    with statements(town) as sent:
        first = town.get(path)
        assert sent
        assert is_remembered(town, sent, path)
        again = town.get(path)
        assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
        with writing(town.plant.engine) as session:
            session.connection().execute(text("UPDATE person SET name = name || '.'"))
        sent.clear()
        assert town.get(path).content == first.content
        assert sent


@pytest.mark.parametrize("path", PATHS[:-1])
def test_what_nobody_outside_reads_makes_no_answer_anew(town: Town, path: str) -> None:
    with statements(town) as sent:
        assert is_remembered(town, sent, path)
        with writing(town.plant.engine) as session:
            session.connection().execute(text("DELETE FROM login_session"))
        sent.clear()
        town.get(path)
        assert sent == []


def test_what_another_process_takes_back_is_shown_by_no_answer_that_was_remembered(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    town.deliver()
    paths = ("/api/v1/businesses?q=李记", "/search?q=李记", "/api/v1/suggestions?q=李记")
    for _ in range(2):
        assert all(business_id in town.get(path).text for path in paths)
    address = town.plant.engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", ELSEWHERE, address, business_id], check=True)
    assert not any(business_id in town.get(path).text for path in paths)


def test_what_was_changed_is_seen_by_the_next_reader(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    path = f"/api/v1/businesses/{business_id}"
    for number in range(1, 6):
        change = {
            "expected_version": number,
            "held_from_on": "2026-01-01",
            "what": {**SHOP, "name": f"第{number}名"},
        }
        assert town.post(f"{path}/change", change).status_code == 201
        assert town.get(path).json()["name"] == f"第{number}名"


def test_at_midnight_nothing_is_remembered(town: Town) -> None:
    with statements(town) as sent:
        town.get("/api/v1/lists")
        sent.clear()
        town.clock[0] += timedelta(days=1)
        town.get("/api/v1/lists")
        assert sent


def test_what_a_key_reads_is_not_remembered(town: Town) -> None:
    business_id = town.post("/api/v1/businesses", SHOP).json()["id"]
    path = f"/api/v1/scores/{business_id}"
    assert town.get(path, "auditor").status_code == 200
    assert town.get(path).status_code == 401


def test_memory_is_bounded(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = []
    for number in range(4):
        made = town.post("/api/v1/businesses", {**SHOP, "name": f"第{number}店"})
        paths.append(f"/api/v1/businesses/{made.json()['id']}")
    monkeypatch.setattr(memory, "MOST_BYTES", 2 * (memory.AROUND + len(town.get(paths[0]).content)))
    for path in paths:
        town.get(path)
    with statements(town) as sent:
        assert is_remembered(town, sent, paths[-1])
        for path in paths:
            town.get(path)
        sent.clear()
        town.get(paths[0])
        assert sent


@pytest.mark.parametrize("path", ["/api/v1/lists", "/businesses/{id}"])
def test_a_packed_answer_is_given_again_byte_for_byte_and_known_by_its_tag(
    town: Town, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(memory, "PACKED_FROM", 1)
    path = path.format(id=town.post("/api/v1/businesses", SHOP).json()["id"])
    with statements(town) as sent:
        first = town.get(path)
        assert is_remembered(town, sent, path)
    again = town.get(path)
    assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
    known = town.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "most"), [("/api/v1/businesses?q=李记", 0), ("/search?q=李记", 0), (CODE, 1)]
)
def test_a_question_never_asked_before_reads_only_what_is_not_known(town: Town, path: str, most: int) -> None:
    town.post("/api/v1/businesses", SHOP)
    town.deliver()
    fewest = most + 1
    with statements(town) as sent:
        for number in range(1, 31):  # whoever else writes on that server may have it read anew at times
            sent.clear()
            assert town.get(path + "&" * number).status_code == 200
            fewest = min(fewest, len(sent))
    assert fewest <= most


class Counting(Watch):
    """An eye that counts how often it looks."""

    looks = 0

    def mark(self) -> object:
        self.looks += 1
        return super().mark()


async def together(asked: memory.Memory, edge: Edge, watch: Counting) -> list[object]:
    """Ask, and ask ten times more while the first question is under way."""
    watch._turn.acquire()
    first = asyncio.create_task(asked._mark(edge))
    while not watch.looks:
        await asyncio.sleep(0.001)
    others = [asyncio.create_task(asked._mark(edge)) for _ in range(10)]
    await asyncio.sleep(0)
    watch._turn.release()
    return await asyncio.gather(first, *others)


def test_who_asks_while_a_question_is_under_way_shares_the_next_one(engine: Engine, town: Town) -> None:
    """Never that one: it may have been answered before a commit that is already visible."""
    watch = Counting(engine)
    edge = Edge(town.plant.settings, engine, town.plant.index, town.plant.now, town.plant.rulebook)
    object.__setattr__(edge, "watch", watch)
    marks = asyncio.run(together(memory.Memory(Litestar([]), lambda: edge), edge, watch))
    assert watch.looks == 2
    assert len(set(marks[1:])) == 1
    watch.close()
