"""The Merkle tree of RFC 6962 (SHA-256), read from tiles: no proof reads all the leaves.

A tile of level L holds up to 256 hashes, each the root over 256^L leaves, side by side; what lies
between two levels is hashed when it is asked for. A hash over complete leaves never changes, so the
widest tile serves every smaller tree too.

Source: RFC 6962 section 2.1; C2SP tlog-tiles.
"""

import hashlib
from collections.abc import Callable

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = hashlib.sha256().digest()

ReadTile = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_complete(hashes: bytes) -> bytes:
    """Return the root over hashes laid side by side.

    Args:
        hashes: As many as a power of two, of 32 bytes each.
    """
    level = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


class TiledTree:
    """The tree over the first leaves of a log.

    Args:
        size: How many leaves it has; tiles may hold more.
        read: Returns the hashes of a tile by level and number, all that are complete.
    """

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        """Return the root; of an empty tree the hash of nothing."""
        return self._over(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """Return the proof that a leaf is in the tree, from the leaf's sibling upwards.

        Args:
            index: From 0 to size - 1.
        """
        start, end, path = 0, self.size, []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the tree begins with the leaves of an older one.

        Args:
            old: Size of the older tree, from 1 to size.
        """
        start, end, path = 0, self.size, []
        while end != old:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        if start:
            path.append(self._over(start, end))
        return path[::-1]

    def _over(self, start: int, end: int) -> bytes:
        """Return the root over the leaves from `start` to before `end`; `start` begins a subtree."""
        if (start, end) not in self._nodes:
            count = end - start
            middle = start + _split(count) if count & (count - 1) else start
            self._nodes[start, end] = (
                node_hash(self._over(start, middle), self._over(middle, end))
                if middle > start
                else self._complete(count.bit_length() - 1, start // count)
            )
        return self._nodes[start, end]

    def _complete(self, height: int, number: int) -> bytes:
        """Return the root of the complete subtree of a height, counted from the left."""
        level, above = divmod(height, TILE_HEIGHT)
        first, count = number << above, 1 << above
        tile, at = divmod(first, TILE_WIDTH)
        if (level, tile) not in self._tiles:
            self._tiles[level, tile] = self._read(level, tile)
        hashes = self._tiles[level, tile][at * HASH_BYTES : (at + count) * HASH_BYTES]
        if len(hashes) != count * HASH_BYTES:
            raise ValueError(f"tile {tile} of level {level} holds fewer hashes than a tree of {self.size}")
        return root_of_complete(hashes)


def _split(count: int) -> int:
    """Return the largest power of two below a count of at least two."""
    return 1 << (count - 1).bit_length() - 1
