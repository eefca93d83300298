"""Making and appending leaves (RFC 6962 leaf hash, SHA-256)."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from registry.errors import Broken
from registry.identifiers import new_id
from registry.log.canonical import canonical
from registry.log.events import PublicEvent, tell
from registry.log.tables import LogHead, LogLeaf, LogSalt
from registry.store.bulk import insert_rows

SALT_BYTES = 32
AT_ONCE = 500


@dataclass(frozen=True)
class Effect:
    """The content of an act with legal effect; only its salted digest becomes public.

    Attributes:
        public: What the public may follow of it, by identifiers; None where it changes nothing shown.
    """

    act: str
    subject_id: str
    content: Mapping[str, Any]
    public: PublicEvent | None = None


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
    effects = list(effects)
    if not effects:
        return
    first = _append(session, [_leaf(effect, on, office_code, now) for effect in effects])
    tell(session, [(first + n, one.act, one.public) for n, one in enumerate(effects) if one.public], on, now)


def append_withheld(
    session: Session, act: str, commitments: Sequence[str], *, on: date, office_code: str, now: datetime
) -> list[str]:
    """Append leaves whose openings others hold and the registry never does; return their identifiers.

    Args:
        session: The transaction.
        act: Of all of them.
        commitments: SHA-256 over salt and content, hex.
        on: Legal day.
        office_code: Of who acts.
        now: Instant of the act.

    Raises:
        Broken: The log was never begun (`begin`).
    """
    made = []
    for commitment in commitments:
        leaf = _public(act, commitment, on, office_code, now)
        made.append(
            (leaf, {"leaf_id": leaf["leaf_id"], "salt": None, "content": None, "subject_id": leaf["leaf_id"]})
        )
    if made:
        _append(session, made)
    return [str(leaf["leaf_id"]) for leaf, _withheld in made]


def _append(session: Session, made: Sequence[tuple[dict[str, object], dict[str, object]]]) -> int:
    """Number leaves after all earlier ones, write them with what opens them, and return the first number."""
    grown = session.connection().execute(
        update(LogHead)
        .where(col(LogHead.id) == 1)
        .values(size=col(LogHead.size) + len(made))
        .returning(col(LogHead.size))
    )
    size = grown.scalar_one_or_none()
    if size is None:
        raise Broken("the log has no head; run `honest-metrology init`")
    first = size - len(made)
    for seq, (leaf, _salt) in enumerate(made, start=first):
        leaf["seq"] = seq
    insert_rows(session, LogLeaf, [leaf for leaf, _salt in made])
    insert_rows(session, LogSalt, [salt for _leaf, salt in made])
    return first


def forget(session: Session, subject_ids: Sequence[str]) -> int:
    """Destroy what opens the leaves of these subjects; the leaves stay, and so does every proof.

    The act that forgets appends its own leaf afterwards, the tombstone: ground and rule, openable.

    Returns:
        How many leaves nobody can open any more.
    """
    forgotten = 0
    for start in range(0, len(subject_ids), AT_ONCE):
        blanked = session.connection().execute(
            update(LogSalt)
            .where(col(LogSalt.subject_id).in_(subject_ids[start : start + AT_ONCE]))
            .where(col(LogSalt.salt).is_not(None))
            .values(salt=None, content=None)
        )
        forgotten += blanked.rowcount
    return forgotten


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
    leaf = _public(effect.act, commitment_of(salt, content), on, office_code, now)
    opening: dict[str, object] = {
        "leaf_id": leaf["leaf_id"],
        "salt": salt.hex(),
        "content": content.decode(),
        "subject_id": effect.subject_id,
    }
    return leaf, opening


def _public(act: str, commitment: str, on: date, office_code: str, now: datetime) -> dict[str, object]:
    public = {
        "leaf_id": new_id(),
        "act": act,
        "on": on.isoformat(),
        "office_code": office_code,
        "commitment": commitment,
    }
    return {**public, "on": on, "leaf_hash": leaf_hash_of(public), "recorded_at": now}
