"""Complaints at the desk: taken in and led by forms; what is due shows, and who complained to one office."""

from datetime import timedelta

from registry.complaints.commands import escalate_overdue
from registry.store.engine import writing
from tests import given
from tests.complaints.driving import WRITTEN
from tests.desk.conftest import Town
from tests.desk.leading import Desk, identifier

TAKEN_IN = {
    "respondent": "民权路水产摊",
    "matter": "short_weight",
    "happened_on": "2026-03-02",
    "received_on": "2026-03-03",
    **WRITTEN,
}


def test_a_complaint_is_led_by_forms_from_receipt_to_its_end(town: Town) -> None:
    desk = Desk(town, {})
    one = identifier(desk.send("officer", "/desk/complaints/new", TAKEN_IN, to="/desk/complaints"))
    page = desk.of("officer").open(f"/desk/complaints/{one}").words
    assert WRITTEN["complainant"] in page
    assert "2026年3月12日" in page
    assert "总局令第20号" in page
    assert "受理投诉" in desk.of("officer").open("/desk").words
    desk.send("officer", f"/desk/complaints/{one}/accept_complaint")
    desk.send("officer", f"/desk/complaints/{one}/tell_complaint")
    assert "期限尚未确定" in desk.of("officer").open(f"/desk/complaints/{one}").words, "Order 121"
    refused = desk.send("officer", f"/desk/complaints/{one}/end_complaint", {"outcome": "agreed"})
    assert refused.status_code == 422
    assert 'id="finding-fault"' in refused.text
    desk.send(
        "officer", f"/desk/complaints/{one}/end_complaint", {"outcome": "agreed", "finding": "borne_out"}
    )
    desk.send("officer", f"/desk/complaints/{one}/tell_complaint")
    ended = desk.of("officer").open(f"/desk/complaints/{one}").words
    for words in ("调解终止", "达成协议", "属实"):
        assert words in ended
    assert "民权路" not in desk.of("officer").open("/desk/complaints").words


def test_the_office_above_sees_what_is_late_and_not_who_complained(town: Town) -> None:
    desk = Desk(town, {})
    one = identifier(desk.send("officer", "/desk/complaints/new", TAKEN_IN, to="/desk/complaints"))
    with writing(town.engine) as session:
        assert escalate_overdue(given.work(session, "national", town.clock[0] + timedelta(days=1))) == 1
    above = desk.of("superior")
    assert "下级机关逾期未办的投诉" in above.open("/desk").words
    assert "投诉受理期限" in above.open("/desk/complaints").words
    page = above.open(f"/desk/complaints/{one}").words
    assert WRITTEN["complainant"] not in page
    assert "只有承办机关可以看到" in page
    assert "不予受理" not in page, "only the office that has it handles it"


def test_what_a_step_needs_is_asked_for_at_its_field(town: Town) -> None:
    desk = Desk(town, {})
    one = identifier(desk.send("officer", "/desk/complaints/new", TAKEN_IN, to="/desk/complaints"))
    refused = desk.send(
        "officer", f"/desk/complaints/{one}/refuse_complaint", {"ground": "papers_missing", "note": "缺件"}
    )
    assert refused.status_code == 422
    assert 'id="ground-fault"' in refused.text
    assert "材料齐全" in refused.text


def test_the_pages_are_in_english_too(town: Town) -> None:
    desk = Desk(town, {})
    one = identifier(desk.send("officer", "/desk/complaints/new", TAKEN_IN, to="/desk/complaints"))
    for path in ("", "/new", f"/{one}", f"/{one}/refuse_complaint", f"/{one}/split_complaint"):
        words = desk.of("officer").open(f"/desk/complaints{path}?lang=en").words
        assert "omplaint" in words
