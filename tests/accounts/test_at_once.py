"""Two who decide at once: of two codes one opens the account, and what was asked is decided once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Literal

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session, select

from registry.accounts.invitations import AcceptInvitation, invite, invited
from registry.accounts.recovery import AskRecovery, GrantRecovery, ask_recovery, grant_recovery
from registry.accounts.tables import AccountGrant, Recovery
from registry.errors import Conflict, NotFound, RuleRefused
from registry.signups.commands import AskAccount, DecideSignUp, ask_account, decide_sign_up
from registry.signups.tables import SignUp
from registry.store.engine import reading, writing
from tests import given
from tests.api.realm import USCC

LONG_ENOUGH = 0.5  # seconds in which the second either ends or is seen to wait for the first


@pytest.fixture
def three(engine: Engine) -> Engine:
    """A registry with three administrators."""
    given.registry(engine)
    with writing(engine) as session:
        session.add(AccountGrant(account_name="superior", role="administrator", region=""))
        session.add(AccountGrant(account_name="national", role="administrator", region=""))
    return engine


def meanwhile(engine: Engine, first: Callable[[Session], str], second: Callable[[Session], str]) -> list[str]:
    """Let a second begin while the first has not committed, and return what both answered."""

    def carried_out() -> str:
        with writing(engine) as session:
            return second(session)

    with ThreadPoolExecutor(1) as thread:
        with writing(engine) as session:
            answers = [first(session)]
            other: Future[str] = thread.submit(carried_out)
            wait([other], LONG_ENOUGH)
        return [*answers, other.result()]


def opens(engine: Engine, code: str) -> bool:
    """Say whether a code is taken."""
    words = SecretStr("ein Pfund ist ein Pfund")
    with suppress(RuleRefused), reading(engine) as session:
        command = AcceptInvitation(code=SecretStr(code), new_password=words, repeated=words)
        return invited(session, command, given.NOW) == "officer"
    return False


def test_of_two_invitations_at_once_the_later_opens(three: Engine) -> None:
    codes = meanwhile(
        three,
        lambda session: invite(given.work(session, "superior"), "officer"),
        lambda session: invite(given.work(session, "national"), "officer"),
    )
    assert [opens(three, code) for code in codes] == [False, True]


def test_what_was_asked_is_granted_once(three: Engine) -> None:
    with writing(three) as session:
        ask_recovery(given.work(session, "admin"), AskRecovery(account="officer", reason="核对工作证"))
        asked = session.exec(select(Recovery.id)).one()

    def granted(account: str) -> Callable[[Session], str]:
        return lambda session: grant_recovery(given.work(session, account), GrantRecovery(recovery_id=asked))[
            1
        ]

    with pytest.raises(Conflict, match=r"recovery\.granted"):
        meanwhile(three, granted("superior"), granted("national"))


def test_who_asked_for_an_account_is_confirmed_or_refused_and_never_both(three: Engine) -> None:
    with writing(three) as session:
        given.business(given.work(session), uscc=USCC)
        merchant = {"wanted": "merchant", "uscc": USCC, "account_name": "shop", "person_name": "店主"}
        ask_account(session, AskAccount(**merchant, contact="13800000000"), given.NOW)  # type: ignore[arg-type]
        asked = session.exec(select(SignUp.id)).one()

    def decided(account: str, decision: Literal["confirmed", "refused"]) -> Callable[[Session], str]:
        command = DecideSignUp(sign_up_id=asked, decision=decision)
        return lambda session: decide_sign_up(given.work(session, account), command)[1]

    with pytest.raises(NotFound, match=r"sign_up\.unknown"):
        meanwhile(three, decided("officer", "confirmed"), decided("colleague", "refused"))
    with reading(three) as session:
        assert session.exec(select(SignUp.decision)).one() == "confirmed"
