"""Invitations: a code, handed over by an administrator, by which a person sets the first password."""

import hashlib
import secrets
from datetime import datetime

from pydantic import Field, SecretStr
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.accounts import credentials, policy
from registry.accounts.apart import refuse_code_of_own_making
from registry.accounts.commands import actor_by_account
from registry.accounts.credentials import NewPassword
from registry.accounts.tables import Account, Invitation
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.rulebook import Rulebook

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 that are not mistaken for one another on paper
GROUPS, GROUP = 5, 5  # 125 bits: nobody guesses one


class AcceptInvitation(Command):
    """Set the first password of the account that one was invited to."""

    code: SecretStr = Field(max_length=60)
    new_password: SecretStr = Field(min_length=policy.SHORTEST_PASSWORD, max_length=policy.LONGEST_PASSWORD)
    repeated: SecretStr = Field(max_length=policy.LONGEST_PASSWORD)


def invite(work: Work, account_name: str) -> str:
    """Invite the person of an account that has no password, and return the code, shown once.

    An earlier invitation that was not used ends.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        Conflict: It has a password; that is what recovery is for.
        RuleRefused: The actor gave it a role that decides, and another administrator can invite.
    """
    work.require("administrator", "")
    if work.session.get(Account, account_name) is None:
        raise NotFound("account.unknown", field="account", name=account_name)
    if credentials.has_password(work.session, account_name):
        raise Conflict("password.given", field="account", name=account_name)
    refuse_code_of_own_making(work, account_name)
    code = issue(work, account_name)
    work.record("account.invited", Subject("account", account_name))
    return code


def issue(work: Work, account_name: str) -> str:
    """Write down an invitation and return its code; the verbs that call this answer for the right to."""
    # whoever invites at the same time waits, and then ends this one
    work.session.get_one(Account, account_name, with_for_update=True, populate_existing=True)
    for earlier in _open(work.session, account_name):
        earlier.expires_at = work.now
        work.session.add(earlier)
    letters = [secrets.choice(LETTERS) for _ in range(GROUPS * GROUP)]
    code = "-".join("".join(letters[start : start + GROUP]) for start in range(0, len(letters), GROUP))
    work.session.add(
        Invitation(
            id=new_id(),
            code_digest=_digest(code),
            account_name=account_name,
            recorded_at=work.now,
            expires_at=work.now + policy.INVITED,
        )
    )
    work.session.flush()
    return code


def invited(session: Session, command: AcceptInvitation, now: datetime) -> str:
    """Return the name of the account that the code invites to; its password is then hashed, and accepted.

    Raises:
        RuleRefused: The code is wrong, used or expired.
    """
    return _usable(session.exec(_held(command)).one_or_none(), now).account_name


def accept(
    session: Session,
    command: AcceptInvitation,
    password: NewPassword,
    now: datetime,
    rulebook: Rulebook,
) -> str:
    """Set the password of the account that the code invites to, and return its name.

    Args:
        session: The transaction.
        command: What was sent; its code is looked at once more.
        password: For the account that it invited to.
        now: Instant.
        rulebook: In force.

    Raises:
        RuleRefused: The code is wrong, used or expired.
    """
    found = _usable(session.exec(_held(command).with_for_update()).one_or_none(), now)
    work = Work(session, actor_by_account(session, found.account_name), now, rulebook)
    credentials.keep_password(work, password)
    found.used_at = now
    session.add(found)
    work.record("invitation.accepted", Subject("account", found.account_name))
    return found.account_name


def _held(command: AcceptInvitation) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(col(Invitation.code_digest) == _digest(command.code.get_secret_value()))


def _usable(found: Invitation | None, now: datetime) -> Invitation:
    if found is None or found.used_at is not None or now >= found.expires_at:
        raise RuleRefused("invitation.refused", field="code")
    return found


def _open(session: Session, account_name: str) -> list[Invitation]:
    mine = select(Invitation).where(
        col(Invitation.account_name) == account_name, col(Invitation.used_at).is_(None)
    )
    return list(session.exec(mine).all())


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
