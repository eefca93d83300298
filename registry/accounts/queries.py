"""Nouns about accounts, for those who keep them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from registry.accounts.tables import Account, AccountGrant, Credential, Person, Recovery, TotpSecret


@dataclass(frozen=True)
class AccountCard:
    """An account and its person."""

    account: Account
    person_name: str
    grants: tuple[AccountGrant, ...]


def accounts(session: Session, q: str, limit: int | None = None) -> Sequence[AccountCard]:
    """Return accounts by name, or by a part of the person's name; all where nothing is asked."""
    found = select(Account, Person.name).join(Person, col(Person.id) == col(Account.person_id))
    if q:
        found = found.where(
            or_(
                col(Account.name).startswith(q, autoescape=True),
                col(Person.name).contains(q, autoescape=True),
            )
        )
    rows = session.exec(found.order_by(col(Account.name)).limit(limit)).all()
    return [AccountCard(account, name, grants_of(session, account.name)) for account, name in rows]


def account_card(session: Session, name: str) -> AccountCard | None:
    """Return one account."""
    account = session.get(Account, name)
    if account is None:
        return None
    person = session.get_one(Person, account.person_id)
    return AccountCard(account, person.name, grants_of(session, name))


def grants_of(session: Session, name: str) -> tuple[AccountGrant, ...]:
    """Return what an account holds."""
    held = select(AccountGrant).where(col(AccountGrant.account_name) == name)
    return tuple(session.exec(held.order_by(col(AccountGrant.role), col(AccountGrant.region))).all())


def ways_in(session: Session, name: str) -> tuple[bool, bool]:
    """Say whether an account has a password, and whether a second factor is asked for."""
    device = session.get(TotpSecret, name)
    return session.get(Credential, name) is not None, device is not None and device.confirmed_at is not None


def open_recoveries(session: Session) -> Sequence[tuple[Recovery, str]]:
    """Return the recoveries that nobody has granted, with the name of who asked, the latest first."""
    asked = select(Recovery, Person.name).join(Person, col(Person.id) == col(Recovery.asked_by_person))
    open_ones = asked.where(col(Recovery.granted_at).is_(None))
    return session.exec(open_ones.order_by(col(Recovery.recorded_at).desc())).all()
