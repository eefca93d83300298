"""Adding people, accounts and keys; the only writer of their rows."""

import hashlib
import secrets
from typing import Literal

from pydantic import Field
from sqlalchemy import select as rows_of
from sqlmodel import Session, SQLModel, col, select

from registry.accounts.tables import Account, AccountGrant, ApiKey, Person
from registry.audit.work import Actor, Grant, Subject, Work
from registry.commands import Command
from registry.errors import Conflict, Malformed, NotFound, RuleRefused, Unauthenticated
from registry.identifiers import new_id
from registry.offices.tables import Office
from registry.regions import prefix, region_or_refuse

Role = Literal[
    "officer",
    "approver",
    "custodian",
    "report_handler",
    "operator",
    "merchant",
    "verifier",
    "assistant",
    "auditor",
    "administrator",
    "partner",
]


class GrantRole(Command):
    """A role on a region, 000000 being the whole country; an operator's and a merchant's on one thing.

    An assistant watches a region or one market.
    """

    role: Role
    region: str = Field(description="GB/T 2260; the whole country only where 000000 is said.")
    market_id: str = Field(default="", max_length=64, description="Market of an operator or assistant.")
    business_id: str = Field(default="", max_length=64, description="Business of a merchant.")


class AddAccount(Command):
    """Give a person an account at an office."""

    name: str = Field(pattern=r"^[a-z0-9._-]{2,64}$", description="What the person signs in with.")
    person_name: str = Field(min_length=1, max_length=100)
    person_id: str | None = Field(default=None, description="An existing person's; a new person if unset.")
    office_code: str
    grants: tuple[GrantRole, ...] = ()


def add_account(work: Work, command: AddAccount) -> str:
    """Add an account and return the identifier of its person.

    Raises:
        Forbidden: The actor is no administrator.
        Conflict: The name is taken.
        NotFound: There is no such office, person, market or business.
        Malformed: A grant names no region, or not the one thing that its role is held on.
        RuleRefused: An administrator would work on cases.
    """
    work.require("administrator", "")
    return enter_account(work, command)


def enter_account(work: Work, command: AddAccount) -> str:
    """Write down an account and return its person; the verbs that call this answer for the right to.

    Raises:
        Conflict: The name is taken.
        NotFound: There is no such office, person, market or business.
    """
    if work.session.get(Account, command.name) is not None:
        raise Conflict("account.taken", field="name", name=command.name)
    if work.session.get(Office, command.office_code) is None:
        raise NotFound("office.unknown", field="office_code", code=command.office_code)
    person_id = command.person_id or new_id()
    if command.person_id is None:
        work.session.add(Person(id=person_id, name=command.person_name, recorded_at=work.now))
    elif work.session.get(Person, person_id) is None:
        raise NotFound("person.unknown", field="person_id", person_id=person_id)
    work.session.flush()
    work.session.add(
        Account(name=command.name, person_id=person_id, office_code=command.office_code, recorded_at=work.now)
    )
    work.session.flush()
    for grant in command.grants:
        _give(work, command.name, person_id, grant_or_refuse(work.session, grant))
    work.record(
        "account.added",
        Subject("account", command.name),
        office_code=command.office_code,
        grants=[grant.model_dump() for grant in command.grants],
    )
    return person_id


def _give(work: Work, name: str, person_id: str, grant: GrantRole) -> None:
    refuse_beside(work, person_id, grant.role)
    work.session.add(
        AccountGrant(
            account_name=name,
            role=grant.role,
            region=prefix(grant.region),
            market_id=grant.market_id,
            business_id=grant.business_id,
        )
    )


def refuse_beside(work: Work, person_id: str, role: str) -> None:
    """Refuse to make an administrator of who works on cases, or the other way round.

    Raises:
        RuleRefused: The person holds a role that the new one may not stand beside.
    """
    held = select(AccountGrant.role).join(Account, col(Account.name) == col(AccountGrant.account_name))
    roles = set(work.session.exec(held.where(col(Account.person_id) == person_id)).all())
    if roles and (role == "administrator") != (roles == {"administrator"}):
        raise RuleRefused("grant.beside", field="role")


def grant_or_refuse(session: Session, grant: GrantRole) -> GrantRole:
    """Return a grant that can be given.

    Raises:
        NotFound: There is no such market or business.
        Malformed: There is no such region; an operator's names no market, a merchant's no business, or
            another's one of them, but for the market that an assistant watches.
    """
    region_or_refuse(grant.region, "region")
    of_market = bool(grant.market_id)
    if of_market != (grant.role == "operator") and not (of_market and grant.role == "assistant"):
        raise Malformed("grant.market", field="market_id")
    if (grant.role == "merchant") != bool(grant.business_id):
        raise Malformed("grant.business", field="business_id")
    if grant.market_id and not _on_record(session, "market", grant.market_id):
        raise NotFound("market.unknown", field="market_id")
    if grant.business_id and not _on_record(session, "business", grant.business_id):
        raise NotFound("business.unknown", field="business_id", business_id=grant.business_id)
    return grant


def _on_record(session: Session, table: str, identifier: str) -> bool:
    """Say whether a table of a slice above has a row; like a foreign key, this names the table only."""
    identifiers = SQLModel.metadata.tables[table].c.id
    found = session.connection().execute(rows_of(identifiers).where(identifiers == identifier))
    return found.first() is not None


def actor_by_token(session: Session, token: str) -> Actor:
    """Return who bears a token.

    Raises:
        Unauthenticated: The token is unknown, revoked, or its account is disabled.
    """
    parts = token.split("_", 2)
    key = session.get(ApiKey, parts[1]) if len(parts) == 3 and parts[0] == "hm" else None
    offered = digest_of_secret(parts[2]) if key is not None else ""
    if key is None or key.revoked_at is not None or not secrets.compare_digest(key.secret_digest, offered):
        raise Unauthenticated("key.refused")
    return actor_by_account(session, key.account_name)


def actor_by_account(session: Session, account_name: str) -> Actor:
    """Return the actor that an account stands for.

    Raises:
        Unauthenticated: There is no such account, or it is disabled.
    """
    account = session.get(Account, account_name)
    if account is None or account.disabled_at is not None:
        raise Unauthenticated("account.refused", field="as", name=account_name)
    held = session.exec(select(AccountGrant).where(col(AccountGrant.account_name) == account_name)).all()
    return Actor(
        person_id=account.person_id,
        account_name=account.name,
        office_code=account.office_code,
        grants=tuple(Grant(one.role, one.region, one.market_id, one.business_id) for one in held),
    )


def digest_of_secret(secret: str) -> str:
    """Return what is kept of a key; whoever reads the database cannot use it."""
    return hashlib.sha256(secret.encode()).hexdigest()
