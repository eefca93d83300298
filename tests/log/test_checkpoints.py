"""One root for one size, for ever; nothing is signed that does not grow from what was signed."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from registry.errors import Broken
from registry.log import checkpoints, proofs
from registry.log.canonical import canonical
from registry.log.notes import Signer
from registry.log.tables import LogCheckpoint, LogHead, LogLeaf, LogTile
from registry.log.tiles import public_leaf
from registry.publication.verify import is_consistent, is_included, read_checkpoint
from registry.store.engine import reading, writing
from tests.given import NOW
from tests.log import logs


def test_the_signed_root_is_pymerkles_over_the_public_leaves(engine: Engine) -> None:
    logs.begin(engine)
    sizes = (1, 254, 1, 1, 300, 1)
    tree = InmemoryTree(algorithm="sha256")
    for grow in sizes:
        logs.append(engine, grow)
        size = logs.sign(engine)
        with reading(engine) as session:
            rows = session.exec(
                select(LogLeaf).where(LogLeaf.seq >= tree.get_size()).order_by(col(LogLeaf.seq))
            )
            for row in rows:
                tree.append_entry(canonical(public_leaf(row)))
            signed = session.get_one(LogCheckpoint, size)
        assert read_checkpoint(signed.note, logs.KEY) == (logs.SIGNER.origin, size, tree.get_root())
        assert signed.root == tree.get_root().hex()


def test_what_has_not_grown_is_not_signed_again(engine: Engine) -> None:
    logs.begin(engine)
    assert logs.sign(engine) is None
    logs.append(engine, 2)
    assert [logs.sign(engine), logs.sign(engine)] == [2, None]


def test_a_long_absence_is_made_up_for_in_steps(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "AT_ONCE", 300)
    logs.begin(engine)
    logs.append(engine, 700)
    assert [logs.sign(engine) for _ in range(4)] == [300, 600, 700, None]


def test_proofs_hold_for_every_size_that_was_passed(engine: Engine) -> None:
    logs.begin(engine)
    roots = {}
    for grow in (200, 56, 1, 300):
        logs.append(engine, grow)
        size = logs.sign(engine)
        with reading(engine) as session:
            roots[size] = bytes.fromhex(session.get_one(LogCheckpoint, size).root)

    with reading(engine) as session:
        for new, root in roots.items():
            for leaf in session.exec(select(LogLeaf).where(LogLeaf.seq < new, LogLeaf.seq % 50 == 0)).all():
                path = proofs.inclusion(session, leaf, new)
                assert is_included(bytes.fromhex(leaf.leaf_hash), leaf.seq, new, path, root)
            for old in [one for one in roots.items() if one[0] <= new]:
                path = proofs.consistency(session, old[0], new)
                assert is_consistent(old, (new, root), path)


@pytest.mark.parametrize("seq", [0, 255, 256, 299])
def test_nothing_is_signed_over_a_leaf_of_the_open_tile_that_was_altered(engine: Engine, seq: int) -> None:
    logs.begin(engine)
    logs.append(engine, 300)
    logs.sign(engine)
    with writing(engine) as session:
        session.execute(update(LogLeaf).where(col(LogLeaf.seq) == seq).values(leaf_hash="0" * 64))
        if seq < 256:  # a full tile is stored as the hash above it
            session.execute(update(LogTile).values(hashes=bytes(32)))
    logs.append(engine, 1)
    with pytest.raises(Broken, match="no longer holds"):
        logs.sign(engine)


def test_nothing_is_signed_over_a_log_that_became_shorter(engine: Engine) -> None:
    logs.begin(engine)
    logs.append(engine, 5)
    logs.sign(engine)
    with writing(engine) as session:
        session.execute(update(LogHead).values(size=4))
    with pytest.raises(Broken, match="5 were signed"):
        logs.sign(engine)


def test_nothing_is_signed_over_leaves_that_are_gone(engine: Engine) -> None:
    logs.begin(engine)
    logs.append(engine, 300)
    logs.sign(engine)
    with writing(engine) as session:
        session.execute(delete(LogTile))
    logs.append(engine, 1)
    with pytest.raises(Broken, match="are gone"):
        logs.sign(engine)


@pytest.mark.parametrize(
    "other",
    [
        Signer("another.example", logs.SIGNER.private),
        Signer(logs.SIGNER.origin, Ed25519PrivateKey.from_private_bytes(bytes(32))),
    ],
    ids=["origin", "key"],
)
def test_a_log_keeps_its_name_and_its_key(engine: Engine, other: Signer) -> None:
    logs.begin(engine)
    logs.append(engine, 1)
    logs.sign(engine)
    logs.append(engine, 1)
    with pytest.raises(Broken, match="is signed as"):
        logs.sign(engine, other)


def test_the_database_takes_no_second_root_for_a_size(engine: Engine) -> None:
    logs.begin(engine)
    logs.append(engine, 1)
    logs.sign(engine)
    again = LogCheckpoint(size=1, root="0" * 64, note="", verifier_key="", signed_at=NOW)
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(again)


def test_writers_and_signers_at_once_leave_no_gap_and_one_chain_of_trees(engine: Engine) -> None:
    logs.begin(engine)
    acts = [lambda: logs.append(engine, 40)] * 36 + [lambda: logs.sign(engine)] * 18
    random.Random(1).shuffle(acts)
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()
    logs.sign(engine)

    with reading(engine) as session:
        assert list(session.exec(select(LogLeaf.seq).order_by(col(LogLeaf.seq)))) == list(range(1440))
        signed = session.exec(select(LogCheckpoint).order_by(col(LogCheckpoint.size))).all()
        assert signed[-1].size == 1440
        states = [(one.size, bytes.fromhex(one.root)) for one in signed]
        for old, new in pairwise(states):
            assert is_consistent(old, new, proofs.consistency(session, old[0], new[0]))
