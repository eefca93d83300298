"""Merchants and operators ask by their code; an officer of the place, who knows them, confirms."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from registry.accounts import policy
from registry.accounts.tables import AccountGrant
from registry.businesses.tables import Market
from registry.signups.commands import forget
from registry.signups.tables import SignUp
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import Browser, Town
from tests.desk.test_listed import sheet
from tests.desk.test_people import NEW, code_on

USCC = "91110108551385082Q"


@dataclass
class Shop:
    id: str
    market_id: str


@pytest.fixture
def shop(town: Town) -> Shop:
    """A business with a code in the town, which runs a market."""
    with writing(town.engine) as session:
        work = given.work(session)
        business_id = given.business(work, name="浉河区诚信计量行", uscc=USCC)
        market = Market(
            id="market", name="东方红市场", region=given.TOWN, organiser_id=business_id, recorded_at=given.NOW
        )
        session.add(market)
    return Shop(business_id, "market")


def ask(town: Town, wanted: str = "merchant", uscc: str = USCC, name: str = "shop") -> Browser:
    browser = town.browser()
    fields = {
        "wanted": wanted,
        "uscc": uscc,
        "account_name": name,
        "person_name": "店主",
        "contact": "13800000000",
    }
    answer = browser.send("/desk/sign-up", fields)
    assert answer.headers["location"] == "/desk/sign-in?done=signed_up"
    return browser


def decided(officer: Browser, **fields: str) -> str:
    page = officer.open("/desk/sign-ups")
    (action,) = [
        one.attributes["action"] for one in page.all("form") if "decision" in one.attributes["action"]
    ]
    return officer.send(action, {"decision": "confirmed", **fields}).text


@pytest.mark.parametrize("wanted", ["merchant", "operator"])
def test_who_is_confirmed_holds_a_grant_on_that_one_thing(town: Town, shop: Shop, wanted: str) -> None:
    person, officer = ask(town, wanted), town.at_desk("officer")
    more = {"market_id": shop.market_id} if wanted == "operator" else {}
    code = code_on(decided(officer, **more))
    person.send("/desk/invitation", {"code": code, "new_password": NEW, "repeated": NEW})
    assert person.sign_in("shop", NEW).status_code == 303
    with reading(town.engine) as session:
        (grant,) = session.exec(select(AccountGrant).where(AccountGrant.account_name == "shop")).all()
    of = (shop.market_id, "") if wanted == "operator" else ("", shop.id)
    assert (grant.role, grant.market_id, grant.business_id) == (wanted, *of)
    person.open("/desk/sign-ups", 403)


def test_whether_a_code_is_known_is_not_told_and_an_unknown_one_waits_for_nobody(
    town: Town, shop: Shop
) -> None:
    ask(town, uscc="91350100M000100Y43", name="stranger")
    assert "stranger" not in town.at_desk("officer").open("/desk/sign-ups").words


def test_who_waits_comes_as_a_sheet_to_the_officer_of_the_place_and_to_no_other(
    town: Town, shop: Shop
) -> None:
    ask(town, "operator")
    (row,) = sheet(town.at_desk("officer"), "/desk/exports/sign_ups.csv")
    told = (row["主体"], row["申请身份"], row["姓名"], row["联系电话"], row["账号"])
    assert told == ("浉河区诚信计量行", "市场主办者", "店主", "13800000000", "shop")
    assert sheet(town.at_desk("auditor"), "/desk/exports/sign_ups.csv") == []


def test_who_is_refused_gets_no_account(town: Town, shop: Shop) -> None:
    ask(town)
    officer = town.at_desk("officer")
    decided(officer, decision="refused")
    assert "店主" not in officer.open("/desk/sign-ups").words
    town.at_desk("admin").open("/desk/accounts/shop", 404)


def test_an_operator_without_a_market_of_his_is_not_confirmed(town: Town, shop: Shop) -> None:
    ask(town, "operator")
    officer = town.at_desk("officer")
    assert "请选择申请人主办的集市" in decided(officer, market_id="another")
    assert "店主" in officer.open("/desk/sign-ups").words


def test_a_code_is_not_asked_for_again_and_again(town: Town, shop: Shop) -> None:
    fields = {
        "wanted": "merchant",
        "uscc": USCC,
        "account_name": "shop",
        "person_name": "x",
        "contact": "13800000000",
    }
    browser = town.browser()
    statuses = [browser.send("/desk/sign-up", fields).status_code for _ in range(8)]
    assert statuses == [303] * 5 + [422] * 3


def test_requests_that_nobody_can_decide_keep_no_merchant_out(
    town: Town, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "MOST_SIGN_UPS", 1)
    ask(town, uscc="91350100M000100Y43", name="stranger")
    ask(town)
    assert "店主" in town.at_desk("officer").open("/desk/sign-ups").words


def test_name_and_contact_of_who_asked_are_forgotten(town: Town, shop: Shop) -> None:
    ask(town)
    with writing(town.engine) as session:
        (asked,) = session.exec(select(SignUp)).all()
        assert forget(session, asked.recorded_at + policy.SIGN_UP_KEPT) == 0
        assert forget(session, asked.recorded_at + policy.SIGN_UP_KEPT + timedelta(days=1)) == 1
