"""Counts and suggestions beside a search: exact before and after delivery, on both databases."""

from registry.store.engine import writing
from tests import given
from tests.api.conftest import Town


def _facets(town: Town, **query: str) -> dict[str, object]:
    answer = town.get("/api/v1/businesses", params={**query, "facets": "true"})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()["facets"]
    return found


def _suggested(town: Town, q: str) -> list[str]:
    return [one["name"] for one in town.get("/api/v1/suggestions", params={"q": q}).json()["items"]]


def test_counts_are_the_same_before_and_after_the_index_has_heard(town: Town) -> None:
    with writing(town.plant.engine) as session:
        work = given.work(session, "national")
        model = given.business(work, "老王鲜鱼", sector="market_stall")
        given.business(work, "老李秤店", sector="shop_supermarket", region="320508")
        given.designation(work, model)
    expected = {
        "total": 2,
        "regions": {given.TOWN: 1, "320508": 1},
        "sectors": {"market_stall": 1, "shop_supermarket": 1},
        "lists": {},
        "designated": 1,
    }
    assert _facets(town, q="老") == expected
    town.deliver()
    assert _facets(town, q="老") == expected
    only = _facets(town, q="老", designated="true")
    assert (only["total"], only["sectors"]) == (1, {"market_stall": 1})


def test_counts_are_told_only_where_they_are_asked_for(town: Town) -> None:
    assert town.get("/api/v1/businesses", params={"q": "x"}).json()["facets"] is None


def test_a_suggestion_is_what_the_search_finds_and_the_database_shows(town: Town) -> None:
    with writing(town.plant.engine) as session:
        given.business(given.work(session, "national"), "老王鲜鱼", market="申城大道农贸市场", stall="A-17")
    town.deliver()
    assert _suggested(town, "lwxy") == ["老王鲜鱼"]
    (one,) = town.get("/api/v1/suggestions", params={"q": "申城大道"}).json()["items"]
    assert (one["field"], one["matched"], one["place"]) == ("market", "申城大道", "申城大道农贸市场")
    assert _suggested(town, "") == _suggested(town, "没有") == []
    assert town.get("/api/v1/suggestions", params={"q": "长" * 300}).status_code == 422
