"""Offices and accounts of the demonstration."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from jobs.demo.law import OFFICES_SINCE
from jobs.demo.provinces import PROVINCES, enter_offices
from registry.accounts.api_keys import issue_key
from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.accounts.credentials import NewPassword, hashed, keep_password
from registry.audit.work import Subject, Work
from registry.businesses.tables import BusinessVersion
from registry.offices.commands import AddOffice, add_office

OFFICES = (
    ("AMR-41", "河南省市场监督管理局", "豫市监", "410000", "province", "SAMR"),
    ("AMR-4115", "信阳市市场监督管理局", "信市监", "411500", "city", "AMR-41"),
    ("AMR-411502", "信阳市浉河区市场监督管理局", "信浉市监", "411502", "county", "AMR-4115"),
)

ACCOUNTS = (
    # name, person, office, role, region
    ("archivist", "演示·资料员", "SAMR", "officer", "000000"),
    ("province", "演示·省局编辑", "AMR-41", "officer", "410000"),
    ("superior", "演示·市局审批人", "AMR-4115", "approver", "411500"),
    ("city-officer", "演示·市局承办人", "AMR-4115", "officer", "411500"),
    ("officer", "演示·承办人", "AMR-411502", "officer", "411502"),
    ("approver", "演示·审批人", "AMR-411502", "approver", "411502"),
    ("auditor", "演示·审计员", "SAMR", "auditor", "000000"),
    ("verifier", "演示·检定人员", "AMR-411502", "verifier", "411502"),
    ("assistant", "演示·计量协管员", "AMR-411502", "assistant", "411502"),
)

OF_THE_TOWN = ("officer", "approver", "superior", "auditor", "verifier", "assistant")
SHOWN = (*OF_THE_TOWN, *(place.name for place in PROVINCES))
REPORT_PEOPLE = (
    ("handler1", "演示·举报办理甲", "report_handler"),
    ("handler2", "演示·举报办理乙", "report_handler"),
    ("custodian1", "演示·身份保管甲", "custodian"),
    ("custodian2", "演示·身份保管乙", "custodian"),
)


@dataclass(frozen=True)
class Shown:
    """What lets a reader in under an account of the demonstration: at the desk, at the API, into reports."""

    password: str
    token: str
    passphrase: str = ""


def enter_people(admin: Work) -> dict[str, Shown]:
    """Enter offices and accounts, and return what lets a reader in, by account."""
    for code, name, mark, region, level, superior in OFFICES:
        add_office(
            admin,
            AddOffice.model_validate(
                {
                    "code": code,
                    "name": name,
                    "mark": mark,
                    "region": region,
                    "level": level,
                    "superior_code": superior,
                    "held_from_on": OFFICES_SINCE,
                }
            ),
        )
    for name, person, office, role, region in ACCOUNTS:
        grant = GrantRole.model_validate({"role": role, "region": region})
        add_account(admin, AddAccount(name=name, person_name=person, office_code=office, grants=(grant,)))
    enter_offices(admin)
    return {name: Shown(_password(admin, name), issue_key(admin, name).token) for name in SHOWN} | {
        "admin": Shown(_password(admin, "admin"), "")
    }


def enter_market_people(admin: Work, of_interest: Sequence[tuple[str, str]]) -> dict[str, Shown]:
    """Enter the merchant of a stall and the operator of its market; they have no key.

    Args:
        admin: The administrator.
        of_interest: Businesses, each with a fact, in order of what their merchant has to do; the first with a
            stall is taken, and any stall where none has one.
    """
    stalls = admin.session.exec(
        select(BusinessVersion)
        .where(col(BusinessVersion.market_id).is_not(None), col(BusinessVersion.superseded_at).is_(None))
        .order_by(col(BusinessVersion.market_id), col(BusinessVersion.stall))
    ).all()
    order = {business_id: number for number, (business_id, _) in enumerate(of_interest)}
    stall = min(stalls, key=lambda one: order.get(one.business_id, len(order)))
    for name, person, of in (
        ("operator", "演示·集市主办者", {"market_id": stall.market_id}),
        ("merchant", "演示·商户", {"business_id": stall.business_id}),
    ):
        grant = GrantRole.model_validate({"role": name, "region": stall.region, **of})
        add_account(
            admin, AddAccount(name=name, person_name=person, office_code="AMR-411502", grants=(grant,))
        )
    return {name: Shown(_password(admin, name), "") for name in ("operator", "merchant")}


def enter_report_people(admin: Work, office_code: str, region: str) -> dict[str, Shown]:
    """Enter those who handle reports and keep identities; they have no key of the API."""
    for name, person, role in REPORT_PEOPLE:
        grant = GrantRole.model_validate({"role": role, "region": region})
        add_account(
            admin, AddAccount(name=name, person_name=person, office_code=office_code, grants=(grant,))
        )
    return {name: Shown(_password(admin, name), "") for name, _, _ in REPORT_PEOPLE}


def _password(admin: Work, name: str) -> str:
    """Give an account a password that may be kept: who reads it on the screen is its person."""
    password = f"demo-{secrets.token_hex(6)}"
    keep_password(admin, NewPassword(name, hashed(password)))
    admin.record("password.given", Subject("account", name))
    return password
