"""Sessions at the desk: kept in the database, by a digest of the token, and ended there."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from registry.accounts import policy
from registry.accounts.session_secrets import forget_secret
from registry.accounts.tables import LoginSession
from registry.audit.work import Subject, Work
from registry.errors import NotFound, Unauthenticated


def digest_of_token(token: str) -> str:
    """Return what is kept of a token; whoever reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, account_name: str, now: datetime) -> str:
    """Begin a session and return its token; where there would be too many, the oldest end."""
    _forget_over(session, account_name, now)
    held = list(sessions_of(session, account_name, now))
    for old in held[: max(0, len(held) - policy.MOST_SESSIONS + 1)]:
        _end(session, old, now)
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(id=digest_of_token(token), account_name=account_name, created_at=now, seen_at=now)
    )
    session.flush()
    return token


def session_of(session: Session, token: str, now: datetime) -> LoginSession:
    """Return the session that a token stands for.

    Raises:
        Unauthenticated: There is none, or it is over.
    """
    found = session.get(LoginSession, digest_of_token(token))
    if found is None or not _lasts(found, now):
        raise Unauthenticated("session.over")
    return found


def seen(session: Session, session_id: str, now: datetime) -> None:
    """Write down that somebody is at the desk."""
    found = session.get(LoginSession, session_id)
    if found is not None and _lasts(found, now):
        found.seen_at = now
        session.add(found)


def due_to_be_seen(found: LoginSession, now: datetime) -> bool:
    """Say whether being seen is worth a write again."""
    return now - found.seen_at >= policy.SEEN_EVERY


def sessions_of(session: Session, account_name: str, now: datetime) -> Sequence[LoginSession]:
    """Return the sessions of an account that last, the oldest first."""
    held = select(LoginSession).where(
        col(LoginSession.account_name) == account_name, col(LoginSession.ended_at).is_(None)
    )
    ordered = session.exec(held.order_by(col(LoginSession.created_at), col(LoginSession.id))).all()
    return [one for one in ordered if _lasts(one, now)]


def end_session(work: Work, session_id: str) -> None:
    """End a session: one's own, or as an administrator anybody's. The next request finds it ended.

    Raises:
        NotFound: There is none that lasts, or it is another's.
    """
    found = work.session.get(LoginSession, session_id)
    own = found is not None and found.account_name == work.actor.account_name
    if found is None or not _lasts(found, work.now) or not (own or work.actor.may("administrator", "")):
        raise NotFound("session.unknown")
    _end(work.session, found, work.now)
    work.record("session.ended", Subject("account", found.account_name))


def leave(session: Session, token: str, now: datetime) -> None:
    """End the session of a token, if it is one: its browser signs in anew."""
    found = session.get(LoginSession, digest_of_token(token)) if token else None
    if found is not None and found.ended_at is None:
        _end(session, found, now)


def end_all(session: Session, account_name: str, now: datetime) -> None:
    """End every session of an account."""
    for one in sessions_of(session, account_name, now):
        _end(session, one, now)
    session.flush()


def _lasts(found: LoginSession, now: datetime) -> bool:
    return (
        found.ended_at is None and now - found.seen_at < policy.IDLE and now - found.created_at < policy.WHOLE
    )


def _end(session: Session, found: LoginSession, now: datetime) -> None:
    forget_secret(session, found.id)
    found.ended_at = now
    session.add(found)


def _forget_over(session: Session, account_name: str, now: datetime) -> None:
    over = or_(col(LoginSession.ended_at).is_not(None), col(LoginSession.created_at) <= now - policy.WHOLE)
    mine = col(LoginSession.account_name) == account_name
    session.connection().execute(delete(LoginSession).where(mine, over))
