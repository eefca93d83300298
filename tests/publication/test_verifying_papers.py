"""A paper vouches for what it says and for nothing else, and only under a key that was given."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.publication import verify
from registry.publication.leaves import canonical, state_root
from registry.publication.verify import Problem
from tests.publication.test_verify import resign, signed

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def clearance(place: Path, key: Ed25519PrivateKey = KEY, **said: Any) -> Path:
    """Write a clearance as the interface answers it."""
    statement = {
        "format": "honest-metrology/clearance/1",
        "at": "2026-11-20T09:00:00+00:00",
        "asked": {"business": "b1"},
        "businesses": [{"id": "b1", "name": "浉河区诚信粮油店", "listed": []}],
        "unnamed": 0,
        "clear": True,
        **said,
    }
    answer = {
        "statement": statement,
        "signature": key.sign(canonical(statement).encode()).hex(),
        "public_key": key.public_key().public_bytes_raw().hex(),
    }
    place.write_text(json.dumps(answer, ensure_ascii=False, indent=1), encoding="utf-8")
    return place


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_clearance_is_found_genuine_under_the_key_that_was_given(tmp_path: Path) -> None:
    place = clearance(tmp_path / "a.json")
    assert verify.verify([place], PUBLIC) == []
    told = verify.said(place)
    assert told is not None
    assert all(one in told for one in ("b1", "浉河区诚信粮油店", "2026-11-20T09:00:00"))


def test_nothing_but_a_key_that_was_given_vouches_for_a_clearance(tmp_path: Path) -> None:
    forged = clearance(tmp_path / "forged.json", Ed25519PrivateKey.generate())
    assert codes(verify.verify([forged])) == ["no_key"]
    assert "other_key" in codes(verify.verify([forged], PUBLIC))
    answer = json.loads(forged.read_bytes())
    forged.write_text(json.dumps({**answer, "public_key": PUBLIC}), encoding="utf-8")
    assert codes(verify.verify([forged], PUBLIC)) == ["signature"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("b1", "b2"), ("诚信", "奸诈"), ("T09", "T10"), ('"unnamed": 0', '"unnamed": 1'), ("true", "false")],
)
def test_no_part_of_a_clearance_can_be_altered(tmp_path: Path, old: str, new: str) -> None:
    place = clearance(tmp_path / "a.json")
    place.write_text(place.read_text("utf-8").replace(old, new), encoding="utf-8")
    assert "signature" in codes(verify.verify([place], PUBLIC))


def test_a_clearance_in_which_a_name_stands_twice_is_refused(tmp_path: Path) -> None:
    place = clearance(tmp_path / "a.json")
    twice = place.read_text("utf-8").replace('"clear": true', '"clear": false, "clear": true')
    place.write_text(twice, encoding="utf-8")
    assert codes(verify.verify([place], PUBLIC)) != []


def test_a_clearance_that_contradicts_itself_or_is_something_else_is_refused(tmp_path: Path) -> None:
    listed = [{"id": "b1", "name": "x", "listed": ["henan_black"]}]
    assert codes(verify.verify([clearance(tmp_path / "a.json", businesses=listed)], PUBLIC)) == ["statement"]
    other = clearance(tmp_path / "b.json", format="honest-metrology/edition/1")
    assert codes(verify.verify([other], PUBLIC)) == ["statement"]


def test_an_older_clearance_or_one_of_somebody_else_does_not_pass_for_a_newer(tmp_path: Path) -> None:
    old = clearance(tmp_path / "old.json")
    new = clearance(tmp_path / "new.json", at="2026-11-21T09:00:00+00:00")
    other = clearance(tmp_path / "other.json", asked={"business": "b2"})
    assert verify.verify([new], PUBLIC, old) == []
    assert codes(verify.verify([old], PUBLIC, new)) == ["rollback"]
    assert codes(verify.verify([new], PUBLIC, other)) == ["other_list"]


def test_every_paper_that_is_named_is_checked(tmp_path: Path) -> None:
    good = clearance(tmp_path / "good.json")
    forged = clearance(tmp_path / "forged.json", Ed25519PrivateKey.generate())
    assert verify.verify([good, good], PUBLIC) == []
    assert "other_key" in codes(verify.verify([good, forged], PUBLIC))


def empty_step(folder: Path, regime: str, serial: int, previous: str) -> Path:
    """Write a delta of a list that was empty and stays so."""
    folder.mkdir()
    (folder / verify.DELTA).write_bytes(b"")
    statement: dict[str, object] = {
        "format": verify.DELTA_FORMAT,
        "regime": regime,
        "region": "411502",
        "version": f"2026-11-2{serial}.1",
        "serial": serial,
        "previous_version": previous,
        "state_root_before": state_root([]).hex(),
        "state_root": state_root([]).hex(),
        "operations": 0,
        "operations_root": verify.Tree().root().hex(),
    }
    resign(folder, KEY, statement, 0, verify.DELTA_MANIFEST)
    return folder


def test_a_delta_of_another_list_or_after_a_gap_does_not_follow_though_the_rows_agree(tmp_path: Path) -> None:
    (tmp_path / "edition").mkdir()
    edition = signed(tmp_path / "edition", KEY, [], set())
    follows = empty_step(tmp_path / "a", "henan_black", 2, "2026-11-20.1")
    assert verify.verify([edition, follows], PUBLIC) == []
    other = empty_step(tmp_path / "b", "henan_red", 2, "2026-11-20.1")
    assert codes(verify.verify([edition, other], PUBLIC)) == ["chain"]
    later = empty_step(tmp_path / "c", "henan_black", 4, "2026-11-23.1")
    assert codes(verify.verify([edition, later], PUBLIC)) == ["chain"]
    assert codes(verify.verify([edition, follows, later], PUBLIC)) == ["chain"]


def test_the_verifier_says_that_it_was_given_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "edition").mkdir()
    edition = signed(tmp_path / "edition", KEY, [], set())
    assert verify.main([str(edition)]) == 0
    assert "--key" in capsys.readouterr().err
    assert verify.main([str(edition), "--key", PUBLIC]) == 0
    assert capsys.readouterr().err == ""
