"""A secret of a session: kept here encrypted, under a key that only the session's browser holds.

Whoever reads the database finds what opens nothing; whoever takes the cookie finds what opens nothing here.
"""

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import delete
from sqlmodel import Session, col

from registry.accounts import policy
from registry.accounts.tables import SessionSecret

KEY_LENGTH = 32
NONCE = 12


def keep_secret(session: Session, session_id: str, secret: bytes, now: datetime) -> bytes:
    """Keep a secret for a session, in place of an earlier one, and return the key that opens it."""
    _forget_idle(session, now)
    forget_secret(session, session_id)
    key, nonce = secrets.token_bytes(KEY_LENGTH), secrets.token_bytes(NONCE)
    sealed = nonce + ChaCha20Poly1305(key).encrypt(nonce, secret, session_id.encode())
    session.add(SessionSecret(session_id=session_id, sealed=sealed, used_at=now))
    session.flush()
    return key


def secret_of(session: Session, session_id: str, key: bytes, now: datetime) -> bytes | None:
    """Return the secret of a session; None where there is none, it was left idle, or the key is another's."""
    row = session.get(SessionSecret, session_id)
    if row is None or now - row.used_at >= policy.UNLOCKED or len(key) != KEY_LENGTH:
        return None
    try:
        return ChaCha20Poly1305(key).decrypt(row.sealed[:NONCE], row.sealed[NONCE:], session_id.encode())
    except InvalidTag:
        return None


def secret_used(session: Session, session_id: str, now: datetime) -> None:
    """Write down that the secret of a session is in use, so that it is not locked meanwhile."""
    row = session.get(SessionSecret, session_id)
    if row is not None and now - row.used_at >= policy.SEEN_EVERY:
        row.used_at = now
        session.add(row)


def forget_secret(session: Session, session_id: str) -> None:
    """Forget the secret of a session: it is locked."""
    session.connection().execute(delete(SessionSecret).where(col(SessionSecret.session_id) == session_id))


def _forget_idle(session: Session, now: datetime) -> None:
    idle = col(SessionSecret.used_at) <= now - policy.UNLOCKED
    session.connection().execute(delete(SessionSecret).where(idle))
