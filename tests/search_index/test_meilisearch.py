"""The index on a search server: what it does when the server is slow, silent or swapped by others."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_rows import row
from search_index.meilisearch_server import Address
from search_index.protocol import Hit, Hits, IndexReadOnly, IndexSilent, Query, Reason
from search_index.rebuild import rebuild
from search_index.search import search_public
from tests.search_index.fake_meilisearch import FakeMeilisearch, listening
from tests.search_index.given import document, fill, found
from tests.search_index.test_sync import nothing_waits

KEY = "a key of the installation"


@pytest.fixture
def fake() -> FakeMeilisearch:
    """A server that asks for a key."""
    return FakeMeilisearch(KEY)


@pytest.fixture
def address(fake: FakeMeilisearch) -> Iterator[Address]:
    """Where that server listens."""
    with listening(fake) as url:
        yield Address(url, "businesses", KEY, seconds=60.0)


def opened(address: Address, *, write: bool = True, read: int = 200) -> MeilisearchIndex:
    """Return an index on a server, which the test closes."""
    return MeilisearchIndex(address, write=write, read=read)


def test_where_more_is_found_than_is_read_the_server_ranks_and_counts_alike(address: Address) -> None:
    index, asking = opened(address), opened(address, write=False, read=0)
    several = [
        document("a", "信阳老王水产店", region="411502", sector="market", lists=("red",)),
        document("b", "老王水产", address="信阳市浉河区", designated=True),
        document("c", "大老王水产批发部", region="320512", former_names=("信阳旧店",)),
        document("d", "新店", market="老王水产市场", sector="fuel"),
    ]
    fill(index, *several, *[document(f"e{n}", "老王" + "店" * (n % 5), stall=f"{n}号") for n in range(20)])
    for text in ["老王", "老王水产", "王水", "laowang", "lwsc", "信阳 水产", "号", "老王水产店"]:
        whole = index.search(Query(text, limit=100))
        read, after = list[Hit](), None
        while True:
            page = asking.search(Query(text, limit=3, after=after))
            assert page.total == whole.total, text
            read += page.items
            after = page.next
            if after is None:
                break
        assert tuple(read) == whole.items, text
        for filters in ({}, {"region_prefix": "32"}, {"sector": "fuel"}, {"lists": ("red",)}):
            query = Query(text, **filters)  # type: ignore[arg-type]
            assert asking.facets(query, but_not=["a"]) == index.facets(query, but_not=["a"])
    index.close()
    asking.close()


def test_a_text_that_repeats_itself_is_not_shown_where_the_run_does_not_stand(address: Address) -> None:
    index, asking = opened(address), opened(address, write=False, read=0)
    fill(index, document("stands", "甲乙丙丁"), document("repeats", "甲乙丙乙丙丁"))
    assert found(index, "甲乙丙丁") == ["stands"]
    assert found(asking, "甲乙丙丁") == ["stands"]
    index.close()
    asking.close()


def test_a_server_that_falls_silent_is_passed_over_and_the_answer_says_so(
    fake: FakeMeilisearch, address: Address
) -> None:
    index = opened(address)
    fill(index, document("b1", "老王"))
    shown = {"b1": "老王", "b2": "老李"}

    def visible(ids: Sequence[str]) -> dict[str, str]:
        return {one: shown[one] for one in ids if one in shown}

    def instead(_query: Query) -> Hits:
        hits = [Hit(one, 0, (Reason("name", "exact", "老李"),), "0.0") for one in ("hidden", "b2")]
        return Hits(tuple(hits), 2, None)

    page = search_public(index, Query("老王"), visible, nothing_waits, instead)
    assert ([name for _, name in page.items], page.by_database) == (["老王"], False)
    fake.refusing = True
    page = search_public(index, Query("老王"), visible, nothing_waits, instead)
    assert ([name for _, name in page.items], page.total, page.by_database) == (["老李"], 1, True)
    asked = len(fake.asked)
    with pytest.raises(IndexSilent):
        index.search(Query("老王"))
    assert len(fake.asked) == asked  # nobody waits for it again and again
    index.close()


def test_a_server_that_takes_the_question_and_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        index = opened(Address(url, "businesses", seconds=0.2))
        outcome: list[object] = []

        def ask() -> None:
            try:
                outcome.append(index.search(Query("老王")))
            except IndexSilent as silent:
                outcome.append(silent)

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(30)
        assert [type(one) for one in outcome] == [IndexSilent]
        index.close()


def test_while_the_server_is_silent_no_mark_is_told_twice(fake: FakeMeilisearch, address: Address) -> None:
    index = opened(address)
    fill(index, document("b1", "老王"))
    assert index.mark() == index.mark()
    fill(index, document("b1", "老李"))
    fake.refusing = True
    assert index.mark() != index.mark()
    index.close()


def test_an_answer_of_the_database_is_never_taken_for_one_of_the_index(
    fake: FakeMeilisearch, address: Address
) -> None:
    """The mark under which it was made is not told again, even if the server was silent for an instant."""
    index = opened(replace(address, silence=0.0))
    fill(index, document("b1", "老王"))
    before = index.mark()
    fake.refusing = True
    with pytest.raises(IndexSilent):
        index.search(Query("老王"))
    fake.refusing = False
    assert index.mark() != before
    assert index.mark() == index.mark()
    index.close()


def test_who_waits_for_a_write_is_let_go_when_the_process_ends(
    fake: FakeMeilisearch, address: Address
) -> None:
    index = opened(address)
    fill(index, document("b1", "老王"))
    fake.stalled = True
    index.upsert([document("b2", "老李")])
    outcome: list[object] = []

    def commit() -> None:
        try:
            index.commit()
        except IndexSilent as silent:
            outcome.append(str(silent))

    waiting = threading.Thread(target=commit)
    waiting.start()
    while not any(task["status"] == "enqueued" for task in fake.tasks):
        time.sleep(0.01)
    index.let_go()
    waiting.join(30)
    assert ["this process ends" in str(one) for one in outcome] == [True]
    index.close()


def test_a_write_that_is_not_done_in_time_is_tried_again_later(
    fake: FakeMeilisearch, address: Address
) -> None:
    index = opened(replace(address, patience=0.5))
    fill(index, document("b1", "老王"))
    fake.stalled = True
    index.upsert([document("b2", "老李")])
    with pytest.raises(IndexSilent, match="not done in"):
        index.commit()
    fake.stalled = False
    index.commit()
    assert found(index, "老李") == ["b2"]
    index.close()


def test_neither_reader_nor_writer_goes_through_a_proxy_of_the_environment(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    index = opened(address)
    rebuild(index, [document("b1", "老王")])
    assert found(index, "老王") == ["b1"]
    assert [one for one, _ in index.digests()] == ["b1"]
    index.close()


def test_a_wrong_key_is_told_and_not_taken_for_an_empty_index(address: Address) -> None:
    index = opened(Address(address.url, address.uid, "another", address.seconds))
    with pytest.raises(IndexSilent, match="403"):
        index.count()
    with pytest.raises(IndexSilent, match="403"):
        assert index.needs_rebuild
    index.upsert([document()])
    with pytest.raises(IndexSilent, match="403"):
        index.commit()
    index.close()


def test_changes_that_the_server_did_not_take_are_in_the_next_commit(
    fake: FakeMeilisearch, address: Address
) -> None:
    index = opened(address)
    fill(index, document("b1", "老王"))
    index.upsert([document("b2", "老李")])
    fake.refusing = True
    with pytest.raises(IndexSilent):
        index.commit()
    fake.refusing = False
    index.commit()
    assert found(index, "老李") == ["b2"]
    index.close()


def test_a_rebuild_that_fails_leaves_the_old_index_in_use_and_the_next_one_clean(
    fake: FakeMeilisearch, address: Address
) -> None:
    index = opened(address)
    rebuild(index, [document("old", "老王")])

    def stream() -> Iterator[object]:
        yield document("new", "新店")
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        rebuild(index, stream())  # type: ignore[arg-type]
    assert found(index, "老王") == ["old"]
    assert rebuild(index, [document("next", "老李")]) == 1
    assert found(index, "老王") == []
    assert found(index, "老李") == ["next"]
    assert len(fake.indexes) == 1
    index.close()


def test_what_a_crash_left_of_a_rebuild_is_removed_by_the_next_writer(
    fake: FakeMeilisearch, address: Address
) -> None:
    crashed, index = opened(address), opened(address)
    fill(crashed, document("b1", "老王"))
    (live,) = fake.indexes
    fake.indexes[f"{live}_next"] = fake.indexes[live]
    fill(index, document("b2", "老李"))
    assert list(fake.indexes) == [live]
    crashed.close()
    index.close()


def test_a_server_that_lost_its_index_says_that_it_must_be_built(
    fake: FakeMeilisearch, address: Address
) -> None:
    index = opened(address)
    fake.indexes.clear()
    assert index.needs_rebuild
    assert index.count() == 0
    assert list(index.digests()) == []
    with pytest.raises(IndexSilent):
        index.search(Query("老王"))
    rebuild(index, [document("b1", "老王")])
    assert not index.needs_rebuild
    assert found(index, "老王") == ["b1"]
    index.close()


def test_who_only_reads_sees_what_another_process_writes_and_writes_nothing(address: Address) -> None:
    writer, reader = opened(address), opened(address, write=False)
    rebuild(writer, [document("b1", "老王")])
    assert found(reader, "老王") == ["b1"]
    rebuild(writer, [document("b2", "老王")])
    assert found(reader, "老王") == ["b2"]
    with pytest.raises(IndexReadOnly):
        reader.upsert([document()])
    with pytest.raises(IndexReadOnly):
        reader.clear()
    writer.close()
    with pytest.raises(IndexReadOnly):
        writer.commit()
    reader.close()


def test_only_what_the_public_may_see_stands_in_a_row() -> None:
    shown = document("b1", "老王水产店", market="五马区市场", uscc="91411502MA9K1X2Y3P")
    assert row(shown)["document"].encode() == shown.canonical()
    assert "五马区" in row(shown)["place"]
    assert "老王水" not in row(shown)["place"]
