"""An operator keeps the registers of the own market by workbook, and changes nothing outside it."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine
from sqlmodel import col, select

from jobs import import_asked
from public_site.desk import sheets
from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.accounts.tables import AccountGrant
from registry.audit.tables import AuditEntry
from registry.businesses.tables import BusinessVersion, Market
from registry.imports.orders import finish_sheet
from registry.imports.tables import SheetOrder
from registry.imports.uploads import KEPT, forget_uploads
from registry.pledges.tables import Pledge
from registry.store.engine import reading, writing
from tests import given
from tests.desk.bringing import carried, confirmed, counts, progress, tried
from tests.desk.conftest import OURS, Browser, Town, give_passwords
from tests.desk.test_attacks import digest

OURS_NAME, THEIRS_NAME = "东方红农贸市场", "西关市场"
CODE = "91110000600037341L"
HEADINGS = "name,region,market,stall,matter,pledged_on"


@pytest.fixture
def markets(town: Town) -> dict[str, str]:
    """Two markets with a stall each; the operator organises one of them."""
    with writing(town.engine) as session:
        admin, work = given.work(session, "admin"), given.work(session)
        given.business(work, "王记鲜肉店", market=OURS_NAME, stall="A-1")
        given.business(work, "李记水产店", market=THEIRS_NAME, stall="A-1")
        accounts.add_account(
            admin, AddAccount(name="operator", person_name="operator", office_code="AMR-411502")
        )
        found = {row.name: row.id for row in session.exec(select(Market)).all()}
        ours, theirs = found[OURS_NAME], found[THEIRS_NAME]
        session.add(AccountGrant(account_name="operator", role="operator", region="411502", market_id=ours))
    give_passwords(town.engine, "operator")
    return {"ours": f"/desk/markets/{ours}", "theirs": f"/desk/markets/{theirs}"}


def _text(browser: Browser, path: str) -> str:
    browser.open(path)
    assert browser.last is not None
    return browser.last.text


def _pledges(*rows: str) -> bytes:
    return "\n".join([HEADINGS, *rows]).encode()


def _row(name: str, market: str) -> str:
    return f"{name},411502,{market},A-1,retail_weighing,2026-03-15"


def test_a_market_shows_its_stalls_and_what_they_lack(town: Town, markets: dict[str, str]) -> None:
    operator = town.at_desk("operator")
    page = _text(operator, markets["ours"])
    assert "王记鲜肉店" in page
    assert "李记水产店" not in page
    assert "没有承诺" in page
    assert "王记鲜肉店" not in _text(operator, f"{markets['ours']}?ahead=30")
    assert "王记鲜肉店" in _text(operator, f"{markets['ours']}?lack=instrument")


@pytest.mark.parametrize("rest", ["", "/sheet"])
def test_the_market_of_another_answers_as_one_that_is_not(
    town: Town, markets: dict[str, str], rest: str
) -> None:
    operator = town.at_desk("operator")
    pages = []
    for path in (markets["theirs"], "/desk/markets/there-is-none"):
        operator.open(path + rest, 404)
        assert operator.last is not None
        pages.append(operator.last.text.replace(path, ""))
    assert pages[0] == pages[1]


def test_a_trial_tells_of_every_row_and_writes_nothing(town: Town, markets: dict[str, str]) -> None:
    operator = town.at_desk("operator")
    operator.open("/desk/markets")
    before = digest(town.engine)
    rows = _pledges(_row("王记鲜肉店", OURS_NAME), _row("没有这一家", OURS_NAME))
    page = tried(operator, markets["ours"], "pledges", rows)
    assert counts(page) == [2, 1, 0, 0, 1]
    assert '<th scope="row">3</th>' in page or '<th scope="row">A3</th>' in page
    assert digest(town.engine) == before


def test_a_file_is_carried_out_once_and_changes_nothing_the_second_time(
    town: Town, markets: dict[str, str]
) -> None:
    operator = town.at_desk("operator")
    rows = _pledges(_row("王记鲜肉店", OURS_NAME))
    tried(operator, markets["ours"], "pledges", rows)
    assert counts(carried(operator, markets["ours"], "pledges")) == [1, 1, 0, 0, 0]
    assert counts(tried(operator, markets["ours"], "pledges", rows)) == [1, 0, 0, 1, 0]
    with reading(town.engine) as session:
        assert len(session.exec(select(Pledge)).all()) == 1


def test_a_large_file_is_carried_out_by_a_job_and_its_page_tells_how_far_it_is(
    town: Town, markets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "AT_ONCE", 1)
    monkeypatch.setattr(import_asked, "AT_ONCE", 1)
    operator = town.at_desk("operator")
    page = f"{markets['ours']}/import"
    assert "没有正在办理的大文件" in _text(operator, page)
    rows = _pledges(
        _row("没有这一家", OURS_NAME), _row("王记鲜肉店", OURS_NAME), _row("李记水产店", THEIRS_NAME)
    )
    tried(operator, markets["ours"], "pledges", rows)
    assert operator.last is not None
    hidden = dict(re.findall(r'name="(name|digest)" value="([^"]*)"', operator.last.text))
    assert operator.send(page, {"kind": "pledges", **hidden}).headers["location"] == page
    assert "已办理 0 行，共 3 行" in _text(operator, page)
    assert operator.last.headers["refresh"] == "3"
    far = progress(town)
    assert import_asked.run(far) == "orders=1"
    assert import_asked.run(far) == "orders=0"
    assert counts(_text(operator, page)) == [3, 1, 0, 0, 2]
    assert "refresh" not in operator.last.headers
    with reading(town.engine) as session:
        assert len(session.exec(select(Pledge)).all()) == 1


def test_a_large_file_that_was_forgotten_before_the_job_is_told_to_be_sent_again(
    town: Town, markets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "AT_ONCE", 0)
    operator = town.at_desk("operator")
    tried(operator, markets["ours"], "pledges", _pledges(_row("王记鲜肉店", OURS_NAME)))
    confirmed(operator, markets["ours"], "pledges")
    forget_uploads(town.settings.data_dir, town.clock[0] + KEPT + timedelta(seconds=1))
    import_asked.run(progress(town))
    assert "请重新上传" in _text(operator, f"{markets['ours']}/import")


def _ordered(town: Town, market: str, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Ask that a file of one row be carried out by the job."""
    monkeypatch.setattr(sheets, "AT_ONCE", 0)
    operator = town.at_desk("operator")
    tried(operator, market, "pledges", _pledges(_row("王记鲜肉店", OURS_NAME)))
    assert confirmed(operator, market, "pledges").status_code == 303
    return operator


