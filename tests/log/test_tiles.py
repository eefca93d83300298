"""The log as static files: what is released can be checked by anyone, and nothing in it can be changed."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import col

from registry.errors import Broken
from registry.log import tiles
from registry.log.tables import LogCheckpoint, LogHead, LogLeaf, LogSalt, LogTile
from registry.log.tiles import tile_name
from registry.log.tree import leaf_hash
from registry.publication.verify import Problem, verify_log
from registry.store.engine import writing
from tests.log import logs

KEY = logs.KEY


@pytest.fixture
def log(engine: Engine, data_dir: Path) -> Path:
    """The files of a log of 600 leaves, released in four steps."""
    logs.begin(engine)
    for grow in (3, 250, 4, 343):
        logs.publish(engine, data_dir, grow=grow)
    return data_dir / "log"


def files(folder: Path) -> dict[str, bytes]:
    found = (one for one in folder.rglob("*") if one.is_file() and one.name != ".lock")
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


# the paths and widths that the published specification works out as its examples
@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 1_234_067, 256, "0/x001/x234/067"),
        (0, 273, 112, "0/273.p/112"),
        (1, 1, 17, "1/001.p/17"),
        (2, 0, 1, "2/000.p/1"),
        ("entries", 0, 256, "entries/000"),
    ],
)
def test_tiles_have_the_published_paths(level: int | str, number: int, width: int, path: str) -> None:
    assert tile_name(level, number, width) == path


def test_a_released_log_consists_of_these_files_and_verifies(log: Path) -> None:
    assert sorted(files(log)) == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/1",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    ]
    assert verify_log(log, KEY) == []


def test_files_name_no_business_and_hold_no_content(engine: Engine, data_dir: Path) -> None:
    logs.begin(engine)
    content = b"".join(files(logs.publish(engine, data_dir, grow=20)).values())
    assert b"subject" not in content
    assert b'"pledge"' not in content
    assert b"pledge.accepted" in content


def test_lost_files_are_made_again_as_they_were(engine: Engine, data_dir: Path, log: Path) -> None:
    before = files(log)
    shutil.rmtree(log)
    tiles.release(engine, data_dir)
    after = files(log)
    assert {name: after[name] for name in before if name != "tile/1/000.p/1"} == after


def test_a_release_that_has_nothing_new_writes_nothing(engine: Engine, data_dir: Path, log: Path) -> None:
    before = {one: one.stat().st_mtime_ns for one in log.rglob("*") if one.name != ".lock"}
    assert tiles.release(engine, data_dir) == 0
    assert {one: one.stat().st_mtime_ns for one in log.rglob("*") if one.name != ".lock"} == before


def test_an_older_database_under_newer_files_is_found_and_nothing_goes_out(
    engine: Engine, data_dir: Path, log: Path
) -> None:
    with writing(engine) as session:
        session.execute(delete(LogSalt).where(col(LogSalt.subject_id) != "none"))
        session.execute(delete(LogLeaf).where(col(LogLeaf.seq) >= 3))
        session.execute(delete(LogTile))
        session.execute(delete(LogCheckpoint).where(col(LogCheckpoint.size) > 3))
        session.execute(update(LogHead).values(size=3))
    logs.append(engine, 700)
    logs.sign(engine)
    before = files(log)
    with pytest.raises(Broken, match="an older copy was brought back"):
        tiles.release(engine, data_dir)
    assert files(log) == before


def test_a_leaf_that_was_altered_before_its_release_is_found(
    engine: Engine, data_dir: Path, log: Path
) -> None:
    logs.append(engine, 5)
    with writing(engine) as session:
        session.execute(update(LogLeaf).where(col(LogLeaf.seq) == 602).values(act="pledge.withdrawn"))
    logs.sign(engine)
    with pytest.raises(Broken, match="leaf 602 of the log was altered"):
        tiles.release(engine, data_dir)


Tamper = Callable[[Path, random.Random], None]


def _change_a_byte(log: Path, chance: random.Random) -> None:
    name = chance.choice(sorted(set(files(log)) - {"tile/1/000.p/1"}))  # that of a smaller tree is not read
    content = bytearray((log / name).read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    (log / name).write_bytes(content)


def _exchange_two_leaves(log: Path, chance: random.Random) -> None:
    """Exchange two entries and their hashes: every tile of leaves agrees, the order does not."""
    _rewrite(log, lambda entries: _swapped(entries, *chance.sample(range(256), 2)))


def _swapped(entries: list[bytes], one: int, other: int) -> list[bytes]:
    entries[one], entries[other] = entries[other], entries[one]
    return entries


def _rewrite_a_leaf(log: Path, chance: random.Random) -> None:
    at = chance.randrange(256)
    _rewrite(log, lambda entries: [*entries[:at], entries[at].replace(b"AMR", b"RMA"), *entries[at + 1 :]])


def _drop_a_file(log: Path, chance: random.Random) -> None:
    (log / chance.choice(sorted(set(files(log)) - {"tile/1/000.p/1"}))).unlink()


def _cut_a_file(log: Path, chance: random.Random) -> None:
    name = chance.choice(sorted(set(files(log)) - {"tile/1/000.p/1"}))
    content = (log / name).read_bytes()
    (log / name).write_bytes(content[: chance.randrange(len(content))])


def _rewrite(log: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Rewrite the first bundle, and the hashes of its entries with it."""
    bundle, entries = (log / "tile/entries/000").read_bytes(), []
    while bundle:
        size = int.from_bytes(bundle[:2])
        entries.append(bundle[2 : 2 + size])
        bundle = bundle[2 + size :]
    changed = change(entries)
    (log / "tile/entries/000").write_bytes(b"".join(len(one).to_bytes(2) + one for one in changed))
    (log / "tile/0/000").write_bytes(b"".join(map(leaf_hash, changed)))


