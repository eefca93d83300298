"""What is sealed opens for whom and for what it was sealed, and for nothing else."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.reports.bodies import (
    BUCKETS,
    CHUNK,
    MARK,
    Sealing,
    opened,
    padded_size,
    sealed_body,
    stored_size,
)
from registry.reports.sealing import (
    CLASSICAL,
    HYBRID,
    SUITES,
    SecretKey,
    SuiteByte,
    Unopened,
    new_key,
    seal,
    unseal,
)

KEY = bytes(range(32))
PINNED = tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))
ANSWERS, KEPT = PINNED["sealed"], PINNED["kept"]["stream"]
BOTH = pytest.mark.parametrize("suite", [CLASSICAL, HYBRID])

# RFC 9180, appendix A.2.1: X25519, HKDF-SHA256, ChaCha20Poly1305, base mode
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
RECIPIENT = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
ENCAPSULATED = bytes.fromhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
DERIVED_KEY = bytes.fromhex("ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91")
DERIVED_NONCE = bytes.fromhex("5c4d98150661b848853b547f")


@BOTH
def test_what_is_sealed_opens_with_its_key_for_its_context(suite: SuiteByte) -> None:
    key = new_key(suite)
    assert (
        unseal(key, seal(key.public, b"secret", b"content of report 1"), b"content of report 1") == b"secret"
    )


@BOTH
def test_nothing_opens_for_another_context_another_key_or_altered(suite: SuiteByte) -> None:
    key = new_key(suite)
    sealed = seal(key.public, KEY, b"report 1")
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for wrong_key, wrong, context in (
        (key, sealed, b"report 2"),
        (new_key(suite), sealed, b"report 1"),
        (key, altered, b"report 1"),
        (key, sealed[:-1], b"report 1"),
        (key, b"", b"report 1"),
    ):
        with pytest.raises(Unopened):
            unseal(wrong_key, wrong, context)


def test_what_was_sealed_under_one_suite_never_opens_as_another() -> None:
    hybrid = new_key(HYBRID)
    classical = SecretKey(CLASSICAL, hybrid.seed[-32:])
    sealed = seal(classical.public, KEY, b"report 1")
    with pytest.raises(Unopened):
        unseal(hybrid, sealed, b"report 1")
    with pytest.raises(Unopened):
        unseal(classical, bytes([HYBRID]) + sealed[1:], b"report 1")


def test_the_classical_suite_derives_what_the_standard_publishes() -> None:
    body = ChaCha20Poly1305(DERIVED_KEY).encrypt(DERIVED_NONCE, b"Beauty is truth", b"")
    recipient = SecretKey(CLASSICAL, RECIPIENT)
    key = recipient.public
    assert key.raw.hex() == "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
    opened_with = X25519PrivateKey.from_private_bytes(recipient.seed)
    assert SUITES[CLASSICAL].decrypt(ENCAPSULATED + body, opened_with, info=INFO) == b"Beauty is truth"


@pytest.mark.parametrize("answer", ANSWERS, ids=[one["name"] for one in ANSWERS])
def test_what_this_release_sealed_opens_for_ever(answer: dict[str, str]) -> None:
    key = SecretKey(HYBRID if answer["name"] == "hybrid" else CLASSICAL, bytes.fromhex(answer["seed"]))
    assert key.public.fingerprint == answer["fingerprint"]
    assert unseal(key, bytes.fromhex(answer["sealed"]), b"content of report 1") == b"pinned in 2026"


def test_what_this_release_kept_opens_for_ever() -> None:
    kept = bytes.fromhex(KEPT)
    assert b"".join(opened(KEY, b"text", [kept[:25], kept[25:]])) == b"pinned in 2026"


def test_a_key_is_its_seed_and_says_nothing_of_it() -> None:
    key = SecretKey(HYBRID, bytes(range(96)))
    assert key.public == SecretKey(HYBRID, bytes(range(96))).public
    assert key.public.fingerprint != SecretKey(HYBRID, bytes(range(1, 97))).public.fingerprint
    assert key.seed.hex()[:16] not in repr(key)
    assert repr(key.seed) not in repr(key)


@settings(max_examples=60)
@given(
    body=st.binary(max_size=200),
    fill=st.integers(0, 3 * CHUNK),
    tail=st.sampled_from([b"", MARK, b"\0", MARK + b"\0" * 70_000, b"a"]),
)
def test_a_body_comes_back_whatever_it_ends_with(body: bytes, fill: int, tail: bytes) -> None:
    whole = body + bytes(fill) + tail
    kept = sealed_body(KEY, b"text", whole)
    assert b"".join(opened(KEY, b"text", [kept])) == whole
    assert len(kept) == stored_size(len(whole))


@given(cuts=st.lists(st.integers(0, 150_000), max_size=6))
@settings(max_examples=30)
def test_it_does_not_matter_in_which_pieces_a_body_comes(cuts: list[int]) -> None:
    whole = bytes(range(256)) * 600
    sealing, edges = Sealing(KEY, b"file"), [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    kept = b"".join(sealing.feed(whole[a:b]) for a, b in pairwise(edges)) + sealing.finish()
    assert b"".join(opened(KEY, b"file", (kept[at : at + 1000] for at in range(0, len(kept), 1000)))) == whole


def test_short_bodies_are_kept_in_five_sizes_and_long_ones_grow_by_an_eighth_at_most() -> None:
    assert {padded_size(length) for length in range(BUCKETS[-1])} == set(BUCKETS)
    for length in range(BUCKETS[-1], 60_000_000, 77_777):
        assert length < padded_size(length) <= length * 1.12


def test_equal_sizes_are_kept_in_equal_bytes() -> None:
    assert len({len(sealed_body(KEY, b"text", bytes(length))) for length in (0, 1, 900, 4095)}) == 1


@pytest.mark.parametrize("damage", ["cut", "cut at a chunk", "longer", "altered", "swapped", "another body"])
def test_a_damaged_body_never_opens(damage: str) -> None:
    whole = bytes(3 * CHUNK)
    kept, chunk = sealed_body(KEY, b"text", whole), CHUNK + 17
    first = 25
    damaged = {
        "cut": kept[:-1],
        "cut at a chunk": kept[: first + chunk],
        "longer": kept + b"\0",
        "altered": kept[:100] + bytes([kept[100] ^ 1]) + kept[101:],
        "swapped": kept[:first]
        + kept[first + chunk : first + 2 * chunk]
        + kept[first : first + chunk]
        + kept[first + 2 * chunk :],
        "another body": sealed_body(KEY, b"file", whole),
    }[damage]
    with pytest.raises(Unopened):
        list(opened(KEY, b"text", [damaged]))
