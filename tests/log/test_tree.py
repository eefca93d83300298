"""Roots and proofs of RFC 6962, from tiles, against published vectors and two other implementations."""

import hashlib
import random

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from registry.log.tree import HASH_BYTES, TILE_WIDTH, ReadTile, TiledTree, leaf_hash, root_of_complete
from registry.publication.verify import is_consistent, is_included
from tests.log import naive

LARGEST = 512

# The leaves, roots and proofs that RFC 6962's reference implementation publishes for its tests.
LEAVES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def tiled(hashes: list[bytes]) -> ReadTile:
    """Return how tiles over these leaves are read; full ones are kept above each other."""
    levels = [b"".join(hashes)]
    while len(levels[-1]) >= TILE_WIDTH * HASH_BYTES:
        below, width = levels[-1], TILE_WIDTH * HASH_BYTES
        full = range(0, len(below) - len(below) % width, width)
        levels.append(b"".join(root_of_complete(below[at : at + width]) for at in full))

    def read(level: int, number: int) -> bytes:
        start = number * TILE_WIDTH * HASH_BYTES
        return levels[level][start : start + TILE_WIDTH * HASH_BYTES] if level < len(levels) else b""

    return read


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(count)]


@pytest.fixture(scope="module")
def roots() -> list[bytes]:
    """The root of every tree up to the largest, from pymerkle."""
    tree = InmemoryTree(algorithm="sha256")
    found = [hashlib.sha256().digest()]
    for number in range(LARGEST):
        tree.append_entry(number.to_bytes(4))
        found.append(tree.get_root(number + 1))
    return found


def test_the_published_roots_come_out() -> None:
    hashes = [leaf_hash(one) for one in LEAVES]
    for size, root in enumerate(ROOTS):
        assert TiledTree(size, tiled(hashes)).root().hex() == root
        assert naive.root(hashes[:size]).hex() == root


def test_every_root_up_to_512_equals_that_of_pymerkle(roots: list[bytes]) -> None:
    read = tiled(leaves(LARGEST))  # one set of tiles serves every smaller tree
    assert [TiledTree(size, read).root() for size in range(LARGEST + 1)] == roots


def test_every_inclusion_proof_up_to_512_is_accepted_by_two_verifiers(roots: list[bytes]) -> None:
    hashes = leaves(LARGEST)
    read = tiled(hashes)
    for size in range(1, LARGEST + 1):
        tree = TiledTree(size, read)
        for index in range(size):
            path = tree.inclusion(index)
            assert is_included(hashes[index], index, size, path, roots[size])
            assert naive.root_from_inclusion(hashes[index], index, size, path) == roots[size]


def test_every_consistency_proof_up_to_512_is_accepted_by_two_verifiers(roots: list[bytes]) -> None:
    read = tiled(leaves(LARGEST))
    for new in range(1, LARGEST + 1):
        tree = TiledTree(new, read)
        for old in range(1, new + 1):
            path = tree.consistency(old)
            assert is_consistent((old, roots[old]), (new, roots[new]), path)
            assert naive.roots_from_consistency(old, new, roots[old], path) == (roots[old], roots[new])


SIZES = st.integers(min_value=1, max_value=3 * TILE_WIDTH * TILE_WIDTH)


@pytest.fixture(scope="module")
def large() -> tuple[list[bytes], ReadTile]:
    hashes = leaves(3 * TILE_WIDTH * TILE_WIDTH)
    return hashes, tiled(hashes)


@settings(max_examples=200)
@drawn(sizes=st.lists(SIZES, min_size=2, max_size=2).map(sorted), at=st.floats(0, 1, exclude_max=True))
def test_proofs_across_tiles_of_three_levels_hold(
    large: tuple[list[bytes], ReadTile], sizes: list[int], at: float
) -> None:
    hashes, read = large
    old, new = sizes
    tree, index = TiledTree(new, read), int(at * new)
    assert is_included(hashes[index], index, new, tree.inclusion(index), tree.root())
    before = TiledTree(old, read).root()
    assert is_consistent((old, before), (new, tree.root()), tree.consistency(old))


def test_a_proof_reads_a_handful_of_tiles_of_a_large_log(large: tuple[list[bytes], ReadTile]) -> None:
    asked: list[tuple[int, int]] = []

    def counted(level: int, number: int) -> bytes:
        asked.append((level, number))
        return large[1](level, number)

    TiledTree(196_607, counted).inclusion(70_000)
    assert len(asked) <= 6


def test_a_proof_that_was_altered_is_refused(roots: list[bytes]) -> None:
    hashes, chance = leaves(LARGEST), random.Random(4)
    read = tiled(hashes)
    for _ in range(2000):
        new = chance.randrange(2, LARGEST + 1)
        old, index = chance.randrange(1, new), chance.randrange(new)
        tree = TiledTree(new, read)
        inclusion, consistency = (
            _altered(tree.inclusion(index), chance),
            _altered(tree.consistency(old), chance),
        )
        other = chance.choice([one for one in range(new) if one != index])
        assert not is_included(hashes[index], index, new, inclusion, roots[new])
        assert not is_included(hashes[other], index, new, tree.inclusion(index), roots[new])
        assert not is_included(hashes[index], other, new, tree.inclusion(index), roots[new])
        assert not is_included(hashes[index], index, new, tree.inclusion(index), roots[new - 1])
        assert not is_consistent((old, roots[old]), (new, roots[new]), consistency)
        assert not is_consistent((old, roots[old - 1]), (new, roots[new]), tree.consistency(old))
        assert not is_consistent((old, roots[old]), (new, roots[old]), tree.consistency(old))


def _altered(path: list[bytes], chance: random.Random) -> list[bytes]:
    """Change one bit, take one hash away, add one, or exchange two."""
    how = chance.randrange(4)
    at = chance.randrange(len(path))
    if how == 0:
        bit = 1 << chance.randrange(256)
        changed = (int.from_bytes(path[at]) ^ bit).to_bytes(HASH_BYTES)
        return [*path[:at], changed, *path[at + 1 :]]
    if how == 1 or (how == 3 and len(path) == 1):
        return path[:at] + path[at + 1 :]
    if how == 2:
        return [*path[:at], path[at], *path[at:]]
    other = (at + 1) % len(path)
    swapped = list(path)
    swapped[at], swapped[other] = path[other], path[at]
    return swapped


def test_a_tile_that_is_too_short_is_no_proof() -> None:
    read = tiled(leaves(300))
    with pytest.raises(ValueError, match="holds fewer hashes"):
        TiledTree(400, read).root()
