"""Every act with legal effect leaves one salted leaf, in the act's own transaction."""

import hashlib
import threading

import pytest
import rfc8785
from pymerkle import InmemoryTree
from sqlalchemy import Engine
from sqlmodel import col, select

from registry.errors import Broken
from registry.log import leaves
from registry.log.leaves import Effect, commitment_of, leaf_hash_of
from registry.log.tables import LogHead, LogLeaf, LogSalt
from registry.store.engine import reading, writing
from tests.given import NOW, TODAY


def _append(engine: Engine, *subjects: str) -> None:
    with writing(engine) as session:
        leaves.append(
            session,
            [
                Effect("pledge.accepted", subject, {"name": "李记水产", "subject": subject})
                for subject in subjects
            ],
            on=TODAY,
            office_code="AMR",
            now=NOW,
        )


def _begun(engine: Engine) -> None:
    with writing(engine) as session:
        leaves.begin(session)
        leaves.begin(session)


def test_leaves_are_numbered_without_a_gap(engine: Engine) -> None:
    _begun(engine)
    _append(engine, "a", "b")
    _append(engine, "c")
    with reading(engine) as session:
        assert list(session.exec(select(LogLeaf.seq).order_by(col(LogLeaf.seq)))) == [0, 1, 2]
        assert session.get_one(LogHead, 1).size == 3


def test_a_log_that_was_not_begun_takes_nothing(engine: Engine) -> None:
    with pytest.raises(Broken):
        _append(engine, "a")


def test_an_act_that_fails_leaves_no_leaf(engine: Engine) -> None:
    _begun(engine)
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        leaves.append(session, [Effect("x.done", "a", {})], on=TODAY, office_code="AMR", now=NOW)
        _ = 1 // 0
    with reading(engine) as session:
        assert session.get_one(LogHead, 1).size == 0
        assert list(session.exec(select(LogLeaf))) == []


def test_the_public_leaf_holds_no_name_and_opens_with_its_salt(engine: Engine) -> None:
    _begun(engine)
    _append(engine, "a")
    with reading(engine) as session:
        leaf = session.exec(select(LogLeaf)).one()
        opening = session.exec(select(LogSalt)).one()
        assert "李记" not in leaf.model_dump_json()
        assert commitment_of(bytes.fromhex(opening.salt), opening.content.encode()) == leaf.commitment


def test_the_same_act_twice_cannot_be_recognised_by_its_commitment(engine: Engine) -> None:
    _begun(engine)
    _append(engine, "a", "a")
    with reading(engine) as session:
        assert len(set(session.exec(select(LogLeaf.commitment)))) == 2


def test_a_leaf_hash_is_that_of_rfc_6962() -> None:
    leaf = {"act": "pledge.accepted", "on": "2026-11-20"}
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entry(rfc8785.dumps(leaf))
    assert leaf_hash_of(leaf) == tree.get_root().hex()
    assert leaf_hash_of(leaf) == hashlib.sha256(b"\x00" + rfc8785.dumps(leaf)).hexdigest()


def test_writers_at_once_never_share_a_number(engine: Engine) -> None:
    _begun(engine)
    threads = [threading.Thread(target=_append, args=(engine, f"s{n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        assert sorted(session.exec(select(LogLeaf.seq))) == list(range(12))
