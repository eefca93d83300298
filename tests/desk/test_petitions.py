"""What follows a listing at the desk: opening by form, objections, repairs, entries taken back."""

from typing import Any

from registry.lists.queries import current_entry, open_proposal, standing_entry
from registry.repair.tables import Objection, Repair
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import Town, give_passwords
from tests.desk.leading import FILE, Desk, business_with_violation, identifier
from tests.lists.cases import Case

PAPERS = ("application", "pledge", "performance", "identity")


def opened(desk: Desk, business: str, regime: str, origin: str, *facts: str) -> str:
    """Open a case by its form and return its identifier."""
    answer = desk.send(
        "officer",
        f"/desk/cases/new?business={business}&regime={regime}",
        {
            "regime": regime,
            "business_id": business,
            "origin": origin,
            "evidence": list(facts),
            "ground": "依法列入",
        },
        to="/desk/cases",
        file=True,
    )
    return identifier(answer)


def test_a_red_case_is_opened_and_led_through_the_pages_to_the_list(town: Town) -> None:
    desk = Desk(town, {})
    with writing(town.engine) as session:
        by = given.work(session, "national", town.clock[0])
        business = given.business(by)
        unit = given.designation(by, business)
    lists = desk.of("officer").open(f"/desk/cases/new?business={business}").words
    assert "信阳" in lists or "河南" in lists
    case = opened(desk, business, "henan_red", "nominate", unit)
    check = {"checks.0.checked": "违法记录", "checks.0.passed": "true", "checks.0.finding": "没有"}
    failed = desk.send(
        "officer", f"/desk/cases/{case}/steps/check", {**check, "checks.0.passed": "false", "reasons": "已核"}
    )
    assert failed.status_code == 422
    assert 'id="checks.0-fault"' in failed.text
    desk.step(case, "check", {**check, "checks.3.checked": "承诺履行", "reasons": "已核查。"})
    desk.step(case, "publicise", {"where": "浉河区"})
    desk.step(case, "record_objection", {"points": "曾缺斤短两\n\n态度不好"}, file=True)
    answers = {
        "answers.1.point": "4.2",
        "answers.1.accepted": "false",
        "answers.1.reasons": "与计量无关。",
        "answers.0.point": "4.1",
        "reasons": "已复核。",
    }
    desk.step(case, "answer_objection", answers)
    assert "尚未答复" in desk.of("officer").open(f"/desk/cases/{case}").words
    town.wait(days=30)
    open_point = desk.of("approver").open(f"/desk/cases/{case}").words
    assert "尚未答复：4.1" in open_point
    desk.step(
        case,
        "answer_objection",
        {
            "answers.0.point": "4.1",
            "answers.0.accepted": "false",
            "answers.0.reasons": "经查不实。",
            "reasons": "已复核。",
        },
    )
    assert "决定列入红名单" in desk.of("approver").open("/desk").words
    desk.step(case, "list", {"reasons": "符合条件。", "where": "浉河区"}, by="approver")
    with reading(town.engine) as session:
        assert standing_entry(session, "henan_red", business, given.TODAY) is not None


def test_a_case_without_its_paper_is_not_opened_and_says_so_at_the_field(town: Town) -> None:
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    path = f"/desk/cases/new?business={business}&regime=henan_black"
    stated = {"regime": "henan_black", "business_id": business, "origin": "propose", "ground": "作弊"}
    bare = desk.send("officer", path, {**stated, "evidence": violation}, to="/desk/cases")
    assert (bare.status_code, 'id="document_id-fault"' in bare.text) == (422, True)
    empty = desk.send("officer", path, stated, to="/desk/cases", file=True)
    assert (empty.status_code, 'id="evidence-fault"' in empty.text) == (422, True)
    with reading(town.engine) as session:
        assert open_proposal(session, "henan_black", business) is None


def listed(town: Town) -> str:
    """Put a business on the black list by the whole procedure and return its entry."""
    case = Case(town.engine, town.settings.data_dir, now=town.clock[0])
    entry = case.blacklisted()
    town.clock[0] = case.now
    give_passwords(town.engine, "national-approver")
    return entry


def test_an_objection_is_taken_in_and_decided_by_somebody_else(town: Town) -> None:
    desk = Desk(town, {})
    entry = listed(town)
    filed = desk.send(
        "officer",
        f"/desk/objections/new?kind=entry&subject={entry}",
        {
            "subject_kind": "entry",
            "subject_id": entry,
            "objector": "李某",
            "points": "秤是他人的\n已经赔偿",
            "assisted": "false",
        },
        to="/desk/objections",
        files={"papers.0": FILE},
    )
    objection = identifier(filed)
    assert "本案" not in filed.text
    page = f"/desk/objections/{objection}"
    assert "秤是他人的" in desk.of("colleague").open(page).words
    assert "目前不能办理" in desk.of("colleague").open(page).words
    decision = {"answers.0": "查明属该店。", "upheld": "false", "reasons": "理由不成立。", "where": "浉河区"}
    short = desk.send("national-approver", f"{page}/decide_objection", decision)
    assert (short.status_code, 'id="answers.0-fault"' in short.text) == (422, True)
    done = desk.send(
        "national-approver", f"{page}/decide_objection", {**decision, "answers.1": "不影响认定。"}
    )
    assert done.status_code == 303, done.text
    with reading(town.engine) as session:
        assert session.get_one(Objection, objection).state == "dismissed"


