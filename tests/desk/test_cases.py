"""A listing case led through the pages of the desk: by forms, by its people, refused where it must be."""

from registry.lists.queries import steps
from registry.lists.tables import Proposal
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import Browser, Town
from tests.desk.leading import Desk, business_with_violation, proposed

NOBODYS = "0" * 26


def test_a_black_case_is_led_through_the_pages_to_publication(town: Town) -> None:
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    case = proposed(town, business, violation)
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区东方红大道1号"})
    desk.step(case, "serve_notice", {"manner": "direct"}, file=True)
    town.wait(days=20)
    desk.step(case, "note_silence")
    desk.step(case, "review", {"reasons": "事实清楚，未提出意见。"})
    desk.step(case, "consent", {"reasons": "同意列入。"}, by="superior")
    desk.step(case, "decide", {"reasons": "使用作弊秤，应当列入。", "where": "浉河区"}, by="approver")
    desk.paper(case, "serve_decision", "repair_guide", {"where": "浉河区"})
    desk.step(case, "serve_decision", {"manner": "direct"}, file=True)
    desk.step(case, "publish")
    page = desk.of("officer").open(f"/desk/cases/{case}")
    assert "已公示" in page.words
    with reading(town.engine) as session:
        assert session.get_one(Proposal, case).state == "published"
        assert [step.step for step in steps(session, case)][-1] == "publish"


def test_what_awaits_whom_stands_on_the_first_page_and_why_the_rest_cannot_be_done(town: Town) -> None:
    desk = Desk(town, {})
    case = proposed(town, *business_with_violation(town))
    assert "送达告知书" in desk.of("officer").open("/desk").words
    assert "送达告知书" not in desk.of("approver").open("/desk").words
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区"})
    desk.step(case, "serve_notice", {"manner": "direct"}, file=True)
    told = desk.of("officer").open(f"/desk/cases/{case}").words
    assert "目前不能办理 “陈述申辩期限”至" in told
    assert "浉河区李记水产店" in desk.of("officer").open("/desk/cases?state=notice_served&region=4115").words
    assert "没有这样的案件" in desk.of("officer").open("/desk/cases?state=reviewed").words
    assert "Served" not in desk.of("auditor").open(f"/desk/cases/{case}?lang=en").words


def test_a_refused_step_says_why_at_its_field_and_changes_nothing(town: Town) -> None:
    desk = Desk(town, {})
    case = proposed(town, *business_with_violation(town))
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区"})
    early = desk.send("officer", f"/desk/cases/{case}/steps/serve_notice", {"manner": "direct"})
    assert early.status_code == 422
    assert 'id="document_id-fault"' in early.text
    ahead = desk.send(
        "officer", f"/desk/cases/{case}/steps/serve_notice", {"served_on": "2026-12-24"}, file=True
    )
    assert 'id="served_on-fault"' in ahead.text
    desk.step(case, "serve_notice", {"manner": "direct"}, file=True)
    running = desk.send("officer", f"/desk/cases/{case}/steps/review", {"reasons": "无"})
    with reading(town.engine) as session:
        assert session.get_one(Proposal, case).state == "notice_served"
    assert running.status_code == 422


def test_a_foreign_case_answers_like_one_that_is_not_there(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session, "national", town.clock[0])
        business = given.business(by, "郑州某店", region="410102")
        violation = given.violation(by, business, region="410102", authority="郑州市某局")
    case = proposed(town, business, violation, account="national", region="410102")
    browser = town.at_desk("officer")
    for path in ("/desk/cases/{}", "/desk/cases/{}/steps/serve_notice", "/desk/cases/{}/papers/propose"):
        foreign = browser.client.get(path.format(case), follow_redirects=False)
        unknown = browser.client.get(path.format(NOBODYS), follow_redirects=False)
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.text.replace(case, NOBODYS) == unknown.text


def test_an_approver_revokes_a_stale_paper_at_the_desk_so_that_another_can_be_issued(town: Town) -> None:
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    case = proposed(town, business, violation)
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区"})
    approver = desk.of("approver")
    approver.open(f"/desk/cases/{case}")
    assert approver.last is not None
    address = approver.last.text.split('href="/desk/papers/')[1].split('"', maxsplit=1)[0]
    assert "/desk/papers/" not in _text(desk.of("officer"), f"/desk/cases/{case}")
    at = f"/desk/papers/{address}"
    bare = desk.send("approver", at)
    assert bare.status_code == 422
    assert 'id="ground-fault"' in bare.text
    answer = desk.send("approver", at, {"ground": "事实已经更正"})
    assert answer.headers["location"] == f"/desk/cases/{case}?done=revoked"
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区"})


def _text(browser: Browser, path: str) -> str:
    browser.open(path)
    assert browser.last is not None
    return browser.last.text
