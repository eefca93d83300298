"""A key opens an account, so nobody alone takes one of another's; and recovery ends those that are out."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.accounts.api_keys import AskKey, IssuedKey, ask_key, issue_key
from registry.accounts.commands import AddAccount, GrantRole, actor_by_token, add_account
from registry.accounts.recovery import AskRecovery, GrantRecovery, ask_recovery, grant_recovery
from registry.accounts.tables import Recovery
from registry.errors import Forbidden, NotFound, RuleRefused, Unauthenticated
from registry.store.engine import writing
from tests import given


@pytest.fixture
def two(engine: Engine) -> Engine:
    """A registry with two administrators."""
    given.registry(engine)
    grant = GrantRole(role="administrator", region="000000")
    with writing(engine) as session:
        command = AddAccount(name="second", person_name="second", office_code="SAMR", grants=(grant,))
        add_account(given.work(session, "admin"), command)
    return engine


def ask(engine: Engine, by: str, account: str) -> str:
    with writing(engine) as session:
        return ask_key(given.work(session, by), AskKey(account=account, reason="联调"))


def issue(engine: Engine, by: str, account: str) -> IssuedKey:
    with writing(engine) as session:
        return issue_key(given.work(session, by), account)


def test_where_there_are_two_administrators_one_asks_for_a_key_and_the_other_issues_it(two: Engine) -> None:
    with pytest.raises(RuleRefused, match=r"key\.same_person"):
        issue(two, "admin", "officer")
    assert ask(two, "admin", "officer") == "officer"
    with pytest.raises(RuleRefused, match=r"key\.same_person"):
        issue(two, "admin", "officer")
    token = issue(two, "second", "officer").token
    with writing(two) as session:
        assert actor_by_token(session, token).account_name == "officer"
    with pytest.raises(RuleRefused, match=r"key\.same_person"):
        issue(two, "second", "officer")  # what was asked is answered once


def test_what_was_asked_for_one_account_issues_no_key_of_another(two: Engine) -> None:
    ask(two, "admin", "officer")
    with pytest.raises(RuleRefused):
        issue(two, "second", "approver")


def test_a_key_of_ones_own_account_needs_nobody_else(two: Engine) -> None:
    assert issue(two, "second", "second").token


def test_a_single_administrator_issues_the_first_keys(engine: Engine) -> None:
    given.registry(engine)
    assert issue(engine, "admin", "officer").token


def test_only_administrators_ask_and_only_for_accounts_that_exist(two: Engine) -> None:
    with pytest.raises(Forbidden):
        ask(two, "officer", "colleague")
    with pytest.raises(NotFound):
        ask(two, "admin", "nobody")


def test_recovery_ends_the_keys_of_the_account_and_of_no_other(two: Engine) -> None:
    tokens = {}
    for name in ("officer", "colleague"):
        ask(two, "admin", name)
        tokens[name] = issue(two, "second", name).token
    with writing(two) as session:
        ask_recovery(given.work(session, "admin"), AskRecovery(account="officer", reason="核对工作证"))
    with writing(two) as session:
        recovery_id = session.exec(select(Recovery.id)).one()
        grant_recovery(given.work(session, "second"), GrantRecovery(recovery_id=recovery_id))
    with writing(two) as session:
        with pytest.raises(Unauthenticated):
            actor_by_token(session, tokens["officer"])
        assert actor_by_token(session, tokens["colleague"]).account_name == "colleague"
