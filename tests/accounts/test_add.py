"""Every act has a person and an office; keys are shown once and end at once."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.accounts import api_keys, commands
from registry.accounts.commands import AddAccount, GrantRole
from registry.accounts.grants import ChangeGrant, give_grant
from registry.accounts.tables import ApiKey
from registry.audit.tables import AuditEntry
from registry.errors import Conflict, Forbidden, Malformed, NotFound, Unauthenticated
from registry.store.engine import writing
from tests import given


def _account(name: str = "new", **more: object) -> AddAccount:
    return AddAccount.model_validate({"name": name, "person_name": "某人", "office_code": "SAMR", **more})


def test_only_an_administrator_adds_accounts(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session, pytest.raises(Forbidden) as refused:
        commands.add_account(given.work(session, "officer"), _account())
    assert refused.value.code == "grant.missing"


def test_a_name_is_taken_once(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session, pytest.raises(Conflict):
        commands.add_account(given.work(session, "admin"), _account("officer"))


def test_an_account_needs_an_office_a_person_and_a_region_that_exist(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        admin = given.work(session, "admin")
        with pytest.raises(NotFound):
            commands.add_account(admin, _account(office_code="NONE"))
        with pytest.raises(NotFound):
            commands.add_account(admin, _account(person_id="nobody"))
    with writing(engine) as session, pytest.raises(Malformed):
        grant = GrantRole(role="officer", region="999999")
        commands.add_account(given.work(session, "admin"), _account(grants=(grant,)))


@pytest.mark.parametrize("of", [{"market_id": "none"}, {"business_id": "none"}])
def test_a_grant_is_on_a_market_or_business_that_exists(engine: Engine, of: dict[str, str]) -> None:
    given.registry(engine)
    role = "operator" if "market_id" in of else "merchant"
    grant = GrantRole.model_validate({"role": role, "region": given.TOWN, **of})
    with writing(engine) as session, pytest.raises(NotFound) as refused:
        commands.add_account(given.work(session, "admin"), _account(grants=(grant,)))
    assert refused.value.field == next(iter(of))
    with writing(engine) as session, pytest.raises(NotFound):
        change = ChangeGrant(account="officer", **grant.model_dump())
        give_grant(given.work(session, "admin"), change)


def test_a_grant_is_given_on_a_business_on_record(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        shop = given.business(given.work(session))
        grant = GrantRole(role="merchant", region=given.TOWN, business_id=shop)
        commands.add_account(given.work(session, "admin"), _account(grants=(grant,)))
        assert given.actor(session, "new").may_of("merchant", business_id=shop)


def test_two_accounts_of_one_person_are_one_person(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        admin = given.work(session, "admin")
        person = given.actor(session, "officer").person_id
        commands.add_account(admin, _account("second", person_id=person))
        assert given.actor(session, "second").person_id == person


def test_a_key_opens_the_account_until_it_is_revoked(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        issued = api_keys.issue_key(given.work(session, "admin"), "officer")
    with writing(engine) as session:
        assert commands.actor_by_token(session, issued.token).account_name == "officer"
        api_keys.revoke_key(given.work(session, "admin"), issued.id)
    with writing(engine) as session, pytest.raises(Unauthenticated):
        commands.actor_by_token(session, issued.token)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "xx" + t[2:], lambda _: "", lambda t: t + "A"])
def test_a_spoilt_token_opens_nothing(engine: Engine, spoil: object) -> None:
    given.registry(engine)
    with writing(engine) as session:
        token = api_keys.issue_key(given.work(session, "admin"), "officer").token
        assert callable(spoil)
        with pytest.raises(Unauthenticated):
            commands.actor_by_token(session, spoil(token))


def test_the_database_holds_no_secret(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        token = api_keys.issue_key(given.work(session, "admin"), "officer").token
    with writing(engine) as session:
        assert token.split("_", 2)[2] not in session.exec(select(ApiKey)).one().model_dump_json()


def test_a_grant_reaches_below_its_region_and_no_further(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        city = given.actor(session, "superior")
        assert city.may("approver", "411502")
        assert not city.may("approver", "410100")
        assert not city.may("officer", "411502")


def test_each_command_leaves_one_audit_entry(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        before = len(session.exec(select(AuditEntry)).all())
        commands.add_account(given.work(session, "admin"), _account())
        assert len(session.exec(select(AuditEntry)).all()) == before + 1
