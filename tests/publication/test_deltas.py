"""Deltas: an older edition and what was published after it give the newest one, which is the database."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from registry.errors import Gone, NotFound
from registry.publication import deltas, public_view
from registry.publication.files import DELTA, build_files, edition_file, edition_or_refuse
from registry.publication.retention import CHOICE, retire_editions
from registry.publication.signing import load_or_create
from registry.publication.verify import verify_chain
from registry.rulebook import Rulebook
from registry.rulebook.book import TABLES
from registry.store.engine import open_engine, reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.publication.histories import BOARD, History, applied, contents_of, only_delta

ACTS = st.tuples(
    st.sampled_from(["record", "record", "rename", "take back", "publish", "publish"]), st.integers(0, 9)
)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    load_or_create(data_dir)
    return begun(engine, data_dir)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A founded registry, to be copied for each history."""
    folder = tmp_path_factory.mktemp("founded")
    load_or_create(folder)
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'registry.sqlite3')}")
    begun(engine, folder)
    engine.dispose()
    return folder


@pytest.fixture
def history(case: Case) -> History:
    return History(case)


@settings(max_examples=12)
@drawn(acts=st.lists(ACTS, min_size=3, max_size=12))
def test_base_and_deltas_are_the_next_edition_and_the_database_on_any_history(
    founded: Path, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    folder = shutil.copytree(founded, tmp_path_factory.mktemp("history") / "data")
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    history = History(Case(engine, folder))
    for what, which in acts:
        history.act(what, which)
    history.publish()
    held_to_its_word(history)
    engine.dispose()
    shutil.rmtree(folder)


def held_to_its_word(history: History) -> None:
    """Check every promise about editions and deltas on the files as they are now."""
    folders = history.folders()
    for before, after in pairwise(folders):
        assert applied(contents_of(before), after) == contents_of(after)
    for start in range(len(folders)):
        assert verify_chain(folders[start:], None, None) == []
    with reading(history.case.engine) as session:
        shown = public_view.all_entries(session, BOARD, history.case.now.date(), given.TOWN)
        said = {json.dumps(one.model_dump(mode="json"), sort_keys=True) for one in shown}
    newest = contents_of(folders[-1]).values()
    assert {json.dumps(content, sort_keys=True) for content in newest} == said
    for folder in folders:
        for path in folder.iterdir():
            written = path.read_bytes()
            assert not any(name.encode() in written for name in history.taken_back), path


def test_each_change_of_a_board_is_the_operation_that_it_is(history: History) -> None:
    for what in ("record", "record", "publish", "rename", "take back", "publish"):
        history.act(what, 0)
    history.act("record", 0)
    history.publish()
    told = [
        [json.loads(line) for line in (folder / DELTA).read_text(encoding="utf-8").splitlines()]
        for folder in history.folders()[1:]
    ]
    assert [sorted(one["op"] for one in delta) for delta in told] == [["WITHDRAW"], ["ADD"]]
    assert told[0][0]["ground"] == "repaired"
    assert set(told[0][0]) == {"op", "leaf", "ground"}
    history.act("rename", 0)
    history.publish()
    (told_last,) = (history.folders()[-1] / DELTA).read_text(encoding="utf-8").splitlines()
    assert json.loads(told_last)["op"] == "MOD"
    held_to_its_word(history)


def test_a_withdrawal_is_wiped_from_an_old_delta_that_still_leads_where_it_led(history: History) -> None:
    history.publish()
    history.act("record", 0)
    history.publish()
    _, second = history.folders()
    before = json.loads((second / "delta-manifest.json").read_text(encoding="utf-8"))
    history.act("take back", 0)
    history.publish()
    again = history.folders()[1]
    after = json.loads((again / "delta-manifest.json").read_text(encoding="utf-8"))
    assert (before["statement"], before["signature"]) == (after["statement"], after["signature"])
    (line,) = (again / DELTA).read_text(encoding="utf-8").splitlines()
    assert set(json.loads(line)) == {"op", "leaf"}
    assert not second.exists()
    held_to_its_word(history)


def test_a_copy_is_kept_by_deltas_alone(history: History, tmp_path: Path) -> None:
    for what in ("record", "publish", "record", "publish", "rename", "publish"):
        history.act(what, 0)
    base, *later = history.folders()
    alone = [only_delta(folder, tmp_path / str(n)) for n, folder in enumerate(later)]
    assert verify_chain([base, *alone], None, None) == []
    assert [p.code for p in verify_chain([base, alone[1], alone[0]], None, None)] == ["chain"]
    assert [p.code for p in verify_chain([base, *alone[1:]], None, None)] == ["chain"]


def test_deltas_are_listed_after_a_version_and_refused_where_it_is_unknown_or_too_old(
    history: History,
) -> None:
    with reading(history.case.engine) as session:
        with pytest.raises(NotFound, match=r"edition\.unknown"):
            deltas.after(session, BOARD, given.TOWN, "2020-01-01.1")
        assert deltas.after(session, BOARD, given.TOWN) == []
    for _ in range(4):
        history.act("record", 0)
        history.publish()
    case, versions = history.case, [folder.parent.name for folder in history.folders()]
    with reading(case.engine) as session:
        for place, version in enumerate(versions):
            found = deltas.after(session, BOARD, given.TOWN, version)
            assert [edition.version for edition in found] == versions[place + 1 :]
    case.rulebook = Rulebook(
        row.model_copy(update={"value": "2"}) if getattr(row, "code", "") == CHOICE else row
        for table in TABLES
        for row in given.rulebook().rows(table)
    )
    with writing(case.engine) as session:
        assert retire_editions(case.work(session, "national")) == 2
        assert retire_editions(case.work(session, "national")) == 0
    with reading(case.engine) as session:
        with pytest.raises(Gone, match=r"delta\.too_old"):
            deltas.after(session, BOARD, given.TOWN, versions[0])
        found = deltas.after(session, BOARD, given.TOWN, versions[1])
        assert [edition.version for edition in found] == versions[2:]
        old = edition_or_refuse(session, BOARD, given.TOWN, versions[0])
        with pytest.raises(Gone, match=r"edition\.retired"):
            edition_file(session, case.folder, old, "entries.csv")
    build_files(case.engine, case.folder, old.id)
    assert not list((case.folder / "editions" / BOARD / given.TOWN / versions[0]).iterdir())
