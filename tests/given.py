"""Builders: a registry with people in it, and facts with only what a test cares about named."""

import functools
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.audit.work import Actor, Work
from registry.businesses import commands as businesses
from registry.businesses.commands import RegisterBusiness
from registry.businesses.persons import is_natural_person
from registry.demonstration.commands import Designate, designate_unit
from registry.founding import Found, found
from registry.offices import commands as offices
from registry.offices.commands import AddOffice
from registry.pledges.commands import FilePledge, file_pledge
from registry.rulebook import Rulebook, load_rulebook
from registry.store.engine import writing
from registry.violations.commands import RecordViolation, record_violation

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, ten in the morning in Shanghai
TODAY = date(2026, 11, 20)
TOWN = "411502"  # 河南省信阳市浉河区


@functools.cache
def rulebook() -> Rulebook:
    """Return the package's rulebook, read once."""
    return load_rulebook()


def registry(engine: Engine, now: datetime = NOW) -> None:
    """Found a registry: nation, city and town offices, and one account for each role in the town."""
    with writing(engine) as session:
        found(
            session,
            Found(
                office_code="SAMR",
                office_name="示范总局",
                region="000000",
                level="nation",
                administrator="admin",
                administrator_name="管理员",
            ),
            now,
            rulebook(),
        )
    with writing(engine) as session:
        admin = work(session, "admin", now)
        for code, name, region, level, superior in (
            ("AMR-41", "河南省市场监督管理局", "410000", "province", "SAMR"),
            ("AMR-4115", "信阳市市场监督管理局", "411500", "city", "AMR-41"),
            ("AMR-411502", "信阳市浉河区市场监督管理局", "411502", "county", "AMR-4115"),
        ):
            offices.add_office(
                admin,
                AddOffice(
                    code=code,
                    name=name,
                    region=region,
                    level=level,
                    superior_code=superior,
                    held_from_on=date(2019, 1, 1),
                ),
            )
        for name, office, role, region in (
            ("officer", "AMR-411502", "officer", "411502"),
            ("colleague", "AMR-411502", "officer", "411502"),
            ("approver", "AMR-411502", "approver", "411502"),
            ("superior", "AMR-4115", "approver", "411500"),
            ("national", "SAMR", "officer", "000000"),
            ("national-approver", "SAMR", "approver", "000000"),
            ("auditor", "SAMR", "auditor", "000000"),
        ):
            accounts.add_account(
                admin,
                AddAccount(
                    name=name,
                    person_name=name,
                    office_code=office,
                    grants=(GrantRole(role=role, region=region),),
                ),
            )


def actor(session: Session, account: str) -> Actor:
    """Return the actor of an account of `registry`."""
    return accounts.actor_by_account(session, account)


def work(session: Session, account: str = "national", now: datetime = NOW) -> Work:
    """Return work by an account; `national` records facts anywhere."""
    return Work(session, actor(session, account), now, rulebook())


def business(by: Work, name: str = "浉河区李记水产店", **more: Any) -> str:
    """Register a business and return its identifier; a person without a code holds a stall."""
    stated = {"name": name, "region": TOWN, "kind": "enterprise", **more}
    if is_natural_person(stated["kind"], name, None) and not {"uscc", "stall"} & set(more):
        stated |= {"market": "浉河区集贸市场", "stall": name}
    command = RegisterBusiness(**stated)
    outcome = businesses.register_business(by, command)
    assert outcome.id is not None
    return outcome.id


def pledge(by: Work, business_id: str, **more: Any) -> str:
    """File a pledge and return its identifier."""
    stated = {"matter": "retail_weighing", "pledged_on": "2026-03-15", **more}
    outcome = file_pledge(by, FilePledge(business_id=business_id, **stated))
    assert outcome.id is not None
    return outcome.id


def designation(by: Work, business_id: str, **more: Any) -> str:
    """Designate a demonstration unit and return the designation's identifier."""
    stated = {
        "level": "city",
        "title": "诚信计量示范单位",
        "authority": "信阳市市场监督管理局",
        "designated_on": "2025-12-01",
        **more,
    }
    outcome = designate_unit(by, Designate(business_id=business_id, **stated))
    assert outcome.id is not None
    return outcome.id


def violation(by: Work, business_id: str, **more: Any) -> str:
    """Record a violation that scores and may be shown, and return its identifier."""
    stated = {
        "decision_no": "信浉市监处罚〔2026〕12号",
        "authority": "信阳市浉河区市场监督管理局",
        "region": TOWN,
        "decided_on": "2026-06-01",
        "procedure": "ordinary",
        "penalties": ("larger_fine", "confiscation"),
        "fine_fen": 150_000,
        "conduct_code": "cheating_instrument_used",
        **more,
    }
    outcome = record_violation(by, RecordViolation(business_id=business_id, **stated))
    assert outcome.id is not None
    return outcome.id
