"""Reading the log: proofs for any size that was reached, and certificates of acts."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Conflict, Malformed, NotFound
from registry.log import checkpoints, notes
from registry.log.tables import LogCheckpoint, LogLeaf, LogSalt
from registry.log.tiles import public_leaf
from registry.log.tree import TiledTree


def signed_or_refuse(session: Session, size: int | None, field: str) -> int:
    """Return a size that checkpoints cover, the latest unless one is given.

    Raises:
        NotFound: Nothing was signed yet.
        Malformed: So many leaves were not signed yet, or none are meant.
    """
    last = checkpoints.latest(session)
    if last is None:
        raise NotFound("log.unsigned")
    if size is None:
        return last.size
    if not 0 < size <= last.size:
        raise Malformed("log.size", field=field, size=size, largest=last.size)
    return size


def checkpoint_at(session: Session, size: int) -> LogCheckpoint | None:
    """Return what was signed at just this size."""
    return session.get(LogCheckpoint, size)


def leaf_or_refuse(session: Session, leaf_id: str, size: int) -> LogLeaf:
    """Return a leaf of a tree.

    Raises:
        NotFound: The log has no such leaf.
        Malformed: The tree of that size does not reach so far.
    """
    leaf = leaf_named(session, leaf_id)
    if leaf.seq >= size:
        raise Malformed("log.leaf_later", field="size", index=leaf.seq, size=size)
    return leaf


def leaf_named(session: Session, leaf_id: str) -> LogLeaf:
    """Return a leaf of the log, whether a checkpoint covers it or not yet.

    Raises:
        NotFound: The log has no such leaf.
    """
    query = select(LogLeaf).where(col(LogLeaf.leaf_id) == leaf_id)
    leaf: LogLeaf | None = session.execute(query).scalars().one_or_none()
    if leaf is None:
        raise NotFound("log.leaf_unknown", field="leaf", leaf_id=leaf_id)
    return leaf


def inclusion(session: Session, leaf: LogLeaf, size: int) -> list[bytes]:
    """Return the proof that a leaf is in the tree of a size, from its sibling upwards."""
    return TiledTree(size, checkpoints.stored(session)).inclusion(leaf.seq)


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of a size begins with that of a smaller one.

    Raises:
        Malformed: The old one is larger.
    """
    if old > new:
        raise Malformed("log.size", field="from", size=old, largest=new)
    return TiledTree(new, checkpoints.stored(session)).consistency(old)


def leaves_of(session: Session, subject_id: str) -> list[LogLeaf]:
    """Return the leaves of acts on a subject, the oldest first."""
    mine = select(col(LogSalt.leaf_id)).where(col(LogSalt.subject_id) == subject_id)
    query = select(LogLeaf).where(col(LogLeaf.leaf_id).in_(mine)).order_by(col(LogLeaf.seq))
    return list(session.execute(query).scalars())


def last_public_leaf(session: Session, entry_id: str) -> LogLeaf:
    """Return the leaf of the last act on an entry: its listing, or its ending.

    It is found by what it opens, for events are forgotten after a term; an objection against the
    entry is an act on the objection, and no tombstone.

    Raises:
        NotFound: There is no such entry.
    """
    found = leaves_of(session, entry_id)
    if not found:
        raise NotFound("entry.unknown", field="entry_id", entry_id=entry_id)
    return found[-1]


def certificate(session: Session, leaf: LogLeaf, opened: Mapping[str, Any] | None = None) -> str:
    """Return the certificate that an act is in the log, with what opens it while that exists.

    Args:
        session: Read only.
        leaf: Of the act.
        opened: What opens it, where another holds that and the registry does not.

    Raises:
        Conflict: No checkpoint covers the leaf yet; ask again in a minute.
    """
    last = checkpoints.latest(session)
    if last is None or leaf.seq >= last.size:
        raise Conflict("log.unsigned_yet", index=leaf.seq)
    path = inclusion(session, leaf, last.size)
    told = opened or opening(session, leaf)
    return notes.certificate(public_leaf(leaf), told, leaf.seq, path, last.note)


def opening(session: Session, leaf: LogLeaf) -> dict[str, Any] | None:
    """Return salt and content that a leaf commits to, or None once they are forgotten."""
    kept = session.get_one(LogSalt, leaf.leaf_id)
    if kept.salt is None or kept.content is None:
        return None
    return {"salt": kept.salt, "content": json.loads(kept.content)}
