"""A merchant objects to the own records and applies for their repair, at its own desk, for itself alone."""

import re
from datetime import date
from typing import Any

import pytest

from registry.errors import Conflict, Forbidden, NotFound
from registry.repair.commands import apply_for_repair
from registry.repair.forms import ApplyForRepair, FileObjection
from registry.repair.objections import file_objection
from registry.repair.tables import Objection, Repair
from registry.store.engine import reading, writing
from registry.violations.queries import violation as violation_of
from tests import given
from tests.desk.conftest import Town
from tests.desk.leading import FILE, Desk, business_with_violation, identifier, merchant_of

PAPERS = ("performance", "identity")


@pytest.fixture
def punished(town: Town) -> tuple[Desk, str, str]:
    """A desk, a business for which `merchant` speaks, and its penalty record; `neighbour` is of another."""
    business, violation = business_with_violation(town)
    merchant_of(town, "merchant", business)
    with writing(town.engine) as session:
        other = given.business(given.work(session), "信阳市李记水产店有限公司")
    merchant_of(town, "neighbour", other)
    return Desk(town, {}), business, violation


def _objected(desk: Desk, violation: str, by: str = "merchant") -> Any:
    stated = {
        "subject_kind": "violation",
        "subject_id": violation,
        "objector": "李记",
        "points": "罚款数额有误\n当事人不是我店",
    }
    return desk.send(
        by,
        f"/desk/own/objections/new?kind=violation&subject={violation}",
        stated,
        to="/desk/own/objections",
        files={"papers.0": FILE},
    )


def test_an_objection_is_marked_at_once_receipted_and_answered_to_the_merchant(
    town: Town, punished: tuple[Desk, str, str]
) -> None:
    desk, _, violation = punished
    assert "提出异议" in desk.of("merchant").open("/desk/own").words
    objection = identifier(_objected(desk, violation))
    with reading(town.engine) as session:
        found = violation_of(session, violation)
        assert found is not None
        assert found[0].objected_on is not None
    page = desk.of("merchant").open(f"/desk/own/objections/{objection}")
    assert "罚款数额有误" in page.words
    text = desk.of("merchant").last
    assert text is not None
    papers = set(re.findall(r"/desk/own/papers/([a-z0-9]+)", text.text))
    assert len(papers) == 2  # the receipt, and what was handed in
    for paper in papers:
        assert desk.of("merchant").client.get(f"/desk/own/papers/{paper}").content.startswith(b"%PDF")
        assert desk.of("neighbour").client.get(f"/desk/own/papers/{paper}").status_code == 404
    answered = desk.send(
        "approver",
        f"/desk/objections/{objection}/decide_objection",
        {"answers.0": "数额无误。", "answers.1": "主体无误。", "upheld": "false", "where": "浉河区"},
    )
    assert answered.status_code == 303, answered.text
    assert "主体无误" in desk.of("merchant").open(f"/desk/own/objections/{objection}").words


def test_a_merchant_objects_once_until_it_is_answered_and_may_take_it_back(
    town: Town, punished: tuple[Desk, str, str]
) -> None:
    desk, _, violation = punished
    objection = identifier(_objected(desk, violation))
    again = _objected(desk, violation)
    assert again.status_code == 409
    assert "尚未处理完毕" in again.text
    back = desk.send("merchant", f"/desk/own/objections/{objection}/withdraw", {"reasons": "已经核对清楚"})
    assert back.status_code == 303, back.text
    with reading(town.engine) as session:
        assert session.get_one(Objection, objection).state == "withdrawn"
        found = violation_of(session, violation)
        assert found is not None
        assert found[0].objected_on is None
    assert identifier(_objected(desk, violation)) != objection


