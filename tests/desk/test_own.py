"""A merchant sees the own record and what was served, and nothing of a case before that."""

import re

import pytest

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Browser, Town, give_passwords
from tests.desk.leading import Desk, business_with_violation, proposed


@pytest.fixture
def shops(town: Town) -> dict[str, str]:
    """Two businesses, of which a merchant holds one."""
    with writing(town.engine) as session:
        admin, work = given.work(session, "admin"), given.work(session)
        made = {
            "ours": given.business(work, "信阳市王记鲜肉店有限公司"),
            "theirs": given.business(work, "信阳市李记水产店有限公司"),
        }
        grant = GrantRole(role="merchant", region="411502", business_id=made["ours"])
        accounts.add_account(
            admin,
            AddAccount(name="merchant", person_name="merchant", office_code="AMR-411502", grants=(grant,)),
        )
    give_passwords(town.engine, "merchant")
    return made


def _text(browser: Browser, path: str, status: int = 200) -> str:
    browser.open(path, status)
    assert browser.last is not None
    return browser.last.text


def test_a_merchant_sees_the_own_record_and_no_other(town: Town, shops: dict[str, str]) -> None:
    page = _text(town.at_desk("merchant"), "/desk/own")
    assert "王记鲜肉店" in page
    assert "李记水产店" not in page


def test_a_paper_that_was_not_served_answers_as_one_that_is_not(town: Town, shops: dict[str, str]) -> None:
    with writing(town.engine) as session:
        work = given.work(session, "officer")
        document_id = given.document_row(session, work.now, kind="notice", title="告知书")
    merchant = town.at_desk("merchant")
    pages = [
        _text(merchant, f"/desk/own/papers/{one}", 404).replace(one, "") for one in (document_id, "none")
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("name", ["officer", "admin", "auditor"])
def test_nobody_else_has_the_desk_of_a_merchant(town: Town, shops: dict[str, str], name: str) -> None:
    town.at_desk(name).open("/desk/own", 403)


def test_a_notice_is_seen_once_it_is_served_and_the_inner_papers_never(town: Town) -> None:
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    with writing(town.engine) as session:
        grant = GrantRole(role="merchant", region="411502", business_id=business)
        accounts.add_account(
            given.work(session, "admin"),
            AddAccount(name="merchant", person_name="merchant", office_code="AMR-411502", grants=(grant,)),
        )
    give_passwords(town.engine, "merchant")
    case = proposed(town, business, violation)
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区"})
    merchant = town.at_desk("merchant")
    assert "/desk/own/papers/" not in _text(merchant, "/desk/own")
    desk.step(case, "serve_notice", {"manner": "direct"}, file=True)
    page = _text(merchant, "/desk/own")
    assert len(set(re.findall(r"/desk/own/papers/([a-z0-9]+)", page))) == 1
    assert "陈述申辩截至" in page
    address = page.split('href="/desk/own/papers/')[1].split('"', maxsplit=1)[0]
    assert merchant.client.get(f"/desk/own/papers/{address}").content.startswith(b"%PDF")
    assert "可以在期限内陈述" in _text(merchant, "/desk")
    town.wait(days=20)
    assert "可以在期限内陈述" not in _text(town.at_desk("merchant"), "/desk")
