"""A way back in for who lost password or device. It takes two administrators: one could enter alone."""

from pydantic import Field
from sqlalchemy import delete
from sqlmodel import col

from registry.accounts.api_keys import end_keys
from registry.accounts.grants import another_persons
from registry.accounts.invitations import issue
from registry.accounts.sessions import end_all
from registry.accounts.tables import Credential, Recovery, TotpSecret
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, NotFound, RuleRefused
from registry.identifiers import new_id


class AskRecovery(Command):
    """Ask that a person may set a new password, and a new device."""

    account: str = Field(max_length=64)
    reason: str = Field(min_length=2, max_length=200, description="How the person was recognised.")


class GrantRecovery(Command):
    """Grant what another administrator asked for."""

    recovery_id: str


def ask_recovery(work: Work, command: AskRecovery) -> str:
    """Write down that a person lost the way in; nothing changes until another administrator grants it.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        RuleRefused: It is the actor's own.
    """
    account = another_persons(work, command.account)
    row = Recovery(
        id=new_id(),
        account_name=account.name,
        reason=command.reason,
        asked_by_person=work.actor.person_id,
        recorded_at=work.now,
    )
    work.session.add(row)
    work.record("recovery.asked", Subject("account", account.name), reason=command.reason)
    return account.name


def grant_recovery(work: Work, command: GrantRecovery) -> tuple[str, str]:
    """End password, device, sessions and keys of an account; return its name and a code for a new password.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: Nothing was asked.
        RuleRefused: The actor asked for it, or it is the actor's own account.
        Conflict: It was granted.
    """
    work.require("administrator", "")
    row = work.session.get(Recovery, command.recovery_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("recovery.unknown")
    if row.granted_at is not None:
        raise Conflict("recovery.granted")
    if row.asked_by_person == work.actor.person_id:
        raise RuleRefused("recovery.same_person")
    account = another_persons(work, row.account_name)
    row.granted_by_person, row.granted_at = work.actor.person_id, work.now
    work.session.add(row)
    for table, of in ((Credential, Credential.account_name), (TotpSecret, TotpSecret.account_name)):
        work.session.connection().execute(delete(table).where(col(of) == account.name))
    end_all(work.session, account.name, work.now)
    keys = end_keys(work, account.name)
    code = issue(work, account.name)
    work.record("recovery.granted", Subject("account", account.name), keys_revoked=keys)
    return account.name, code