def test_an_application_shows_its_conditions_takes_the_pledge_on_the_page_and_is_completed(
    town: Town, punished: tuple[Desk, str, str]
) -> None:
    desk, _, violation = punished
    at = f"/desk/own/repairs/new?kind=violation&subject={violation}"
    before = desk.of("merchant").open(at).words
    assert "修复条件" in before
    assert "最短公示期" in before
    assert "愿意承担相应责任" in before
    stated = {
        "subject_kind": "violation",
        "subject_id": violation,
        "applicant": "李记",
        "note": "已更换电子秤并缴清罚款",
        "pledged": "true",
    }
    repair = identifier(desk.send("merchant", at, stated, to="/desk/own/repairs"))
    with reading(town.engine) as session:
        found = session.get_one(Repair, repair)
        assert {"application", "pledge"} <= found.papers.keys()
        assert found.state == "incomplete"
    page = desk.of("merchant").open(f"/desk/own/repairs/{repair}").words
    assert "材料不全" in page
    files = {f"papers.{one}": FILE for one in PAPERS}
    added = desk.send("merchant", f"/desk/own/repairs/{repair}/supplement", files=files)
    assert added.status_code == 303, added.text
    with reading(town.engine) as session:
        found = session.get_one(Repair, repair)
        assert found.state == "complete"
        assert found.decide_by_on is not None
    assert "受理" in desk.of("merchant").open(f"/desk/own/repairs/{repair}").words
    back = desk.send("merchant", f"/desk/own/repairs/{repair}/withdraw", {"reasons": "暂不申请"})
    assert back.status_code == 303, back.text
    with reading(town.engine) as session:
        assert session.get_one(Repair, repair).closed_on == date(2026, 11, 20)


def test_nothing_sent_to_supplement_is_a_fault_and_not_a_breakdown(
    town: Town, punished: tuple[Desk, str, str]
) -> None:
    desk, _, violation = punished
    at = f"/desk/own/repairs/new?kind=violation&subject={violation}"
    stated = {"subject_kind": "violation", "subject_id": violation, "applicant": "李记", "note": "已改正"}
    repair = identifier(desk.send("merchant", at, stated, to="/desk/own/repairs"))
    assert desk.send("merchant", f"/desk/own/repairs/{repair}/supplement").status_code == 422


def test_the_records_of_another_business_answer_as_ones_that_are_not(
    town: Town, punished: tuple[Desk, str, str]
) -> None:
    desk, _, violation = punished
    objection = identifier(_objected(desk, violation))
    neighbour = desk.of("neighbour")
    for address in (
        f"/desk/own/objections/{objection}",
        f"/desk/own/objections/{objection}/withdraw",
        f"/desk/own/objections/new?kind=violation&subject={violation}",
        f"/desk/own/repairs/new?kind=violation&subject={violation}",
        "/desk/own/repairs/none",
    ):
        neighbour.open(address, 404)
    neighbour.open("/desk/own")
    sent = neighbour.send(
        "/desk/own/objections",
        {"subject_kind": "violation", "subject_id": violation, "objector": "x", "points": "y"},
    )
    assert sent.status_code == 404


@pytest.mark.parametrize("name", ["officer", "approver", "auditor", "admin"])
def test_nobody_else_asks_at_the_desk_of_a_merchant(
    town: Town, punished: tuple[Desk, str, str], name: str
) -> None:
    town.at_desk(name).open(f"/desk/own/objections/new?kind=violation&subject={punished[2]}", 403)


def test_by_command_a_merchant_speaks_for_its_own_business_and_on_its_own_papers(
    town: Town, punished: tuple[Desk, str, str]
) -> None:
    _, _, violation = punished
    about = {"subject_kind": "violation", "subject_id": violation}
    objecting = FileObjection.model_validate({**about, "objector": "李记", "points": ("不属实",)})
    applying = ApplyForRepair.model_validate({**about, "applicant": "李记"})
    with writing(town.engine) as session:
        foreign = given.document_row(session, town.clock[0], kind="pledge", title="别家的承诺")
    for command, act in ((objecting, file_objection), (applying, apply_for_repair)):
        with writing(town.engine) as session, pytest.raises(Forbidden):
            act(given.work(session, "neighbour", town.clock[0]), command)  # type: ignore[arg-type]
    with writing(town.engine) as session, pytest.raises(NotFound):
        by = given.work(session, "merchant", town.clock[0])
        apply_for_repair(by, applying.model_copy(update={"papers": {"pledge": foreign}}))
    with writing(town.engine) as session:
        file_objection(given.work(session, "merchant", town.clock[0]), objecting)
    with writing(town.engine) as session, pytest.raises(Conflict):
        file_objection(given.work(session, "merchant", town.clock[0]), objecting)
    with writing(town.engine) as session:  # an officer takes another objection in all the same
        file_objection(given.work(session, "officer", town.clock[0]), objecting)
