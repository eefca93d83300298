"""How often a name may be tried: a few times freely, then with a growing wait.

An attempt is counted before its password is looked at, so that attempts sent at once do not slip
through. A name that does not exist is counted like one that does.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from registry.accounts import policy
from registry.accounts.tables import LoginThrottle
from registry.errors import RuleRefused

SITE = "the whole site"  # no digest, so no name has this bucket

Lane = Literal["first", "second", "code", "again", "sign_up"]


def bucket_of(name: str, *, lane: Lane) -> str:
    """Return the bucket of a name.

    Args:
        name: As it was given, known or not.
        lane: `second` for an attempt that brings a right second factor, `again` for one by somebody
            who is signed in, `sign_up` for one who asks for an account: whoever guesses passwords of a
            name does not keep its owner out. `code` counts the codes that are tried, right or wrong, with
            one password: whoever has it would else guess them as fast as he can ask, and whoever has it not
            does not keep its owner out. There the name is followed by the password's shade.
    """
    return hashlib.sha256(f"{lane} {name}".encode()).hexdigest()


def reserve(session: Session, bucket: str, now: datetime) -> None:
    """Count an attempt as failed until it is known better.

    Raises:
        RuleRefused: The bucket has to wait; nothing was counted.
    """
    row = _row(session, bucket, now)
    if now < row.free_at:
        raise RuleRefused("login.wait", seconds=int((row.free_at - now).total_seconds()) + 1)
    row.failures = row.failures + 1 if now - row.tried_at < policy.FORGET_FAILURES else 1
    row.tried_at, row.free_at = now, now + wait_after(row.failures)
    session.add(row)


def reserve_of_site(session: Session, now: datetime) -> None:
    """Count an attempt among the failures of the whole site until it is known better; it names nobody.

    Raises:
        RuleRefused: Too many have failed, on whatever names; nothing was counted.
    """
    row = _row(session, SITE, now)
    counted = max(now, row.free_at) + policy.SITE_EACH
    over = counted - now - policy.SITE_EACH * policy.SITE_FAILURES
    if over > timedelta(0):
        raise RuleRefused("login.wait", seconds=int(over.total_seconds()) + 1)
    row.tried_at, row.free_at, row.failures = now, counted, row.failures + 1
    session.add(row)


def release_of_site(session: Session, now: datetime) -> None:
    """Take an attempt that did not fail back from the failures of the whole site."""
    row = _row(session, SITE, now)
    row.free_at, row.failures = row.free_at - policy.SITE_EACH, row.failures - 1
    session.add(row)


def wait_after(failures: int) -> timedelta:
    """Return how long a bucket waits after so many failures: at first nothing, then a second, doubling."""
    if failures < policy.FREE_TRIES:
        return timedelta(0)
    doubled: int = 2 ** min(failures - policy.FREE_TRIES, 16)
    return min(timedelta(seconds=doubled), policy.LONGEST_WAIT)


def release(session: Session, bucket: str) -> None:
    """Forget the failures of a bucket: its attempt was the owner's."""
    session.connection().execute(delete(LoginThrottle).where(col(LoginThrottle.bucket) == bucket))


def forget(session: Session, now: datetime) -> int:
    """Forget failures that are long past, and return how many buckets they were."""
    old = delete(LoginThrottle).where(col(LoginThrottle.tried_at) < now - policy.FORGET_FAILURES)
    return int(session.connection().execute(old).rowcount)


def _row(session: Session, bucket: str, now: datetime) -> LoginThrottle:
    """Return the row of a bucket, locked where the database locks rows."""
    locked = select(LoginThrottle).where(col(LoginThrottle.bucket) == bucket).with_for_update()
    row = session.exec(locked).one_or_none()
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(LoginThrottle(bucket=bucket, failures=0, free_at=now, tried_at=now))
    except IntegrityError:
        session.expire_all()  # another attempt on the name was first; its row is now there to be locked
    return session.exec(locked).one()
