"""Passwords: kept as Argon2id hashes, which no number of cheap guesses opens."""

import secrets
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import Field, SecretStr
from sqlmodel import Session

from registry.accounts import policy
from registry.accounts.grants import another_persons
from registry.accounts.sessions import end_all
from registry.accounts.tables import Credential
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import NotFound, RuleRefused

_ARGON2 = PasswordHash((Argon2Hasher(),))
_TURNS = BoundedSemaphore(2)  # each takes 64 MiB: many attempts at once wait, memory does not run out


class ChangePassword(Command):
    """Set another password for one's own account; the present one was shown before."""

    password: SecretStr = Field(max_length=policy.LONGEST_PASSWORD)
    new_password: SecretStr = Field(min_length=policy.SHORTEST_PASSWORD, max_length=policy.LONGEST_PASSWORD)
    repeated: SecretStr = Field(max_length=policy.LONGEST_PASSWORD)


class RequireChange(Command):
    """Require that a person sets another password before doing anything else."""

    account: str = Field(max_length=64)
    reason: str = Field(min_length=2, max_length=200)


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


@dataclass(frozen=True, repr=False)
class NewPassword:
    """A password that may be used, as its hash: made before the transaction that keeps it is begun.

    Attributes:
        account_name: Whose it is to be.
    """

    account_name: str
    made: str


def fit(account_name: str, new: SecretStr, repeated: SecretStr) -> NewPassword:
    """Return a new password that may be used, hashed; no transaction may wait for this.

    Raises:
        RuleRefused: It was not repeated, holds the name, or is too plain.
    """
    password = new.get_secret_value()
    if password != repeated.get_secret_value():
        raise RuleRefused("password.not_repeated", field="repeated")
    if account_name in password.lower() or len(set(password)) < policy.FEWEST_CHARACTERS:
        raise RuleRefused("password.plain", field="new_password", fewest=policy.FEWEST_CHARACTERS)
    return NewPassword(account_name, hashed(password))


def another(account_name: str, command: ChangePassword) -> NewPassword:
    """Return the password that takes the place of the present one, hashed; no transaction may wait for this.

    Raises:
        RuleRefused: It was not repeated, is too plain, or is the present one.
    """
    if command.new_password == command.password:
        raise RuleRefused("password.same", field="new_password")
    return fit(account_name, command.new_password, command.repeated)


def has_password(session: Session, account_name: str) -> bool:
    """Say whether an account has a password at all."""
    return session.get(Credential, account_name) is not None


def keep_password(work: Work, new: NewPassword) -> None:
    """Write down the hash of a new password; the verbs that call this answer for the right to."""
    row = work.session.get(Credential, new.account_name)
    if row is None:
        row = Credential(account_name=new.account_name, password_hash=new.made, changed_at=work.now)
    row.password_hash, row.must_change, row.changed_at = new.made, False, work.now
    work.session.add(row)
    work.session.flush()


def require_change(work: Work, command: RequireChange) -> str:
    """Let a person do nothing at the desk before another password is set, and end what is open there.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account, or it has no password.
        RuleRefused: It is the actor's own.
    """
    account = another_persons(work, command.account)
    row = work.session.get(Credential, account.name)
    if row is None:
        raise NotFound("password.none", field="account", name=account.name)
    row.must_change = True
    work.session.add(row)
    end_all(work.session, account.name, work.now)
    work.record("password.change_required", Subject("account", account.name), reason=command.reason)
    return account.name
