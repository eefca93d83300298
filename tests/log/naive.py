"""RFC 6962 written as the standard writes it, over all leaves: the oracle, and slow."""

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) over hashes of leaves, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _k(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Climb from a leaf as section 2.1.1 descends; None where the proof has another length."""
    if size == 1:
        return leaf if not path else None
    if not path:
        return None
    k = _k(size)
    if index < k:
        below = root_from_inclusion(leaf, index, k, path[:-1])
        return None if below is None else hashlib.sha256(b"\x01" + below + path[-1]).digest()
    below = root_from_inclusion(leaf, index - k, size - k, path[:-1])
    return None if below is None else hashlib.sha256(b"\x01" + path[-1] + below).digest()


def roots_from_consistency(
    old: int, new: int, old_root: bytes, path: Sequence[bytes], *, known: bool = True
) -> tuple[bytes, bytes] | None:
    """Return old and new root as section 2.1.2 (SUBPROOF) builds them; None for another length."""
    if old == new:
        said = [old_root, *path] if known else list(path)
        return (said[0], said[0]) if len(said) == 1 else None
    k = _k(new)
    left = old <= k
    inner = (old, k, known) if left else (old - k, new - k, False)
    below = roots_from_consistency(*inner[:2], old_root, path[:-1], known=inner[2]) if path else None
    if below is None:
        return None
    if left:
        return below[0], hashlib.sha256(b"\x01" + below[1] + path[-1]).digest()
    before, after = (hashlib.sha256(b"\x01" + path[-1] + one).digest() for one in below)
    return before, after


def _k(size: int) -> int:
    k = 1
    while 2 * k < size:
        k *= 2
    return k
