"""A role that decides comes from one administrator, the way in from another.

An administrator who gave a role and held the code of the account would be two persons: himself and
one whom he invented. Where there is no second administrator yet, as at the founding, one does both.
"""

from collections.abc import Iterator

from sqlmodel import col, select

from registry.accounts.tables import Account, AccountGrant
from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.errors import RuleRefused

DECIDING = frozenset({"officer", "approver", "administrator", "report_handler", "custodian"})
HANDED_OUT = ("account.invited", "recovery.granted")


def refuse_code_of_own_making(work: Work, account_name: str) -> None:
    """Refuse to hand out the way into an account to which the actor gave a role that decides.

    Raises:
        RuleRefused: Another administrator can do it.
    """
    if DECIDING.intersection(_roles_given(work, account_name)) and another_administrator(work):
        raise RuleRefused("invitation.same_person", field="account", name=account_name)


def refuse_role_behind_own_code(work: Work, account_name: str, role: str) -> None:
    """Refuse to give a role that decides to an account of which the actor handed out the way in.

    Raises:
        RuleRefused: Another administrator can do it.
    """
    handed_out = any(entry.act in HANDED_OUT for entry in _own_acts(work, account_name))
    if role in DECIDING and handed_out and another_administrator(work):
        raise RuleRefused("grant.same_person", field="role", name=account_name)


def _roles_given(work: Work, account_name: str) -> Iterator[str]:
    for entry in _own_acts(work, account_name):
        if entry.act == "account.added":
            yield from (grant["role"] for grant in entry.detail["grants"])
        elif entry.act == "grant.given":
            yield entry.detail["grant"]["role"]


def _own_acts(work: Work, account_name: str) -> list[AuditEntry]:
    query = select(AuditEntry).where(
        col(AuditEntry.subject_kind) == "account",
        col(AuditEntry.subject_id) == account_name,
        col(AuditEntry.person_id) == work.actor.person_id,
    )
    return list(work.session.exec(query))


def another_administrator(work: Work) -> bool:
    """Say whether a second person can act as administrator."""
    query = (
        select(Account.name)
        .join(AccountGrant, col(AccountGrant.account_name) == col(Account.name))
        .where(col(AccountGrant.role) == "administrator", col(Account.disabled_at).is_(None))
        .where(col(Account.person_id) != work.actor.person_id)
    )
    return work.session.exec(query.limit(1)).first() is not None
