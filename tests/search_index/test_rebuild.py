"""An embedded index is built beside the one in use and swapped; its folder outlasts any crash."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from search_index.documents import SearchDocument
from search_index.embedded import EmbeddedIndex
from search_index.protocol import Index, IndexBusy, IndexReadOnly, IndexUnfit
from search_index.rebuild import rebuild
from tests.search_index import killed_rebuild
from tests.search_index.given import document, fill, found


def test_a_rebuilt_index_holds_just_what_the_stream_brought(index: Index) -> None:
    fill(index, document("old", "老王"))
    assert index.needs_rebuild
    seen: list[int] = []
    assert rebuild(index, [document(f"b{n}", f"新店{n}") for n in range(2500)], seen.append) == 2500
    assert not index.needs_rebuild
    assert seen == sorted(seen)
    assert seen[-1] == 2500
    assert found(index, "老王") == []
    assert found(index, "新店2499") == ["b2499"]


def test_a_business_that_the_stream_brings_twice_is_held_once(index: Index) -> None:
    rebuild(index, [document("b1", "老王"), document("b1", "老李")])
    assert index.count() == 1
    assert found(index, "老李") == ["b1"]


def test_during_a_rebuild_the_old_index_is_served_and_changes_made_meanwhile_are_kept(index: Index) -> None:
    fill(index, document("stays", "老王"), document("goes", "老周"))

    def stream() -> Iterator[SearchDocument]:
        yield document("stays", "老王")
        index.upsert([document("stays", "改名"), document("comes", "老吴")])
        index.delete(["goes"])
        index.commit()
        assert found(index, "改名") == ["stays"]
        yield document("goes", "老周")

    rebuild(index, stream())
    assert sorted(found(index, "")) == ["comes", "stays"]
    assert found(index, "改名") == ["stays"]


def test_a_rebuild_that_fails_leaves_the_old_index_and_nothing_else(folder: Path) -> None:
    index = EmbeddedIndex.open(folder, write=True)
    fill(index, document("old", "老王"))
    before = sorted(folder.iterdir())

    def stream() -> Iterator[SearchDocument]:
        yield document("new", "新店")
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        rebuild(index, stream())
    assert found(index, "老王") == ["old"]
    assert sorted(folder.iterdir()) == before
    fill(index, document("later", "老李"))
    assert found(index, "老李") == ["later"]
    index.close()


def test_a_cleared_index_is_empty_and_can_be_written(index: Index) -> None:
    fill(index, document("old", "老王"))
    index.clear()
    assert index.count() == 0
    fill(index, document("new", "老王"))
    assert found(index, "老王") == ["new"]


@pytest.mark.parametrize(
    ("step", "swapped"),
    [
        ("first document", False),
        ("half the documents", False),
        ("before the swap", False),
        ("after the swap", True),
        ("before the sweep", True),
    ],
)
def test_a_rebuild_that_is_killed_leaves_the_old_index_or_the_whole_new_one(
    folder: Path, step: str, swapped: bool
) -> None:
    index = EmbeddedIndex.open(folder, write=True)
    fill(index, document("old", "老王"))
    index.close()
    killed = subprocess.run(
        [sys.executable, "-m", "tests.search_index.killed_rebuild", str(folder), step],
        check=False,
        timeout=120,
    )
    assert killed.returncode == -9
    index = EmbeddedIndex.open(folder, write=True)
    assert index.count() == (killed_rebuild.DOCUMENTS if swapped else 1)
    assert found(index, "老王") == ([] if swapped else ["old"])
    assert index.needs_rebuild is not swapped
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1
    index.close()


def test_a_closed_index_is_there_again_when_opened_and_forgets_what_was_not_committed(folder: Path) -> None:
    index = EmbeddedIndex.open(folder, write=True)
    fill(index, document("b1", "老王"))
    index.upsert([document("b2", "老李")])
    index.close()
    index = EmbeddedIndex.open(folder, write=True)
    assert found(index, "") == ["b1"]
    assert found(index, "laowang") == ["b1"]
    index.close()


def test_only_one_may_write_and_only_while_open(folder: Path) -> None:
    index = EmbeddedIndex.open(folder, write=True)
    with pytest.raises(IndexBusy):
        EmbeddedIndex.open(folder, write=True)
    reader = EmbeddedIndex.open(folder, write=False)
    with pytest.raises(IndexReadOnly):
        reader.upsert([document()])
    with pytest.raises(IndexReadOnly):
        reader.clear()
    reader.close()
    index.close()
    with pytest.raises(IndexReadOnly):
        index.commit()
    EmbeddedIndex.open(folder, write=True).close()


def test_a_reader_follows_commits_and_swaps_of_the_writer(folder: Path) -> None:
    reader = EmbeddedIndex.open(folder, write=False)
    assert reader.needs_rebuild
    assert found(reader, "老王") == []
    writer = EmbeddedIndex.open(folder, write=True)
    for round_ in range(3):
        fill(writer, document(f"b{round_}", "老王"))
        assert found(reader, "老王") == [f"b{round_}"]
        rebuild(writer, [document(f"c{round_}", "老王")])
        assert found(reader, "老王") == [f"c{round_}"]
        assert not reader.needs_rebuild
    writer.close()
    assert reader.count() == 1
    reader.close()


def test_searches_go_on_while_the_index_is_written_and_swapped(folder: Path) -> None:
    writer = EmbeddedIndex.open(folder, write=True)
    fill(writer, document("always", "老王"))
    reader = EmbeddedIndex.open(folder, write=False)
    done, missed = threading.Event(), []

    def search(index: EmbeddedIndex) -> None:
        while not done.is_set():
            if found(index, "老王") != ["always"]:
                missed.append(1)

    threads = [threading.Thread(target=search, args=(one,)) for one in (writer, writer, reader, reader)]
    for thread in threads:
        thread.start()
    for number in range(5):
        writer.upsert([document("always", "老王", version=number)])
        writer.commit()
        rebuild(writer, [document("always", "老王", version=number)])
    done.set()
    for thread in threads:
        thread.join()
    assert not missed
    reader.close()
    writer.close()


@pytest.mark.parametrize("harm", ["another schema", "no stamp", "torn stamp", "no files", "dangling pointer"])
def test_an_index_of_another_schema_or_damaged_says_so_and_can_be_renewed(folder: Path, harm: str) -> None:
    index = EmbeddedIndex.open(folder, write=True)
    rebuild(index, [document("b1", "老王")])
    index.close()
    generation = folder / (folder / "current").read_text().strip()
    stamp = generation / "stamp.json"
    if harm == "another schema":
        stamp.write_text(json.dumps({"schema": 0, "filled": True}))
    elif harm == "no stamp":
        stamp.unlink()
    elif harm == "torn stamp":
        stamp.write_text('{"schema"')
    elif harm == "no files":
        (generation / "meta.json").unlink()
    else:
        (folder / "current").write_text("g99999999\n")
    for write in (True, False):
        with pytest.raises(IndexUnfit):
            EmbeddedIndex.open(folder, write=write)
    index = EmbeddedIndex.open(folder, write=True, renew=True)
    assert index.needs_rebuild
    assert index.count() == 0
    rebuild(index, [document("b1", "老王")])
    assert found(index, "老王") == ["b1"]
    index.close()
    index = EmbeddedIndex.open(folder, write=True)
    assert not index.needs_rebuild
    index.close()


def test_a_swap_is_told_though_as_many_businesses_are_there(index: Index) -> None:
    marks = []
    for name in ("老王", "老李", "老李"):
        rebuild(index, [document("b1", name)])
        marks.append((index.mark(), index.count()))
    assert [count for _, count in marks] == [1, 1, 1]
    assert len({mark for mark, _ in marks}) == 3
    assert index.mark() == marks[-1][0]


def test_who_follows_another_process_is_told_of_its_commits_and_swaps(folder: Path) -> None:
    writer = EmbeddedIndex.open(folder, write=True)
    reader = EmbeddedIndex.open(folder, write=False)
    marks = [reader.mark()]
    fill(writer, document("b1", "老王"))
    marks.append(reader.mark())
    rebuild(writer, [document("b1", "老李")])
    marks.append(reader.mark())
    assert len(set(marks)) == 3
    settled = reader.mark()  # having moved to another generation it looks once more
    assert reader.mark() == settled
    writer.close()
    reader.close()
