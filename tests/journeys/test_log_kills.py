"""Killed between act, leaf, checkpoint and file: no act without its leaf, never two roots for one size."""

from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, select

from jobs import process, sign_checkpoint
from registry.log import proofs
from registry.log.tables import LogCheckpoint, LogHead, LogLeaf
from registry.publication.tables import Edition
from registry.publication.verify import is_consistent, verify_log
from registry.settings import read_settings
from registry.store.engine import open_engine, reading
from tests.journeys.conftest import Filled
from tests.journeys.serving import command
from tests.journeys.test_kills import PUBLISH, killed

pytestmark = pytest.mark.long

ACT_STEPS = {
    "leaf not written": ("registry.log.leaves:append", "before", 1),
    "leaf written, act not committed": ("registry.log.leaves:append", "after", 1),
    "act committed": ("jobs.cli_publication:build_files", "before", 1),
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


def history(folder: Path) -> dict[int, str]:
    """Return the root of every size that was signed; each tree must begin with the one before."""
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    with reading(engine) as session:
        signed = session.exec(select(LogCheckpoint).order_by(col(LogCheckpoint.size))).all()
        states = [(one.size, bytes.fromhex(one.root)) for one in signed]
        for old, new in pairwise(states):
            assert is_consistent(old, new, proofs.consistency(session, old[0], new[0]))
        key = signed[-1].verifier_key
    engine.dispose()
    assert verify_log(folder / "log", key) == []
    return {size: root.hex() for size, root in states}


def sign(folder: Path) -> None:
    with process.plant(read_settings(data_dir=folder, database_url="")) as plant:
        sign_checkpoint.run(plant)


def acts_and_leaves(folder: Path) -> tuple[int, int, int]:
    """Return how many editions were prepared, their leaves, and by how much the head misses the leaves."""
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    with reading(engine) as session:
        editions = len(session.exec(select(Edition.id)).all())
        acts = session.exec(select(LogLeaf.act)).all()
        missing = session.get_one(LogHead, 1).size - len(acts)
    engine.dispose()
    return editions, acts.count("edition.prepared"), missing


@pytest.mark.parametrize("step", ACT_STEPS)
def test_an_act_that_is_killed_leaves_both_itself_and_its_leaf_or_neither(filled: Filled, step: str) -> None:
    killed(filled.folder, ACT_STEPS[step], *PUBLISH)
    editions, leaves, missing = acts_and_leaves(filled.folder)
    assert (editions, missing) == (leaves, 0)
    assert command(filled.folder, *PUBLISH).returncode == 0
    sign(filled.folder)
    history(filled.folder)


@pytest.mark.parametrize("step", SIGN_STEPS)
def test_signing_that_is_killed_goes_on_and_never_says_two_things(filled: Filled, step: str) -> None:
    before = history(filled.folder)
    assert command(filled.folder, *PUBLISH).returncode == 0
    released = (filled.folder / "log" / "checkpoint").read_bytes()
    killed(filled.folder, SIGN_STEPS[step], "sign")
    if step not in ("checkpoint renamed, not durable", "released"):
        assert (filled.folder / "log" / "checkpoint").read_bytes() == released
    sign(filled.folder)
    after = history(filled.folder)
    assert max(after) > max(before)
    assert {size: after[size] for size in before} == before
    sign(filled.folder)
    assert history(filled.folder) == after
