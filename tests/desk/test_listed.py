"""Every list of the desk is taken along whole as a sheet, in the words of the reader, and nobody else's."""

import csv
from io import StringIO

import pytest
from sqlmodel import select

from registry.businesses.tables import BusinessVersion
from registry.founding import job_actor
from registry.scoring.commands import score_run
from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Browser, Town
from tests.desk.leading import Desk, business_with_violation, identifier
from tests.desk.test_complaints import TAKEN_IN
from tests.desk.test_markets import markets

__all__ = ["markets"]

EMPTY = ("entries", "objections", "repairs")


def sheet(browser: Browser, address: str) -> list[dict[str, str]]:
    """Read a list as CSV."""
    answer = browser.client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_cases_complaints_and_the_plan_come_as_sheets_with_what_their_pages_show(town: Town) -> None:
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    case = identifier(
        desk.send(
            "officer",
            f"/desk/cases/new?business={business}&regime=henan_black",
            {
                "regime": "henan_black",
                "business_id": business,
                "origin": "propose",
                "evidence": [violation],
                "ground": "依法列入",
            },
            to="/desk/cases",
            file=True,
        )
    )
    complaint = identifier(desk.send("officer", "/desk/complaints/new", TAKEN_IN, to="/desk/complaints"))
    officer = desk.of("officer")
    (row,) = sheet(officer, "/desk/exports/cases.csv")
    assert (row["编号"], row["状态"]) == (case, "已立项")
    assert sheet(officer, "/desk/exports/cases.csv?state=listed") == []
    (row,) = sheet(officer, "/desk/exports/complaints.csv")
    assert (row["编号"], row["收到日期"]) == (complaint, TAKEN_IN["received_on"])
    assert "/desk/exports/cases.xlsx" in {
        one.attributes["href"] for one in officer.open("/desk/cases").all("a")
    }
    for name in EMPTY:
        assert sheet(officer, f"/desk/exports/{name}.csv") == []


def test_the_plan_tells_how_many_of_each_grade_are_to_be_inspected(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        made = [given.business(by, f"浉河区{number}号粮油有限公司") for number in range(35)]
        given.violation(by, made[0], decided_on="2026-06-01")
        given.business(by, "平桥区远方粮油有限公司", region="411503")
    score_run(town.engine, given.rulebook(), now=town.clock[0], actor=job_actor("nightly_score"))
    officer = town.at_desk("officer")
    rows = sheet(officer, "/desk/exports/plan.csv")
    told = {row["等级"]: (row["主体数"], row["抽查比例"], row["应抽查数"]) for row in rows}
    assert told == {"A": ("34", "3%", "2"), "D": ("1", "100%", "1")}
    page = officer.open("/desk/plan").words
    assert "本系统建议" in page
    officer.open("/desk/plan?region=41", 200)
    officer.open("/desk/plan?region=37", 403)


def test_an_operator_takes_the_stalls_of_the_own_market_along_and_of_no_other(
    town: Town, markets: dict[str, str]
) -> None:
    operator = town.at_desk("operator")
    rows = sheet(operator, f"{markets['ours']}/exports/stalls.csv")
    assert [(row["摊位号"], row["主体"]) for row in rows] == [("A-1", "王记鲜肉店")]
    given_on = town.clock[0].date().isoformat()
    with writing(town.engine) as session:
        made = given.work(session)
        shop = session.exec(select(BusinessVersion).where(BusinessVersion.name == "王记鲜肉店")).one()
        given.pledge(made, shop.business_id, pledged_on=given_on, valid_through=given_on)
    (row,) = sheet(operator, f"{markets['ours']}/exports/expiring.csv?ahead=30")
    assert (row["主体"], row["有效期至"], row["剩余天数"]) == ("王记鲜肉店", given_on, "0")
    for address in (f"{markets['theirs']}/exports/stalls.csv", f"{markets['ours']}/exports/other.csv"):
        assert operator.client.get(address).status_code == 404


def test_a_register_is_taken_along_in_the_columns_of_its_import(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        given.pledge(by, given.business(by, "浉河区李记粮油有限公司"))
        given.pledge(by, given.business(by, "平桥区远方粮油有限公司", region="411503"))
    officer = town.at_desk("officer")
    for kind in ("all_businesses", "pledges"):
        (row,) = sheet(officer, f"/desk/exports/{kind}.csv")
        assert (row["名称"], row["登记状态"]) == ("浉河区李记粮油有限公司", "有效")
    for kind in ("designations", "instruments", "verifications", "violations"):
        assert sheet(officer, f"/desk/exports/{kind}.csv") == []
    assert officer.client.get("/desk/exports/pledges.csv?region=37").status_code == 403


@pytest.mark.parametrize("name", ["nothing.csv", "cases.pdf", "cases", "audit.csv"])
def test_no_other_list_is_given_out(town: Town, name: str) -> None:
    assert town.at_desk("officer").client.get(f"/desk/exports/{name}").status_code == 404
