"""Officers bring files of every kind of row; what is of a region of others is refused at its cell."""

from collections.abc import Mapping

import pytest
from sqlmodel import select

from jobs import import_asked
from public_site.desk import sheets
from registry.accounts.tables import AccountGrant
from registry.businesses.tables import BusinessVersion
from registry.imports.rows import IMPORTERS
from registry.imports.tables import SheetOrder
from registry.store.engine import reading, writing
from tests import given
from tests.desk.bringing import carried, confirmed, counts, progress, tried
from tests.desk.conftest import Town
from tests.desk.test_attacks import digest

HERE, NAME = "/desk/businesses", "浉河区李记水产店"
ROWS: Mapping[str, str] = {
    "businesses": "名称,行政区划\n浉河区新开水产店,{region}",
    "pledges": "名称,行政区划,承诺事项,承诺日期\n{name},{region},零售称重,2026-03-15",
    "designations": "名称,行政区划,级别,认定机关,认定日期\n{name},{region},省级,河南省市场监管局,2026-03-15",
    "instruments": "名称,行政区划,器具种类,出厂编号\n{name},{region},电子计价秤,YS9",
    "verifications": "名称,行政区划,出厂编号,证书编号,检定机构,检定结果,检定日期\n"
    "{name},{region},YS1,检字 1 号,检定所,合格,2026-03-15",
    "violations": "决定书文号,处罚机关,名称,行政区划,违法行为,决定日期\n"
    "信市监处罚〔2026〕1号,浉河区市场监督管理局,{name},{region},short_weight,2026-03-15",
}


def rows(kind: str, *, name: str = NAME, region: str = "411502") -> bytes:
    """Return a file of one row."""
    return ROWS[kind].format(name=name, region=region).encode()


@pytest.fixture
def shops(town: Town) -> None:
    """A shop here and one of elsewhere, each with a scale of its own maker."""
    with writing(town.engine) as session:
        work = given.work(session, "national")
        for name, region in ((NAME, "411502"), ("平桥区远方粮油店", "411503")):
            shop = given.business(work, name, region=region)
            given.instrument(work, shop, serial_no="YS1", maker=f"{region}衡器厂")


@pytest.mark.parametrize("kind", IMPORTERS)
@pytest.mark.usefixtures("shops")
def test_every_kind_of_row_is_tried_out_and_then_recorded_once(town: Town, kind: str) -> None:
    officer = town.at_desk("officer")
    officer.open(HERE)
    before = digest(town.engine)
    page = tried(officer, HERE, kind, rows(kind))
    assert counts(page) == [1, 1, 0, 0, 0], page
    assert digest(town.engine) == before
    assert counts(carried(officer, HERE, kind)) == [1, 1, 0, 0, 0]
    assert counts(tried(officer, HERE, kind, rows(kind))) == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("kind", IMPORTERS)
@pytest.mark.usefixtures("shops")
def test_a_row_of_a_region_of_others_is_refused(town: Town, kind: str) -> None:
    officer = town.at_desk("officer")
    page = tried(officer, HERE, kind, rows(kind, name="平桥区远方粮油店", region="411503"))
    assert counts(page) == [1, 0, 0, 0, 1], page
    assert "您没有在河南省信阳市平桥区（411503）履行" in page
    assert counts(carried(officer, HERE, kind)) == [1, 0, 0, 0, 1]


@pytest.mark.usefixtures("shops")
def test_a_large_file_is_carried_out_by_a_job_in_the_role_in_which_it_was_brought(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "AT_ONCE", 0)
    with writing(town.engine) as session:
        session.add(AccountGrant(account_name="officer", role="verifier", region="411503"))
    officer = town.at_desk("officer")
    two = rows("businesses") + "\n平桥区新开水产店,411503".encode()
    tried(officer, HERE, "businesses", two)
    answer = confirmed(officer, HERE, "businesses")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/import")
    assert "没有正在办理" in officer.open("/desk/verifying/import").words
    assert import_asked.run(progress(town)) == "orders=1"
    officer.open(f"{HERE}/import")
    assert officer.last is not None
    assert counts(officer.last.text) == [2, 1, 0, 0, 1]
    with reading(town.engine) as session:
        names = session.exec(select(BusinessVersion.name)).all()
        assert ("浉河区新开水产店" in names, "平桥区新开水产店" in names) == (True, False)
        assert session.exec(select(SheetOrder.role)).one() == "officer"


def test_who_records_nothing_is_not_led_to_the_page_that_takes_files(town: Town) -> None:
    for name, led in (("officer", True), ("approver", False), ("auditor", False)):
        links = [one.attributes.get("href") for one in town.at_desk(name).open(HERE).all("a")]
        assert (f"{HERE}/sheet" in links) is led, name
