"""Signing checkpoints: what was signed once is never unsaid.

In one transaction the hashes above the new leaves are stored, the root over them is computed from
stored hashes and signed, and size, root and note become a row whose size is its key. Only after its
commit is the note released (`tiles`). Before anything is signed, the tree that was signed last must
still be there: another tree, key or origin is refused.
"""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Broken
from registry.log.notes import Signer
from registry.log.tables import LogCheckpoint, LogHead, LogLeaf, LogTile
from registry.log.tree import HASH_BYTES, TILE_WIDTH, ReadTile, TiledTree, root_of_complete
from registry.store.versions import one_writer

LOCK = "log_checkpoint"
AT_ONCE = 64 * TILE_WIDTH  # leaves by which one checkpoint may grow: on SQLite others wait meanwhile


def latest(session: Session) -> LogCheckpoint | None:
    """Return the checkpoint of the largest tree, or None before the first."""
    query = select(LogCheckpoint).order_by(col(LogCheckpoint.size).desc()).limit(1)
    return session.execute(query).scalars().first()


def behind(session: Session) -> bool:
    """Say whether leaves are there that no checkpoint covers."""
    head, last = session.get(LogHead, 1), latest(session)
    return (head.size if head else 0) != (last.size if last else 0)


def sign(session: Session, signer: Signer, now: datetime) -> LogCheckpoint | None:
    """Sign the log as it has grown by now; return None where it has not.

    Args:
        session: A transaction of its own; nothing is released before its commit.
        signer: The key, under the log's name.
        now: Aware UTC instant.

    Raises:
        Broken: The log holds another tree than was signed, or key or origin are others.
    """
    one_writer(session, LOCK)
    head, last = session.get(LogHead, 1), latest(session)
    size, signed = head.size if head else 0, last.size if last else 0
    if last is not None:
        _refuse_other(session, signer, last)
    if size < signed:
        raise Broken(f"the log has {size} leaves, but {signed} were signed; nothing is signed any more")
    if size == signed:
        return None
    size = min(size, signed + AT_ONCE)
    _grow(session, signed, size)
    root = TiledTree(size, stored(session)).root()
    checkpoint = LogCheckpoint(
        size=size,
        root=root.hex(),
        note=signer.checkpoint(size, root),
        verifier_key=signer.verifier_key,
        signed_at=now,
    )
    session.add(checkpoint)
    session.flush()
    return checkpoint


def stored(session: Session) -> ReadTile:
    """Return how tiles are read: hashes of leaves are rows, those above them rows of a tile each."""

    def read(level: int, number: int) -> bytes:
        if level:
            tile = session.get(LogTile, (level, number))
            return tile.hashes if tile else b""
        return _leaf_hashes(session, number * TILE_WIDTH, (number + 1) * TILE_WIDTH)

    return read


def _leaf_hashes(session: Session, start: int, end: int) -> bytes:
    query = select(col(LogLeaf.leaf_hash)).where(col(LogLeaf.seq) >= start, col(LogLeaf.seq) < end)
    return bytes.fromhex("".join(session.execute(query.order_by(col(LogLeaf.seq))).scalars()))


def _refuse_other(session: Session, signer: Signer, last: LogCheckpoint) -> None:
    if last.verifier_key != signer.verifier_key:
        raise Broken(
            f"the log is signed as {last.verifier_key}, and this would be {signer.verifier_key}; "
            "bring keys/log.ed25519 back, and set HM_LOG_ORIGIN to the name before the first plus sign"
        )
    try:
        root = TiledTree(last.size, stored(session)).root().hex()
    except ValueError as missing:
        raise Broken(f"hashes under the checkpoint of size {last.size} are gone: {missing}") from missing
    if root != last.root:
        raise Broken(f"the log no longer holds the tree that was signed at size {last.size}; signing stops")


def _grow(session: Session, signed: int, size: int) -> None:
    """Store the roots over the tiles that have become full, level by level."""
    read, level = stored(session), 0
    while size := size // TILE_WIDTH:
        signed //= TILE_WIDTH
        nodes = []
        for number in range(signed, size):
            hashes = read(level, number)
            if len(hashes) != TILE_WIDTH * HASH_BYTES:
                raise Broken(f"the log has a gap in tile {number} of level {level}")
            nodes.append(root_of_complete(hashes))
        level += 1
        _lay(session, level, signed, nodes)


def _lay(session: Session, level: int, first: int, nodes: list[bytes]) -> None:
    """Lay hashes beside those that the tiles of a level hold already."""
    while nodes:
        number, at = divmod(first, TILE_WIDTH)
        tile = session.get(LogTile, (level, number)) or LogTile(level=level, number=number, hashes=b"")
        if len(tile.hashes) != at * HASH_BYTES:
            raise Broken(f"tile {number} of level {level} does not end where the last checkpoint left it")
        fitting, nodes = nodes[: TILE_WIDTH - at], nodes[TILE_WIDTH - at :]
        tile.hashes += b"".join(fitting)
        session.add(tile)
        session.flush()
        first += len(fitting)