@pytest.mark.parametrize(
    "tamper", [_change_a_byte, _exchange_two_leaves, _rewrite_a_leaf, _drop_a_file, _cut_a_file]
)
def test_whatever_is_changed_in_the_files_is_found(
    sqlite_engine: Engine, data_dir: Path, tmp_path: Path, tamper: Tamper
) -> None:
    logs.begin(sqlite_engine)
    for grow in (3, 250, 4, 343):
        logs.publish(sqlite_engine, data_dir, grow=grow)
    chance = random.Random(7)
    for turn in range(60):
        copy = shutil.copytree(data_dir / "log", tmp_path / f"copy{turn}")
        tamper(copy, chance)
        assert verify_log(copy, KEY) != []
        shutil.rmtree(copy)


def test_an_older_copy_and_another_history_are_found_by_who_kept_a_checkpoint(
    sqlite_engine: Engine, data_dir: Path, tmp_path: Path
) -> None:
    engine, kept = sqlite_engine, tmp_path / "kept"
    logs.begin(engine)
    shutil.copytree(logs.publish(engine, data_dir, grow=300), tmp_path / "old")
    log = logs.publish(engine, data_dir, grow=100)
    shutil.copy(log / "checkpoint", kept)
    logs.publish(engine, data_dir, grow=50)
    assert verify_log(log, KEY, kept) == []
    assert verify_log(tmp_path / "old", KEY, kept) == [Problem("rolled_back", "checkpoint")]
    with writing(engine) as session:  # the same number of other leaves, signed by the same key
        for table in (LogSalt, LogLeaf, LogTile, LogCheckpoint, LogHead):
            session.execute(delete(table))
    logs.begin(engine)
    other = logs.publish(engine, tmp_path / "other", grow=450)
    assert verify_log(other, KEY) == []
    assert verify_log(other, KEY, kept) == [Problem("fork", "checkpoint: 400")]
