"""Making and appending leaves (RFC 6962 leaf hash, SHA-256)."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col

from registry.errors import Broken
from registry.identifiers import new_id
from registry.log.canonical import canonical
from registry.log.tables import LogHead, LogLeaf, LogSalt

SALT_BYTES = 32


@dataclass(frozen=True)
class Effect:
    """The content of an act with legal effect; only its salted digest becomes public."""

    act: str
    subject_id: str
    content: Mapping[str, Any]


def commitment_of(salt: bytes, content: bytes) -> str:
    """Return the commitment to a content: SHA-256 over salt and canonical bytes, hex."""
    return hashlib.sha256(salt + content).hexdigest()


def leaf_hash_of(leaf: Mapping[str, Any]) -> str:
    """Return the RFC 6962 hash of a leaf: SHA-256 over 0x00 and its canonical JSON, hex."""
    return hashlib.sha256(b"\x00" + canonical(leaf)).hexdigest()


def append(session: Session, effects: Iterable[Effect], *, on: date, office_code: str, now: datetime) -> None:
    """Append one leaf for each effect, in this transaction, after all earlier ones.

    Raises:
        Broken: The log was never begun (`begin`).
    """
    made = [_leaf(effect, on, office_code, now) for effect in effects]
    if not made:
        return
    grown = session.connection().execute(
        update(LogHead)
        .where(col(LogHead.id) == 1)
        .values(size=col(LogHead.size) + len(made))
        .returning(col(LogHead.size))
    )
    size = grown.scalar_one_or_none()
    if size is None:
        raise Broken("the log has no head; run `honest-metrology init`")
    for seq, (leaf, _salt) in enumerate(made, start=size - len(made)):
        leaf["seq"] = seq
    session.connection().execute(insert(LogLeaf), [leaf for leaf, _salt in made])
    session.connection().execute(insert(LogSalt), [salt for _leaf, salt in made])


def begin(session: Session) -> None:
    """Begin an empty log, once."""
    if session.get(LogHead, 1) is None:
        session.add(LogHead(id=1, size=0))
        session.flush()


def _leaf(
    effect: Effect, on: date, office_code: str, now: datetime
) -> tuple[dict[str, object], dict[str, object]]:
    salt = secrets.token_bytes(SALT_BYTES)
    content = canonical(effect.content)
    leaf_id = new_id()
    commitment = commitment_of(salt, content)
    public = {
        "leaf_id": leaf_id,
        "act": effect.act,
        "on": on.isoformat(),
        "office_code": office_code,
        "commitment": commitment,
    }
    leaf = {**public, "on": on, "leaf_hash": leaf_hash_of(public), "recorded_at": now}
    opening: dict[str, object] = {
        "leaf_id": leaf_id,
        "salt": salt.hex(),
        "content": content.decode(),
        "subject_id": effect.subject_id,
    }
    return leaf, opening