def test_a_large_file_that_fails_is_tried_again_a_few_times_and_then_its_page_says_so(
    town: Town, markets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = _ordered(town, markets["ours"], monkeypatch)
    (file,) = (town.settings.data_dir / "uploads").glob("*/*")
    file.unlink()
    file.mkdir()  # so that reading it is a failure of the disk, and no refusal
    far = progress(town)
    for attempt in range(1, town.settings.orders_attempts + 1):
        assert "已停止" not in _text(operator, f"{markets['ours']}/import")
        assert import_asked.run(far) == f"orders={int(attempt == town.settings.orders_attempts)}"
        assert import_asked.run(far) == "orders=0"  # it is left alone for a while
        town.wait(minutes=1)
    assert "多次尝试都没有办成" in _text(operator, f"{markets['ours']}/import")
    file.rmdir()
    assert import_asked.run(far) == "orders=0"
    with reading(town.engine) as session:
        order = session.exec(select(SheetOrder)).one()
        acts = session.exec(select(AuditEntry.act).where(AuditEntry.subject_id == order.id)).all()
        assert (order.attempts, order.refusal) == (town.settings.orders_attempts, "order.given_up")
        assert list(acts) == ["sheet.ordered", "sheet.finished"]


def test_what_became_of_a_large_file_is_written_down_once(
    town: Town, markets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _ordered(town, markets["ours"], monkeypatch)
    far = progress(town)
    assert import_asked.run(far) == "orders=1"
    with writing(town.engine) as session:
        order = session.exec(select(SheetOrder)).one()
        before = order.model_dump()
        finish_sheet(far.work(session, "import_asked"), order.id, None, "order.given_up")
    with reading(town.engine) as session:
        assert session.get_one(SheetOrder, order.id).model_dump() == before
        told = select(AuditEntry).where(AuditEntry.act == "sheet.finished")
        assert len(session.exec(told).all()) == 1


def test_how_many_rows_a_file_has_is_counted_and_never_taken_from_the_form(
    town: Town, markets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = town.at_desk("operator")
    tried(operator, markets["ours"], "pledges", _pledges(*(_row("王记鲜肉店", OURS_NAME),) * 3))
    assert operator.last is not None
    hidden = dict(re.findall(r'name="(name|digest)" value="([^"]*)"', operator.last.text))
    before = digest(town.engine)
    stated = {"kind": "pledges", "rows": "501", **hidden}
    assert operator.send(f"{markets['ours']}/import", stated).status_code == 422
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    monkeypatch.setattr(sheets, "AT_ONCE", 1)
    refused = operator.send(f"{markets['ours']}/import", {"kind": "pledges", **hidden})
    assert refused.status_code == 422
    assert "超过 2 行" in refused.text
    assert digest(town.engine) == before


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pledges", _pledges(_row("李记水产店", THEIRS_NAME))),
        ("businesses", f"name,region,market,stall\n新来的摊位,411502,{THEIRS_NAME},B-1".encode()),
        ("businesses", f"name,region,market,stall\n李记水产店,411502,{THEIRS_NAME},A-1".encode()),
        ("businesses", "name,region,address\n信阳市某某公司,411502,某街 1 号".encode()),
        (
            "instruments",
            f"name,region,market,stall,kind,maker,serial_no\n"
            f"李记水产店,411502,{THEIRS_NAME},A-1,price_computing_scale,厂,7".encode(),
        ),
    ],
    ids=["pledge", "new stall", "known stall", "no market", "instrument"],
)
def test_an_operator_changes_nothing_outside_the_own_market(
    town: Town, markets: dict[str, str], kind: str, content: bytes
) -> None:
    operator = town.at_desk("operator")
    page = tried(operator, markets["ours"], kind, content)
    assert counts(page) == [1, 0, 0, 0, 1]
    with reading(town.engine) as session:
        before = session.exec(select(BusinessVersion)).all(), session.exec(select(Pledge)).all()
    carried(operator, markets["ours"], kind)
    with reading(town.engine) as session:
        assert (session.exec(select(BusinessVersion)).all(), session.exec(select(Pledge)).all()) == before


def test_an_operator_registers_a_stall_of_the_own_market(town: Town, markets: dict[str, str]) -> None:
    operator = town.at_desk("operator")
    rows = f"name,region,market,stall,kind\n赵记豆腐店,411502,{OURS_NAME},B-7,sole_trader".encode()
    tried(operator, markets["ours"], "businesses", rows)
    assert counts(carried(operator, markets["ours"], "businesses")) == [1, 1, 0, 0, 0]
    assert "赵记豆腐店" in _text(operator, markets["ours"])


def test_a_business_of_elsewhere_is_not_moved_into_the_market_by_its_code(
    town: Town, markets: dict[str, str]
) -> None:
    with writing(town.engine) as session:
        given.business(given.work(session), "信阳市诚信超市有限公司", uscc=CODE)
    operator = town.at_desk("operator")
    rows = f"uscc,name,region,market,stall\n{CODE},信阳市诚信超市有限公司,411502,{OURS_NAME},C-1".encode()
    assert counts(tried(operator, markets["ours"], "businesses", rows)) == [1, 0, 0, 0, 1]


def test_the_refused_rows_come_back_as_a_workbook(town: Town, markets: dict[str, str]) -> None:
    operator = town.at_desk("operator")
    content = _pledges(_row("没有这一家", OURS_NAME))
    tried(operator, markets["ours"], "pledges", content)
    assert operator.last is not None
    hidden = dict(re.findall(r'name="(name|digest)" value="([^"]*)"', operator.last.text))
    answer = operator.send(f"{markets['ours']}/returned", {"kind": "pledges", **hidden})
    (_, row) = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert row[0] == "没有这一家"


def test_the_page_of_a_trial_names_the_file_and_does_not_carry_it(
    town: Town, markets: dict[str, str]
) -> None:
    operator = town.at_desk("operator")
    rows = _pledges(*(_row("王记鲜肉店", OURS_NAME) for _ in range(2000)))
    assert len(tried(operator, markets["ours"], "pledges", rows)) < len(rows)


def test_a_file_is_at_hand_for_who_sent_it_alone_and_for_a_day(town: Town, markets: dict[str, str]) -> None:
    operator = town.at_desk("operator")
    page = tried(operator, markets["ours"], "pledges", _pledges(_row("王记鲜肉店", OURS_NAME)))
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    with writing(town.engine) as session:
        theirs = session.exec(select(Market.id).where(Market.name == OURS_NAME)).one()
        grant = GrantRole(role="operator", region="411502", market_id=theirs)
        accounts.add_account(
            given.work(session, "admin"),
            AddAccount(name="second", person_name="second", office_code="AMR-411502", grants=(grant,)),
        )
    give_passwords(town.engine, "second")
    stated = {"kind": "pledges", "name": "rows.csv", "digest": found[1]}
    second = town.at_desk("second")
    second.open(f"{markets['ours']}/sheet")
    refused = second.send(f"{markets['ours']}/import", stated)
    assert refused.status_code == 422
    assert "请重新上传" in refused.text
    assert forget_uploads(town.settings.data_dir, town.clock[0] + KEPT) == 0
    assert forget_uploads(town.settings.data_dir, town.clock[0] + KEPT + timedelta(seconds=1)) == 1
    operator.open(f"{markets['ours']}/sheet")
    assert operator.send(f"{markets['ours']}/import", stated).status_code == 422


def test_another_market_is_refused_at_every_step(town: Town, engine: Engine, markets: dict[str, str]) -> None:
    operator = town.at_desk("operator")
    operator.open(f"{markets['ours']}/sheet")
    before = digest(engine)
    for step in ("examination", "import", "returned"):
        answer = operator.send(
            f"{markets['theirs']}/{step}",
            {"kind": "pledges", "name": "rows.csv", "digest": "0" * 64},
            headers=OURS,
        )
        assert answer.status_code == 404
    assert digest(engine) == before
    with reading(engine) as session:
        assert not session.exec(select(Pledge).where(col(Pledge.superseded_at).is_(None))).all()
