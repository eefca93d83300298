"""Who works with reports in an office, as the registry's grants say: keys alone make nobody one of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.accounts.tables import Account, AccountGrant, Person
from registry.offices.tables import Office
from registry.reports.readiness import Purpose
from registry.reports.witness import CUSTODIAN, EITHER, HANDLER

ROLE_OF: dict[Purpose, str] = {"intake": HANDLER, "custody": CUSTODIAN}


@dataclass(frozen=True)
class Colleague:
    """Somebody who works with reports in an office."""

    person_id: str
    name: str
    account_name: str
    roles: frozenset[str]


Working = Mapping[str, Colleague]
"""Who works with reports in an office, by person."""


def staff(session: Session, office_code: str) -> dict[str, Colleague]:
    """Return who works with reports in an office, by person, in the order of their accounts."""
    region = session.get_one(Office, office_code).region
    query = (
        select(Account, Person, AccountGrant)
        .join(Person, col(Person.id) == col(Account.person_id))
        .join(AccountGrant, col(AccountGrant.account_name) == col(Account.name))
        .where(col(Account.office_code) == office_code, col(Account.disabled_at).is_(None))
        .where(col(AccountGrant.role).in_(EITHER), col(AccountGrant.market_id) == "")
        .where(col(AccountGrant.business_id) == "")
        .order_by(col(Account.name))
    )
    found: dict[str, Colleague] = {}
    for account, person, grant in session.exec(query):
        if region.startswith(grant.region):
            before = found.get(person.id)
            roles = (before.roles if before else frozenset()) | {grant.role}
            found[person.id] = Colleague(person.id, person.name, account.name, roles)
    return found