def test_a_violation_on_the_page_of_a_business_leads_to_what_is_asked_about_it(town: Town) -> None:
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    page = f"/desk/businesses/{business}"
    asked = {f"/desk/{one}/new?kind=violation&subject={violation}" for one in ("objections", "repairs")}
    assert asked <= links(desk, "officer", page)
    assert not asked & links(desk, "auditor", page)
    stated = {
        "subject_kind": "violation",
        "subject_id": violation,
        "objector": "李某",
        "points": "秤是他人的",
    }
    form = f"/desk/objections/new?kind=violation&subject={violation}"
    filed = desk.send(
        "officer", form, {**stated, "assisted": "false"}, to="/desk/objections", files={"papers.0": FILE}
    )
    assert {f"/desk/objections/{identifier(filed)}", f"#fact-{violation}"} <= links(desk, "auditor", page)


def links(desk: Desk, account: str, path: str) -> set[str]:
    """Return the addresses to which a page leads somebody."""
    return {one.attributes.get("href", "") for one in desk.of(account).open(path).all("a")}


def test_a_repair_is_taken_in_and_decided_by_another_person(town: Town) -> None:
    desk = Desk(town, {})
    entry = listed(town)
    applied = desk.send(
        "officer",
        f"/desk/repairs/new?kind=entry&subject={entry}",
        {"subject_kind": "entry", "subject_id": entry, "applicant": "李某", "field": "metrology"},
        to="/desk/repairs",
        files={
            f"papers.{paper}": (f"{paper}.pdf", paper.encode(), "application/pdf") for paper in PAPERS[:2]
        },
    )
    repair = identifier(applied)
    page = f"/desk/repairs/{repair}"
    assert "尚未提交" in desk.of("officer").open(page).words
    rest = {f"papers.{paper}": (f"{paper}.pdf", paper.encode(), "application/pdf") for paper in PAPERS[2:]}
    assert desk.send("officer", f"{page}/supplement", files=rest).status_code == 303
    early = desk.send("approver", f"{page}/decide", decided(desk, f"{page}/decide"))
    assert early.status_code == 422
    assert 'id="grant-fault"' in early.text
    with reading(town.engine) as session:
        assert session.get_one(Repair, repair).state == "complete"


def decided(desk: Desk, path: str) -> dict[str, Any]:
    """Return a decision that grants, with every condition met."""
    browser = desk.of("approver")
    page = browser.open(path)
    needs = {
        one.attributes["name"]: one.attributes["value"]
        for one in page.all("input")
        if one.attributes["name"].endswith(".need")
    }
    rows = {
        name.replace(".need", f".{member}"): words
        for name in needs
        for member, words in (("met", "true"), ("reason", "已查明"))
    }
    return {**needs, **rows, "grant": "true", "reasons": "符合条件。", "where": "浉河区"}


def test_an_entry_is_withdrawn_by_an_approver_with_its_paper(town: Town) -> None:
    desk = Desk(town, {})
    entry = listed(town)
    page = f"/desk/entries/{entry}"
    assert "浉河区李记水产店" in desk.of("officer").open("/desk/entries").words
    assert "目前不能办理" in desk.of("officer").open(page).words
    stated = {"rule": "wrong_facts", "reasons": "登记有误。", "document_id_kind": "evidence"}
    bare = desk.send("officer", f"{page}/ask", stated)
    assert (bare.status_code, 'id="document_id-fault"' in bare.text) == (422, True)
    assert desk.send("officer", f"{page}/ask", stated, file=True).status_code == 303
    assert "决定是否撤下条目" in desk.of("approver").open("/desk").words
    shown = desk.of("approver").open(f"{page}/decide")
    named = {one.attributes["name"]: one.attributes.get("value", "") for one in shown.all("input")}
    decision = {"withdrawal_id": named["withdrawal_id"], "granted": "true", "reasons": "属实。"}
    assert desk.send("approver", f"{page}/decide", decision).status_code == 303
    assert "移出名单决定书" in desk.of("officer").open(page).words
    with reading(town.engine) as session:
        found = current_entry(session, entry)
        assert found is not None
        assert found.withdrawn_ground == "corrected"
