"""A complaint that is also a report is split: the report goes sealed to its handlers; nothing says which."""

from sqlmodel import select

from registry.complaints.tables import Complaint, ComplaintContent
from registry.reports.tables import Report
from registry.store.engine import reading
from tests.complaints.driving import WRITTEN, complain
from tests.desk.conftest import Town
from tests.reports.office import Office
from tests.reports.site import TODAY
from tests.reports.test_desk import opened, town, unlocked

__all__ = ["town"]

STORY = "老板娘每天收摊前给秤换一块砝码，周围摊主都知道。"
SPLIT = {"request": "退还差价", "facts": "买三斤只有两斤七两", "expected_version": "1"}


def reports(office: Office) -> list[str]:
    with office.site.vault() as vault:
        return list(vault.session.exec(select(Report.id)))


def test_the_part_that_is_a_report_reaches_its_handlers_and_who_complained_the_custodians(
    office: Office, town: Town
) -> None:
    one = complain(office.registry, TODAY)
    officer = town.at_desk("officer")
    form = f"/desk/complaints/{one}/split_complaint"
    for wrong in ({"reported": "短"}, {"reported": STORY, "request": ""}, {"reported": STORY, "facts": ""}):
        officer.open(form)
        assert officer.send(form, {**SPLIT, **wrong}).status_code == 422, wrong
        assert reports(office) == []
    officer.open(form)
    assert officer.last is not None
    assert "这部分没有查询码，办理结果由本机关按其留下的方式答复" in officer.last.text
    for _ in range(2):  # a page that is loaded again sends its form again
        assert officer.send(form, {**SPLIT, "reported": STORY}).status_code == 303
    (report_id,) = reports(office)
    with reading(office.registry) as session:
        assert session.get_one(Complaint, one).split_on == TODAY
        assert session.get_one(ComplaintContent, one).facts == SPLIT["facts"]
    page = opened(unlocked(town, "li"), f"/desk/reports/{report_id}")
    assert STORY in page
    assert "没有查询码" in page  # so that nobody writes where nobody reads
    assert office.opens("zhao", report_id, "identity")
    assert not office.opens("li", report_id, "identity")
    for secret in (report_id, STORY):
        assert secret not in repr([entry.model_dump() for entry in office.audit("complaint.split")])
    assert WRITTEN["complainant"] not in opened(unlocked(town, "li"), f"/desk/reports/{report_id}")


def test_while_nobody_could_read_a_report_the_complaint_is_not_split(office: Office, town: Town) -> None:
    one = complain(office.registry, TODAY)
    town.wait(days=200)
    officer = town.at_desk("officer")
    form = f"/desk/complaints/{one}/split_complaint"
    officer.open(form)
    answer = officer.send(form, {**SPLIT, "reported": STORY})
    assert answer.status_code == 422
    assert "目前不能接收网上举报" in answer.text
    with reading(office.registry) as session:
        assert session.get_one(Complaint, one).split_on is None
