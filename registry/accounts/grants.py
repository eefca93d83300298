"""Who may do what: given and taken by an administrator, read anew for every request.

An administrator sees no case, so nobody holds that role beside one that does; and nobody changes
what he may do himself.
"""

from pydantic import Field

from registry.accounts.apart import refuse_role_behind_own_code
from registry.accounts.commands import GrantRole, grant_or_refuse, refuse_beside
from registry.accounts.sessions import end_all
from registry.accounts.tables import Account, AccountGrant
from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.errors import Conflict, NotFound, RuleRefused
from registry.regions import prefix


class ChangeGrant(GrantRole):
    """A role that an account is given, or that is taken from it."""

    account: str = Field(max_length=64)


class DisableAccount(Command):
    """Close or open an account."""

    account: str = Field(max_length=64)
    reason: str = Field(min_length=2, max_length=200)


def give_grant(work: Work, command: ChangeGrant) -> str:
    """Give a role to an account and return its name; it holds from the next request on.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account, market or business.
        RuleRefused: It is the actor's own, the role may not stand beside another, or it decides and the
            actor handed out the way into the account.
        Conflict: The account holds it already.
        Malformed: There is no such region, or the role is held on a market or business alone.
    """
    account = another_persons(work, command.account)
    grant = grant_or_refuse(work.session, command)
    key = (account.name, grant.role, prefix(grant.region), grant.market_id, grant.business_id)
    if work.session.get(AccountGrant, key) is not None:
        raise Conflict("grant.held", field="role", role=command.role)
    refuse_beside(work, account.person_id, command.role)
    refuse_role_behind_own_code(work, account.name, command.role)
    work.session.add(_row(key))
    work.record("grant.given", Subject("account", account.name), grant=grant.model_dump(mode="json"))
    return account.name


def take_grant(work: Work, command: ChangeGrant) -> str:
    """Take a role from an account and return its name; its next request is without.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account, or it does not hold the role.
        RuleRefused: It is the actor's own.
    """
    account = another_persons(work, command.account)
    key = (account.name, command.role, prefix(command.region), command.market_id, command.business_id)
    row = work.session.get(AccountGrant, key)
    if row is None:
        raise NotFound("grant.none", field="role", role=command.role)
    work.session.delete(row)
    taken = command.model_dump(mode="json", exclude={"account"})
    work.record("grant.taken", Subject("account", account.name), grant=taken)
    return account.name


def disable_account(work: Work, command: DisableAccount) -> str:
    """Close an account: its sessions end, its keys and password open nothing.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        RuleRefused: It is the actor's own.
    """
    account = another_persons(work, command.account)
    account.disabled_at = account.disabled_at or work.now
    work.session.add(account)
    end_all(work.session, account.name, work.now)
    work.record("account.disabled", Subject("account", account.name), reason=command.reason)
    return account.name


def enable_account(work: Work, command: DisableAccount) -> str:
    """Open an account again.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        RuleRefused: It is the actor's own.
    """
    account = another_persons(work, command.account)
    account.disabled_at = None
    work.session.add(account)
    work.record("account.enabled", Subject("account", account.name), reason=command.reason)
    return account.name


def another_persons(work: Work, name: str) -> Account:
    """Return an account that an administrator may change: not one of his own.

    Raises:
        Forbidden: The actor is no administrator.
        NotFound: There is no such account.
        RuleRefused: It is the actor's own person's.
    """
    work.require("administrator", "")
    account = work.session.get(Account, name)
    if account is None:
        raise NotFound("account.unknown", field="account", name=name)
    if account.person_id == work.actor.person_id:
        raise RuleRefused("account.own", field="account")
    return account


def _row(key: tuple[str, str, str, str, str]) -> AccountGrant:
    name, role, region, market_id, business_id = key
    return AccountGrant(
        account_name=name, role=role, region=region, market_id=market_id, business_id=business_id
    )
