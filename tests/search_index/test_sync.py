"""The index follows the database: by subject, by comparison, and at the moment of showing."""

from collections.abc import Iterable, Sequence

import pytest

from search_index.check import Differences, compare
from search_index.documents import SearchDocument
from search_index.protocol import Hits, Index, Query
from search_index.search import search_public
from search_index.sync import sync
from tests.search_index.given import document, fill, found


class Database:
    """What the public may see, by identifier."""

    def __init__(self, *shown: SearchDocument) -> None:
        self.shown = {one.business_id: one for one in shown}

    def load(self, ids: Sequence[str]) -> Iterable[SearchDocument]:
        return [self.shown[one] for one in ids if one in self.shown]

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        return {one.business_id: one.name for one in self.load(ids)}


def test_a_hit_stands_for_what_a_business_is_called_now_though_the_index_still_holds_the_old_name(
    index: Index,
) -> None:
    fill(index, document("a", "老王水产店"), document("b", "老王秤店"), document("c", "老王鱼行"))
    database = Database(document("a", "老王粮油店"), document("b", "老李秤店"), document("c", "老王鱼行"))

    def unheard(ids: Sequence[str]) -> dict[str, SearchDocument | None]:
        return {one: database.shown.get(one) for one in ids if one != "c"}

    page = search_public(index, Query("老王"), database.names, unheard, nowhere)
    assert {hit.business_id for hit, _ in page.items} == {"a", "c"}
    assert page.total == 2
    old = search_public(index, Query("水产"), database.names, unheard, nowhere)
    assert (old.items, old.total) == ((), 0)


def nothing_waits(_ids: Sequence[str]) -> dict[str, SearchDocument | None]:
    """Say that the index has heard of everything."""
    return {}


def nowhere(_query: Query) -> Hits:
    """Fail: the index answers."""
    pytest.fail("the index was passed over")


def test_what_changed_is_read_again_and_what_is_hidden_now_leaves(index: Index) -> None:
    fill(index, document("a", "老王"), document("b", "老李"), document("c", "老周"))
    database = Database(
        document("a", "新王", version=2), document("c", "新周", version=2), document("d", "老吴")
    )
    for _ in range(2):
        sync(index, database.load, ["a", "b", "d", "a", "never was"])
        assert set(found(index, "")) == {"a", "c", "d"}
        assert found(index, "新王") == ["a"]
        assert found(index, "老周") == ["c"]
    assert dict(index.digests(["a", "b"])) == {"a": database.shown["a"].digest()}


def test_the_comparison_names_what_is_missing_surplus_and_stale(index: Index) -> None:
    kept = [document(f"k{n}", f"老王{n}") for n in range(300)]
    fill(index, *kept, document("stale", "老李"), document("surplus", "老周"))
    database = [*kept, document("stale", "老李", version=2), document("missing", "老吴")]
    assert compare(index, database) == Differences(("missing",), ("surplus",), ("stale",))
    sync(index, Database(*database).load, compare(index, database).ids)
    assert compare(index, database).ids == ()


def test_an_index_hit_that_the_database_no_longer_shows_is_dropped_and_the_page_filled_up(
    index: Index,
) -> None:
    every = [document(f"b{n:02}", "老王" + "店" * n) for n in range(12)]
    fill(index, *every)
    hidden = {"b00", "b02", "b03", "b11"}
    database = Database(*[one for one in every if one.business_id not in hidden])
    first = search_public(index, Query("老王", limit=5), database.names, nothing_waits, nowhere)
    assert [hit.business_id for hit, _ in first.items] == ["b01", "b04", "b05", "b06", "b07"]
    assert [name for _, name in first.items] == [every[n].name for n in (1, 4, 5, 6, 7)]
    assert set(first.dropped) == {"b00", "b02", "b03"}
    assert first.total == 9
    second = search_public(
        index, Query("老王", limit=5, after=first.next), database.names, nothing_waits, nowhere
    )
    assert [hit.business_id for hit, _ in second.items] == ["b08", "b09", "b10"]
    assert second.next is None


def test_where_nothing_is_shown_any_more_the_page_is_empty(index: Index) -> None:
    fill(index, document("a", "老王"))
    page = search_public(index, Query("老王"), Database().names, nothing_waits, nowhere)
    assert (page.items, page.total, page.next, page.dropped) == ((), 0, None, ("a",))


def test_nobody_asks_the_database_where_nothing_was_found(index: Index) -> None:
    fill(index)

    def never(_ids: Sequence[str]) -> dict[str, str]:
        pytest.fail("asked for nothing")

    assert search_public(index, Query("老王"), never, nothing_waits, nowhere).items == ()
