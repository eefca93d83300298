"""Bearer keys of the API: asked for by one administrator and issued by another, for they open an account.

Where there is no second administrator yet, as at the founding, one does both. Nobody needs another for a
key of his own account.
"""

import secrets
from dataclasses import dataclass

from pydantic import Field
from sqlalchemy import update
from sqlmodel import col, select

from registry.accounts.apart import another_administrator
from registry.accounts.commands import digest_of_secret
from registry.accounts.tables import Account, ApiKey, KeyRequest
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import NotFound, RuleRefused
from registry.identifiers import new_id


class AskKey(Command):
    """Ask that another administrator issues a key to an account."""

    account: str = Field(max_length=64)
    reason: str = Field(min_length=2, max_length=200, description="What the key is for, and who holds it.")


@dataclass(frozen=True)
class IssuedKey:
    """A new key; its token is shown once and never again."""

    id: str
    token: str


def ask_key(work: Work, command: AskKey) -> str:
    """Write down that an account needs a key, and return its name; another administrator issues it.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
    """
    account = _account(work, command.account)
    work.session.add(
        KeyRequest(
            id=new_id(),
            account_name=account.name,
            reason=command.reason,
            asked_by_person=work.actor.person_id,
            recorded_at=work.now,
        )
    )
    work.record("key.asked", Subject("account", account.name), reason=command.reason)
    return account.name


def issue_key(work: Work, account_name: str) -> IssuedKey:
    """Issue a bearer key to an account; only its digest is kept.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        RuleRefused: It is another person's, and no other administrator asked for it, though there is one.
    """
    account = _account(work, account_name)
    asked = _asked_by_another(work, account_name)
    if asked is None and account.person_id != work.actor.person_id and another_administrator(work):
        raise RuleRefused("key.same_person", field="account", name=account_name)
    key_id, secret = new_id(), secrets.token_urlsafe(32)
    work.session.add(
        ApiKey(
            id=key_id, account_name=account_name, secret_digest=digest_of_secret(secret), issued_at=work.now
        )
    )
    work.session.flush()
    if asked is not None:
        asked.key_id = key_id
        work.session.add(asked)
    work.record("key.issued", Subject("account", account_name), key_id=key_id)
    return IssuedKey(key_id, f"hm_{key_id}_{secret}")


def revoke_key(work: Work, key_id: str) -> None:
    """Revoke a key; the next request that bears it is refused.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such key.
    """
    work.require("administrator", "")
    key = work.session.get(ApiKey, key_id)
    if key is None:
        raise NotFound("key.unknown", key_id=key_id)
    key.revoked_at = work.now
    work.session.add(key)
    work.record("key.revoked", Subject("account", key.account_name), key_id=key_id)


def end_keys(work: Work, account_name: str) -> int:
    """Revoke every key of an account and return how many; who calls this answers for the right to."""
    held = update(ApiKey).where(col(ApiKey.account_name) == account_name, col(ApiKey.revoked_at).is_(None))
    return int(work.session.connection().execute(held.values(revoked_at=work.now)).rowcount)


def _account(work: Work, name: str) -> Account:
    work.require("administrator", "")
    account = work.session.get(Account, name)
    if account is None:
        raise NotFound("account.unknown", field="account", name=name)
    return account


def _asked_by_another(work: Work, account_name: str) -> KeyRequest | None:
    """Return a request that is not answered yet, of an administrator who is not the actor."""
    waiting = select(KeyRequest).where(
        col(KeyRequest.account_name) == account_name,
        col(KeyRequest.key_id).is_(None),
        col(KeyRequest.asked_by_person) != work.actor.person_id,
    )
    return work.session.exec(waiting.order_by(col(KeyRequest.recorded_at)).limit(1).with_for_update()).first()
