"""Killed between act, leaf, checkpoint and file: no act without its leaf, never two roots for one size."""

import signal
import subprocess
import sys
import threading
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from registry.log import notes, proofs
from registry.log.tables import LogCheckpoint, LogHead, LogLeaf
from registry.pledges.tables import Pledge
from registry.publication.verify import is_consistent, verify_log
from registry.settings import read_settings
from registry.store.engine import reading
from tests import given
from tests.log.working import ACKNOWLEDGED, act, sign

pytestmark = pytest.mark.long

ACT_STEPS = {
    "leaf not written": ("registry.log.leaves:append", "before", 2),
    "leaf written, act not committed": ("registry.log.leaves:append", "after", 2),
}
SIGN_STEPS = {
    "hashes stored, nothing signed": ("registry.log.checkpoints:_grow", "after", 1),
    "signed, not committed": ("registry.log.checkpoints:sign", "after", 1),
    "committed, nothing released": ("jobs.sign_checkpoint:_sign", "after", 1),
    "in the midst of the tiles": ("registry.log.tiles:_tile", "after", 1),
    "tiles written, not durable": ("registry.log.tiles:_make_durable", "before", 1),
    "tiles durable, checkpoint not written": ("registry.log.tiles:_put", "before", 3),
    "checkpoint renamed, not durable": ("registry.log.tiles:_make_durable", "before", 2),
    "released": ("registry.log.tiles:release", "after", 2),
}
KILLS = 200
COVERED_WITHIN = 60  # seconds in which an act must be under a checkpoint, as is promised


@pytest.fixture
def founded(engine: Engine, data_dir: Path) -> Engine:
    """A registry with one act, which is signed."""
    given.registry(engine)
    notes.load_or_create(data_dir, read_settings(data_dir=data_dir).origin)
    act(engine)
    sign(engine, data_dir)
    return engine


def process(engine: Engine, folder: Path, *words: object) -> int:
    """Run a process that works on the log until its end, and return how it ended."""
    url = engine.url.render_as_string(hide_password=False)
    started = [sys.executable, "-m", "tests.log.working", url, str(folder), *map(str, words)]
    return subprocess.run(started, check=False, timeout=3600).returncode


def roots(engine: Engine, folder: Path) -> dict[int, str]:
    """Return the note of every size that was signed; each tree must begin with the one before."""
    with reading(engine) as session:
        signed = session.exec(select(LogCheckpoint).order_by(col(LogCheckpoint.size))).all()
        states = [(one.size, bytes.fromhex(one.root)) for one in signed]
        for old, new in pairwise(states):
            assert is_consistent(old, new, proofs.consistency(session, old[0], new[0]))
    assert verify_log(folder / "log", signed[-1].verifier_key) == []
    return {one.size: one.note for one in signed}


def pledges(session: Session) -> tuple[set[str], int, int]:
    """Return the pledges, how many leaves tell of one, and by how much the head misses the leaves."""
    acts = list(session.exec(select(LogLeaf.act)))
    held = set(session.exec(select(Pledge.pledge_id)))
    return held, acts.count("pledge.accepted"), session.get_one(LogHead, 1).size - len(acts)


@pytest.mark.parametrize("step", ACT_STEPS)
def test_an_act_that_is_killed_leaves_both_itself_and_its_leaf_or_neither(
    founded: Engine, data_dir: Path, step: str
) -> None:
    assert process(founded, data_dir, "act", *ACT_STEPS[step]) == -signal.SIGKILL
    with reading(founded) as session:
        held, leaves, missing = pledges(session)
    assert (len(held), leaves, missing) == (1, 1, 0)
    act(founded)
    sign(founded, data_dir)
    roots(founded, data_dir)


@pytest.mark.parametrize("step", SIGN_STEPS)
def test_signing_that_is_killed_goes_on_and_never_says_two_things(
    founded: Engine, data_dir: Path, step: str
) -> None:
    before = roots(founded, data_dir)
    act(founded)
    assert process(founded, data_dir, "sign", *SIGN_STEPS[step]) == -signal.SIGKILL
    sign(founded, data_dir)
    after = roots(founded, data_dir)
    assert max(after) > max(before)
    assert {size: after[size] for size in before} == before
    sign(founded, data_dir)
    assert roots(founded, data_dir) == after


@contextmanager
def watched(place: Path) -> Iterator[set[str]]:
    """Note down every checkpoint that is released meanwhile, as anybody may who reads the file."""
    seen, over = set[str](), threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            seen.add(place.read_text(encoding="utf-8"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def test_two_hundred_kills_among_sixty_four_writers_lose_no_act_and_sign_no_size_twice(
    founded: Engine, data_dir: Path
) -> None:
    with watched(data_dir / "log" / "checkpoint") as released:
        assert process(founded, data_dir, "storm", KILLS) == 0
        sign(founded, data_dir)
    signed = roots(founded, data_dir)
    assert released <= set(signed.values()), "a checkpoint was released that is not on record"
    assert len(released) > 2, "the signers never came to release anything"
    acknowledged = set((data_dir / ACKNOWLEDGED).read_text(encoding="utf-8").split())
    with reading(founded) as session:
        held, leaves, missing = pledges(session)
        assert (leaves, missing) == (len(held), 0)
        assert acknowledged <= held
        late = latest_cover(session)
    assert len(acknowledged) > KILLS
    if founded.dialect.name == "postgresql":  # on SQLite one process serves, and signs among its own writers
        assert late <= COVERED_WITHIN


def latest_cover(session: Session) -> float:
    """Return the seconds after which the act that waited longest was under a checkpoint."""
    order = col(LogCheckpoint.size)
    signed = session.exec(select(LogCheckpoint.size, LogCheckpoint.signed_at).order_by(order)).all()
    sizes = [size for size, _ in signed]
    waited = [
        (signed[bisect_right(sizes, seq)][1] - recorded_at).total_seconds()
        for seq, recorded_at in session.exec(select(LogLeaf.seq, LogLeaf.recorded_at))
        if recorded_at > given.NOW
    ]
    return max(waited)
