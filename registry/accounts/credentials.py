"""Passwords: kept as Argon2id hashes, which no number of cheap guesses opens."""

import secrets
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import Field, SecretStr
from sqlmodel import Session

from registry.accounts import policy
from registry.accounts.tables import Account, Credential
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, NotFound, RuleRefused

_ARGON2 = PasswordHash((Argon2Hasher(),))
_TURNS = BoundedSemaphore(2)  # each takes 64 MiB: many attempts at once wait, memory does not run out


class ChangePassword(Command):
    """Set another password for one's own account; the present one was shown before."""

    password: SecretStr = Field(max_length=policy.LONGEST_PASSWORD)
    new_password: SecretStr = Field(min_length=policy.SHORTEST_PASSWORD, max_length=policy.LONGEST_PASSWORD)
    repeated: SecretStr = Field(max_length=policy.LONGEST_PASSWORD)


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password; it costs about a tenth of a second."""
    with _TURNS:
        return _ARGON2.hash(password)


def meets(password: str, stored: str) -> bool:
    """Say whether a password is the one that was hashed; it costs the same where it is not."""
    with _TURNS:
        return _ARGON2.verify(password, stored)


@cache
def nobodys() -> str:
    """Return a hash that no password meets: an unknown name costs the same work as a known one."""
    return hashed(secrets.token_urlsafe(32))


def fit(account_name: str, new: SecretStr, repeated: SecretStr) -> str:
    """Return a new password that may be used.

    Raises:
        RuleRefused: It was not repeated, holds the name, or is too plain.
    """
    password = new.get_secret_value()
    if password != repeated.get_secret_value():
        raise RuleRefused("password.not_repeated", field="repeated")
    if account_name in password.lower() or len(set(password)) < policy.FEWEST_CHARACTERS:
        raise RuleRefused("password.plain", field="new_password", fewest=policy.FEWEST_CHARACTERS)
    return password


def has_password(session: Session, account_name: str) -> bool:
    """Say whether an account has a password at all."""
    return session.get(Credential, account_name) is not None


def keep_password(work: Work, account_name: str, password: str, *, must_change: bool = False) -> None:
    """Write down the hash of a new password; the verbs that call this answer for the right to."""
    row = work.session.get(Credential, account_name)
    made = hashed(password)
    if row is None:
        row = Credential(account_name=account_name, password_hash=made, changed_at=work.now)
    row.password_hash, row.must_change, row.changed_at = made, must_change, work.now
    work.session.add(row)
    work.session.flush()


def give_first_password(work: Work, account_name: str, password: str) -> None:
    """Give an account that has none a password that its person must change at once.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        Conflict: It has a password.
    """
    work.require("administrator", "")
    if work.session.get(Account, account_name) is None:
        raise NotFound("account.unknown", field="account", name=account_name)
    if has_password(work.session, account_name):
        raise Conflict("password.given", field="account", name=account_name)
    keep_password(work, account_name, password, must_change=True)
    work.record("password.given", Subject("account", account_name))
