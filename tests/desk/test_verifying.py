"""A verification body sees what is due and tells what it found; an assistant sees and records nothing."""

import re

import pytest
from sqlmodel import select

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.businesses.tables import Market
from registry.instruments.queries import verifications_of
from registry.instruments.tables import Verification
from registry.store.engine import reading, writing
from tests import given
from tests.desk.bringing import carried, counts, tried
from tests.desk.conftest import Browser, Town, give_passwords
from tests.desk.test_attacks import digest

HERE, MARKET, THEIRS = "/desk/verifying", "东方红农贸市场", "郑州市场"
HEADINGS = "name,region,market,stall,serial_no,maker,certificate_no,body,result,verified_on"


@pytest.fixture
def scales(town: Town) -> dict[str, str]:
    """A scale that is overdue, one that is not, one of elsewhere; a market here and one of elsewhere."""
    with writing(town.engine) as session:
        work, admin = given.work(session, "national"), given.work(session, "admin")
        stall = given.business(work, "王记鲜肉店", market=MARKET, stall="A-1")
        late, fresh = (given.instrument(work, stall, serial_no=number) for number in ("YS1", "YS2"))
        given.verification(work, late, verified_on="2025-01-10", certificate_no="old")
        given.verification(work, fresh, verified_on=given.TODAY.isoformat(), certificate_no="new")
        far = given.business(work, "金水区张记水果店", region="410105", market=THEIRS, stall="A-1")
        for role in ("verifier", "assistant"):
            grant = GrantRole(role=role, region="411502")  # type: ignore[arg-type]
            stated = AddAccount(name=role, person_name=role, office_code="AMR-411502", grants=(grant,))
            accounts.add_account(admin, stated)
        markets = {row.name: row.id for row in session.exec(select(Market)).all()}
        there = given.instrument(work, far, serial_no="YS3")
    give_passwords(town.engine, "verifier", "assistant")
    return {"late": late, "fresh": fresh, "there": there, "ours": markets[MARKET], "theirs": markets[THEIRS]}


def _text(browser: Browser, path: str, status: int = 200) -> str:
    browser.open(path, status)
    assert browser.last is not None
    return browser.last.text


def test_a_verifier_sees_what_is_overdue_in_the_own_regions_and_nothing_of_elsewhere(
    town: Town, scales: dict[str, str]
) -> None:
    verifier = town.at_desk("verifier")
    overdue = _text(verifier, f"{HERE}?ahead=0")
    assert ("YS1" in overdue, "YS2" in overdue, "YS3" in overdue) == (True, False, False)
    everything = _text(verifier, f"{HERE}?ahead=")
    assert ("YS1" in everything, "YS2" in everything, "YS3" in everything) == (True, True, False)
    assert everything.index("YS1") < everything.index("YS2")
    for sought, found in (("ys2", True), ("王记", True), ("没有", False)):
        assert ("YS2" in _text(verifier, f"{HERE}?ahead=&q={sought}")) is found
    assert "检定任务" in _text(verifier, "/desk")
    assert _text(verifier, f"{HERE}/instruments/{scales['there']}", 404)


def test_a_result_is_recorded_once_and_the_instrument_is_due_no_more(
    town: Town, scales: dict[str, str]
) -> None:
    verifier = town.at_desk("verifier")
    page = f"{HERE}/instruments/{scales['late']}"
    stated = {
        "certificate_no": "检字 1 号",
        "body": "信阳市计量检定所",
        "result": "qualified",
        "verified_on": given.TODAY.isoformat(),
    }
    assert "信阳市浉河区市场监督管理局" in _text(verifier, page)
    assert verifier.send(page, {**stated, "verified_on": ""}).status_code == 422
    verifier.open(page)
    assert verifier.send(page, stated).headers["location"] == f"{page}?done=recorded"
    assert "检字 1 号" in _text(verifier, page)
    assert "YS1" not in _text(verifier, f"{HERE}?ahead=0")
    with reading(town.engine) as session:
        assert len(verifications_of(session, scales["late"])) == 2
    for foreign in ({"instrument_id": scales["there"]}, {"document_id": "x"}):
        verifier.open(page)
        assert verifier.send(page, {**stated, **foreign}).status_code == 422
    verifier.open(page)
    assert verifier.send(f"{HERE}/instruments/{scales['there']}", stated).status_code == 404


def test_results_are_told_by_workbook_and_those_of_elsewhere_are_refused(
    town: Town, scales: dict[str, str]
) -> None:
    day = given.TODAY.isoformat()
    rows = [
        HEADINGS,
        f"王记鲜肉店,411502,{MARKET},A-1,YS1,,检字 2 号,检定所,合格,{day}",
        f"金水区张记水果店,410105,{THEIRS},A-1,YS3,,检字 3 号,检定所,合格,{day}",
    ]
    with reading(town.engine) as session:
        before = len(session.exec(select(Verification)).all())
    verifier = town.at_desk("verifier")
    assert counts(tried(verifier, HERE, "verifications", "\n".join(rows).encode())) == [2, 1, 0, 0, 1]
    assert counts(carried(verifier, HERE, "verifications")) == [2, 1, 0, 0, 1]
    with reading(town.engine) as session:
        assert len(session.exec(select(Verification)).all()) == before + 1
    verifier.open(f"{HERE}/sheet")
    for kind in ("businesses", "pledges", "instruments"):
        sent = {"file": ("rows.csv", "\n".join(rows).encode())}
        assert verifier.send(f"{HERE}/examination", {"kind": kind}, files=sent).status_code == 422, kind


def test_an_assistant_sees_the_stalls_and_instruments_of_the_own_region_and_no_form(
    town: Town, scales: dict[str, str]
) -> None:
    assistant = town.at_desk("assistant")
    page = _text(assistant, "/desk/watch")
    assert (MARKET in page, THEIRS in page) == (True, False)
    before = digest(town.engine)
    market = _text(assistant, f"/desk/watch/{scales['ours']}")
    assert "王记鲜肉店" in market
    assert "YS1" in market
    assert "已过有效期" in market
    assert "/pledge" not in market
    assert "/desk/markets" not in market
    assert re.findall(r'<form[^>]*action="([^"?]*)', market) == ["/desk/sign-out"]
    assert "王记鲜肉店" not in _text(assistant, f"/desk/watch/{scales['ours']}?lack=instrument")
    assert digest(town.engine) == before
    for path in (f"/desk/markets/{scales['ours']}", HERE, "/desk/businesses"):
        assert _text(assistant, path, 403)
    assert _text(assistant, f"/desk/watch/{scales['theirs']}", 404)


def test_an_assistant_of_one_market_sees_that_one_alone(town: Town, scales: dict[str, str]) -> None:
    with writing(town.engine) as session:
        grant = GrantRole(role="assistant", region="410105", market_id=scales["theirs"])
        stated = AddAccount(name="second", person_name="second", office_code="AMR-411502", grants=(grant,))
        accounts.add_account(given.work(session, "admin"), stated)
    give_passwords(town.engine, "second")
    second = town.at_desk("second")
    assert "YS3" in _text(second, f"/desk/watch/{scales['theirs']}")
    assert _text(second, f"/desk/watch/{scales['ours']}", 404)
    page = _text(second, "/desk/watch")
    assert (MARKET in page, THEIRS in page) == (False, True)
