"""Signing in, in three steps, so that no transaction waits for the hash of a password.

    admitted   counts the attempt and reads the hash it must meet   (a short transaction)
    proven     compares, a tenth of a second                        (no transaction)
    signed_in  opens the session                                    (a short transaction)

Whether the name, the password or the code was wrong is never told, nor whether the name exists.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field, SecretStr
from sqlmodel import Session

from registry.accounts import credentials, policy, throttle, totp
from registry.accounts.commands import actor_by_account
from registry.accounts.devices import Devices
from registry.accounts.sessions import end_all, leave, open_session
from registry.accounts.tables import Account, Credential
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import RuleRefused
from registry.rulebook import Rulebook


class SignIn(Command):
    """What a person signs in with; the code only where the account has a second factor."""

    name: str = Field(max_length=64)
    password: SecretStr = Field(max_length=policy.LONGEST_PASSWORD)
    code: SecretStr = Field(default=SecretStr(""), max_length=20)


@dataclass(frozen=True)
class Attempt:
    """An attempt that was counted.

    Attributes:
        stored: The hash that the password must meet; nobody's where the attempt cannot succeed.
        bucket: Where it was counted.
        code_bucket: Where its code was counted; empty: it has none.
        of_site: It was counted among the failures of the whole site too.
        wait: Why it is not looked at, though its code was and counts as tried.
    """

    account_name: str
    stored: str
    bucket: str
    code_bucket: str = ""
    of_site: bool = False
    wait: RuleRefused | None = None


def admitted(session: Session, devices: Devices, command: SignIn, now: datetime) -> Attempt:
    """Count an attempt to sign in; its code is counted before it is looked at, for codes are short.

    Raises:
        RuleRefused: The name has to wait, or its codes.
    """
    account, held = session.get(Account, command.name), session.get(Credential, command.name)
    code, code_bucket = command.code.get_secret_value(), ""
    if code:
        shade = devices.shade(command.name, command.password.get_secret_value())
        code_bucket = throttle.bucket_of(f"{command.name} {shade}", lane="code")
        throttle.reserve(session, code_bucket, now)
    shown = bool(code) and totp.use_code(session, devices, command.name, code, now)
    bucket = throttle.bucket_of(command.name, lane="second" if shown else "first")
    try:
        throttle.reserve(session, bucket, now)
        if not shown:
            throttle.reserve_of_site(session, now)
    except RuleRefused as wait:
        if not code:
            raise
        return Attempt(
            command.name, "", bucket, code_bucket, wait=wait
        )  # refused once its code is counted for good
    enough = shown or not totp.has_second_factor(session, command.name)
    open_account = account is not None and account.disabled_at is None
    can = held is not None and open_account and enough
    stored = held.password_hash if held and can else ""
    return Attempt(command.name, stored, bucket, code_bucket, of_site=not shown)


def proven(attempt: Attempt, password: SecretStr) -> None:
    """Compare the password of an attempt.

    Raises:
        RuleRefused: It is not the one, the attempt could not succeed, or it has to wait.
    """
    if attempt.wait is not None:
        raise attempt.wait
    right = credentials.meets(password.get_secret_value(), attempt.stored or credentials.nobodys())
    if not (right and attempt.stored):
        raise RuleRefused("login.refused")


def admitted_again(session: Session, account_name: str, now: datetime) -> Attempt:
    """Count an attempt to show the password again, by somebody who is signed in.

    Raises:
        RuleRefused: Too many have failed.
    """
    bucket = throttle.bucket_of(account_name, lane="again")
    throttle.reserve(session, bucket, now)
    return Attempt(account_name, session.get_one(Credential, account_name).password_hash, bucket)


def proven_again(attempt: Attempt, password: SecretStr) -> None:
    """Compare a password that is shown again.

    Raises:
        RuleRefused: It is not the one.
    """
    if not credentials.meets(password.get_secret_value(), attempt.stored):
        raise RuleRefused("password.wrong", field="password")


def signed_in(
    session: Session, attempt: Attempt, now: datetime, rulebook: Rulebook, earlier: str = ""
) -> str:
    """Open a session for a proven attempt and return its token.

    Args:
        session: The transaction.
        attempt: It was proven.
        now: Instant.
        rulebook: In force.
        earlier: Token of a session that the same browser held; it ends.

    Raises:
        Unauthenticated: The account was disabled meanwhile.
        RuleRefused: Its password was changed or ended meanwhile.
    """
    actor = actor_by_account(session, attempt.account_name)
    held = session.get(Credential, attempt.account_name)
    if held is None or held.password_hash != attempt.stored:
        raise RuleRefused("login.refused")
    for bucket in filter(None, (attempt.bucket, attempt.code_bucket)):
        throttle.release(session, bucket)
    leave(session, earlier, now)
    token = open_session(session, attempt.account_name, now)
    Work(session, actor, now, rulebook).record("session.opened", Subject("account", attempt.account_name))
    if attempt.of_site:  # last, as its row is the last that an attempt locks, and everybody waits for it
        throttle.release_of_site(session, now)
    return token


def change_password(work: Work, attempt: Attempt, password: credentials.NewPassword) -> str:
    """Set another password, end every session of the account and return the token of a new one.

    Args:
        work: Of the person whose password it is.
        attempt: By which the present password was proven.
        password: The new one.

    Raises:
        RuleRefused: The present password was changed or ended meanwhile.
    """
    name = work.actor.account_name
    held = work.session.get(Credential, name)
    if held is None or held.password_hash != attempt.stored:
        raise RuleRefused("password.wrong", field="password")
    credentials.keep_password(work, password)
    throttle.release(work.session, throttle.bucket_of(name, lane="again"))
    end_all(work.session, name, work.now)
    work.record("password.changed", Subject("account", name))
    return open_session(work.session, name, work.now)
