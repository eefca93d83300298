"""The auditor finds who did what, takes it along, and nobody else sees it."""

import pytest
from sqlmodel import select

from registry.accounts.tables import AccountGrant
from registry.businesses.tables import BusinessVersion
from registry.log import checkpoints
from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Browser, Town
from tests.log.logs import SIGNER


@pytest.fixture
def acted(town: Town) -> str:
    """A pledge that an officer filed, which is in the public log."""
    with writing(town.engine) as session:
        work = given.work(session, "officer")
        return given.pledge(work, given.business(work))


def _text(browser: Browser, path: str, status: int = 200) -> str:
    browser.open(path, status)
    assert browser.last is not None
    return browser.last.text


def test_an_auditor_finds_an_act_by_who_what_and_when(town: Town, acted: str) -> None:
    auditor = town.at_desk("auditor")
    asked = ("act=pledge.filed", "act=pledge.", "act=登记承诺", "act=承诺", "act=Pledge+filed")
    for query in ("account=officer", "office=AMR-411502", *asked, f"subject={acted}"):
        assert acted in _text(auditor, f"/desk/audit?{query}"), query
    for query in (
        "account=approver",
        "office=AMR-41",
        "act=pledge.broken",
        "act=撤回承诺",
        "act=无此事",
        "until=2020-01-01",
        "account=x",
    ):
        assert acted not in _text(auditor, f"/desk/audit?{query}"), query


def test_an_act_is_told_in_words_and_leads_to_what_it_was_done_to(town: Town, acted: str) -> None:
    auditor = town.at_desk("auditor")
    for path in (f"/desk/audit?subject={acted}", f"/desk/audit?subject={acted}&lang=en"):
        page = _text(auditor, path)
        assert ("Pledge filed" if "lang=en" in path else "登记承诺") in page.split("<table")[1]
        link = page.split(f"#fact-{acted}")[0].rsplit('href="', maxsplit=1)[1]
        assert f'id="fact-{acted}"' in _text(auditor, link)


def test_what_the_reader_may_not_see_is_no_link(town: Town, acted: str) -> None:
    """An act of the own office upon a business that has moved away is told, and leads nowhere."""
    with writing(town.engine) as session:
        session.add(AccountGrant(account_name="approver", role="auditor", region="411502"))
        moved = given.business(given.work(session, "officer"), name="迁出的店")
    auditor = town.at_desk("approver")
    asked = f"/desk/audit?subject={moved}"
    assert f'href="/desk/businesses/{moved}"' in _text(auditor, asked)
    with writing(town.engine) as session:
        version = session.exec(select(BusinessVersion).where(BusinessVersion.business_id == moved)).one()
        version.region = "310101"
        session.add(version)
    page = _text(auditor, asked)
    assert moved in page
    assert f'href="/desk/businesses/{moved}"' not in page


def test_a_day_that_is_none_is_told_beside_its_field(town: Town, acted: str) -> None:
    assert 'id="since-fault"' in _text(town.at_desk("auditor"), "/desk/audit?since=gestern", 422)


def test_what_is_found_is_taken_along(town: Town, acted: str) -> None:
    auditor = town.at_desk("auditor")
    lines = _text(auditor, "/desk/audit/export/audit.csv?act=pledge.filed").splitlines()
    assert len(lines) == 2
    assert acted in lines[1]
    auditor.open("/desk/audit/export/audit.xlsx")
    auditor.open("/desk/audit/export/audit.txt", 404)


@pytest.mark.parametrize("name", ["officer", "admin", "approver"])
def test_nobody_else_reads_the_audit_log_at_the_desk(town: Town, acted: str, name: str) -> None:
    browser = town.at_desk(name)
    for path in ("/desk/audit", "/desk/audit/1", "/desk/audit/export/audit.csv"):
        browser.open(path, 403)


def test_an_act_of_another_region_answers_as_one_that_is_not(town: Town, acted: str) -> None:
    with writing(town.engine) as session:
        session.add(AccountGrant(account_name="approver", role="auditor", region="31"))
    approver = town.at_desk("approver")
    pages = [_text(approver, f"/desk/audit/{seq}", 404).replace(f"audit/{seq}", "") for seq in (1, 999999)]
    assert pages[0] == pages[1]
    assert acted not in _text(approver, "/desk/audit")


def test_an_act_shows_its_leaf_and_the_proof_once_it_is_signed(town: Town, acted: str) -> None:
    auditor = town.at_desk("auditor")
    page = _text(auditor, f"/desk/audit?subject={acted}")
    path = page.split('href="/desk/audit/')[1].split('"', maxsplit=1)[0]
    assert "等待下一次签名" in _text(auditor, f"/desk/audit/{path}")
    with writing(town.engine) as session:
        checkpoints.sign(session, SIGNER, given.NOW)
    assert "包含证明（日志共" in _text(auditor, f"/desk/audit/{path}")
