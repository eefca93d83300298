"""Search over a search server: it answers as the embedded index does, and where it is silent that is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from api import edge
from registry.store import outbox
from registry.store.engine import reading, writing
from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_server import Address
from tests import given
from tests.api.building import built
from tests.api.conftest import Town
from tests.search_index.fake_meilisearch import FakeMeilisearch, listening


@pytest.fixture
def server() -> FakeMeilisearch:
    """The search server."""
    return FakeMeilisearch()


@pytest.fixture
def address(server: FakeMeilisearch) -> Iterator[Address]:
    """Where it listens; asked again at once after a failure."""
    with listening(server) as url:
        yield Address(url, "businesses", seconds=60.0, silence=0.0)


@pytest.fixture
def apart(town: Town, address: Address) -> Iterator[Town]:
    """The registry, with its index on the server."""
    index = MeilisearchIndex(address, write=True)
    plant = replace(town.plant, index=index)
    made = built().state.edge = edge.Edge(plant.settings, plant.engine, index, plant.now, given.rulebook)
    yield replace(town, plant=plant)
    made.reports.engine.dispose()
    plant.reports.engine.dispose()
    index.close()


def _register(town: Town, *names: str) -> list[str]:
    with writing(town.plant.engine) as session:
        return [given.business(given.work(session, "national"), name) for name in names]


def _search(town: Town, q: str) -> tuple[list[str], str]:
    answer = town.get("/api/v1/businesses", params={"q": q, "facets": "true"}).json()
    assert (answer["facets"] is None) is (answer["answered_by"] == "database")
    return [one["business"]["name"] for one in answer["items"]], answer["answered_by"]


def test_a_server_finds_suggests_counts_and_matches(apart: Town) -> None:
    _register(apart, "老王鲜鱼", "老李秤店")
    apart.deliver()
    assert _search(apart, "王鲜") == (["老王鲜鱼"], "index")
    suggested = apart.get("/api/v1/suggestions", params={"q": "lwxy"}).json()
    assert ([one["matched"] for one in suggested["items"]], suggested["answered_by"]) == (
        ["老王鲜鱼"],
        "index",
    )
    counts = apart.get("/api/v1/businesses", params={"q": "老", "facets": "true"}).json()["facets"]
    assert counts["total"] == 2
    matched = apart.post("/api/v1/businesses/match", {"items": [{"text": "李秤"}]}, None).json()
    assert [one["because"] for one in matched["items"][0]["candidates"]] == ["like"]
    assert matched["answered_by"] == "index"
    assert apart.get("/readyz").json()["index_documents"] == 2


def test_while_it_is_silent_the_database_finds_exact_names_and_the_answer_says_so(
    apart: Town, server: FakeMeilisearch
) -> None:
    _register(apart, "老王鲜鱼", "老李秤店")
    apart.deliver()
    server.refusing = True
    assert _search(apart, "老王鲜鱼") == (["老王鲜鱼"], "database")
    assert _search(apart, "王鲜") == ([], "database")
    assert _search(apart, "") == ([], "database")
    suggested = apart.get("/api/v1/suggestions", params={"q": "老李秤店"}).json()
    assert ([one["name"] for one in suggested["items"]], suggested["answered_by"]) == (
        ["老李秤店"],
        "database",
    )
    matched = apart.post("/api/v1/businesses/match", {"items": [{"text": "李秤"}]}, None).json()
    assert (matched["items"][0]["state"], matched["answered_by"]) == ("none", "database")
    assert apart.get("/readyz").json()["index_documents"] is None
    assert "hm_index_documents NaN\n" in apart.get("/metrics").text
    server.refusing = False
    assert _search(apart, "王鲜") == (["老王鲜鱼"], "index")  # no answer of the silence was remembered


def test_while_it_is_silent_nobody_is_found_by_a_name_that_is_masked(
    apart: Town, server: FakeMeilisearch
) -> None:
    with writing(apart.plant.engine) as session:
        work = given.work(session, "national")
        given.business(work, "王小明", kind="natural_person", market="浉河区集贸市场", stall="12号")
    apart.deliver()
    server.refusing = True
    assert _search(apart, "王小明") == ([], "database")


def test_what_changes_while_it_is_silent_waits_and_is_delivered_when_it_is_back(
    apart: Town, server: FakeMeilisearch
) -> None:
    server.refusing = True
    _register(apart, "老王鲜鱼")
    apart.deliver()
    with reading(apart.plant.engine) as session:
        assert outbox.backlog(session, "search") > 0
    server.refusing = False
    apart.clock[0] += timedelta(days=1)
    apart.deliver()
    with reading(apart.plant.engine) as session:
        assert outbox.backlog(session, "search") == 0
    assert _search(apart, "王鲜") == (["老王鲜鱼"], "index")


@pytest.mark.parametrize("most", [edge.MOST_WAITING, 0])
def test_while_a_change_waits_nobody_is_shown_for_what_he_was_called_before(
    apart: Town, server: FakeMeilisearch, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(edge, "MOST_WAITING", most)
    (business_id,) = _register(apart, "老王鲜鱼")
    apart.deliver()
    what = {"name": "老王粮油", "region": given.TOWN, "kind": "enterprise"}
    change = {"expected_version": 1, "held_from_on": "2026-01-01", "what": what}
    assert apart.post(f"/api/v1/businesses/{business_id}/change", change).status_code == 201
    (found,) = apart.get("/api/v1/businesses", params={"q": "老王"}).json()["items"]
    assert (found["business"]["name"], found["reasons"][0]["field"]) == ("老王粮油", "name")
    (found,) = apart.get("/api/v1/businesses", params={"q": "鲜鱼"}).json()["items"]
    assert found["reasons"][0]["field"] == "former_name"
    with writing(apart.plant.engine) as session:
        session.connection().execute(text("UPDATE business_version SET name = '老李', name_key = '老李'"))
        session.connection().execute(text("DELETE FROM alias"))
    assert apart.get("/api/v1/businesses", params={"q": "老王"}).json()["items"] == []


def test_a_server_that_lost_everything_is_filled_again_without_being_told(
    apart: Town, server: FakeMeilisearch, address: Address
) -> None:
    _register(apart, "老王鲜鱼")
    apart.deliver()
    server.indexes.clear()
    restarted = MeilisearchIndex(address, write=True)
    replace(apart, plant=replace(apart.plant, index=restarted)).deliver()
    assert _search(apart, "王鲜") == (["老王鲜鱼"], "index")
    restarted.close()
