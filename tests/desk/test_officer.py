"""The officer's desk: the businesses of the own regions, their files, and what is recorded of them."""

from datetime import timedelta

import pytest

from registry.store.engine import writing
from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_server import Address
from tests import given
from tests.desk.conftest import Town, built


def test_an_officer_finds_what_the_public_does_not_see_and_nothing_of_elsewhere(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        given.business(by, "李某某水产店")
        given.business(by, "平桥区远方粮油店", region="411503")
    page = town.at_desk("officer").open("/desk/businesses")
    assert "李某某水产店" in page.words
    assert "平桥区远方粮油店" not in page.words
    officer = town.at_desk("officer")
    assert "没有符合条件的商户" in officer.open("/desk/businesses?q=粮油").words
    assert "没有符合条件的商户" in officer.open("/desk/businesses?region=411503").words
    assert "远方粮油店" in town.at_desk("national").open("/desk/businesses?q=远方").words


def test_an_officer_is_told_where_the_search_server_does_not_answer(town: Town) -> None:
    with writing(town.engine) as session:
        given.business(given.work(session), "浉河区远方粮油店")
    officer = town.at_desk("officer")
    assert "检索服务暂时没有应答" not in officer.open("/desk/businesses?q=远方").words
    index = MeilisearchIndex(Address("http://127.0.0.1:9", "businesses"), write=False)  # nobody listens
    object.__setattr__(built().state.edge, "index", index)
    words = officer.open("/desk/businesses?q=远方").words
    assert "检索服务暂时没有应答" in words
    assert "远方粮油店" in words
    assert "检索服务暂时没有应答" not in officer.open("/desk/businesses").words  # nothing was asked of it
    officer.open("/desk/exports/businesses.csv?q=远方")
    assert officer.last is not None
    told, row = officer.last.text.splitlines()[1:]
    assert ("检索服务暂时没有应答" in told, "远方粮油店" in row) == (True, True)
    index.close()


def test_a_file_of_elsewhere_answers_as_one_that_does_not_exist(town: Town) -> None:
    with writing(town.engine) as session:
        elsewhere = given.business(given.work(session), "平桥区远方粮油店", region="411503")
    officer, said = town.at_desk("officer"), []
    for address in (
        "/desk/businesses/{}",
        "/desk/pledges/new?business={}",
        "/desk/designations/new?business={}",
        "/desk/verifications/new?business={}",
    ):
        for one in (elsewhere, "none"):
            officer.open(address.format(one), 404)
            assert officer.last is not None
            said.append(officer.last.text.replace(one, "x"))
        assert said[-1] == said[-2]


def test_a_file_shows_every_contribution_its_rule_and_what_would_lift_the_grade(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        given.violation(by, business_id, conduct_code="cheating_instrument_used", decided_on="2025-11-20")
    words = town.at_desk("officer").open(f"/desk/businesses/{business_id}").words
    assert "今天的得分是 60 分，等级为 D" in words
    assert "−40" in words
    assert "直接定为 D 级" in words
    assert "100%" in words
    assert "得分向好 40 分，变为 100 分，等级为 A" in words
    assert "2028年11月20日自行变为 100 分" in words


def test_a_file_names_the_scheme_of_its_place_and_says_why_no_grade_is_given(town: Town) -> None:
    """Of Hebei only the shape is known: facts are shown, their points are not guessed."""
    with writing(town.engine) as session:
        by = given.work(session, "national")
        business_id = given.business(by, region="130102")
        given.violation(by, business_id, conduct_code="cheating_instrument_used", decided_on="2025-11-20")
    words = town.at_desk("national").open(f"/desk/businesses/{business_id}").words
    for said in (
        "河北省服务业计量信用风险分级",
        "冀市监规〔2022〕3号",
        "起评 0 分；总分不封顶；分数越高，风险越大",
        "不定等级：本地方案由几个部分加权相加，权重未查明",
        "“诚信计量状况”的权重",
        "D 级的分数线",
        "已查明的分值合计 0 分",
    ):
        assert said in words
    assert "风险等级" not in words


def test_an_incomplete_fact_says_what_it_lacks(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        given.pledge(by, business_id, pledged_on="2026-03")
    assert "承诺日期没有具体到日" in town.at_desk("officer").open(f"/desk/businesses/{business_id}").words


@pytest.mark.parametrize(
    ("path", "fields", "seen"),
    [
        ("pledges", {"matter": "retail_weighing", "pledged_on": "2026-11-02"}, "2026年11月2日"),
        (
            "designations",
            {"level": "county", "authority": "浉河区局", "designated_on": "2026-11-03"},
            "2026年11月3日",
        ),
    ],
)
def test_an_officer_records_a_fact_by_its_form_once(
    town: Town, path: str, fields: dict[str, str], seen: str
) -> None:
    with writing(town.engine) as session:
        business_id = given.business(given.work(session))
    officer = town.at_desk("officer")
    officer.open(f"/desk/{path}/new?business={business_id}")
    for _ in range(2):
        answer = officer.send(f"/desk/{path}/new", {"business_id": business_id, **fields})
        assert answer.headers["location"] == f"/desk/businesses/{business_id}?done=recorded"
    page = officer.open(f"/desk/businesses/{business_id}?done=recorded")
    assert page.words.count(seen) >= 1
    assert len([one for one in page.all("li") if one.attributes.get("id", "").startswith("fact-")]) == 1


def test_a_certificate_is_filed_with_its_verification_and_read_again(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        instrument_id = given.instrument(by, business_id)
    officer = town.at_desk("officer")
    officer.open(f"/desk/verifications/new?business={business_id}")
    fields = {
        "business_id": business_id,
        "instrument_id": instrument_id,
        "certificate_no": "浉衡字第7号",
        "body": "信阳市检定中心",
        "result": "qualified",
        "verified_on": "2026-11-02",
    }
    refused = officer.send(
        "/desk/verifications/new", fields, files={"paper": ("a.pdf", b"MZ not a paper", "application/pdf")}
    )
    assert refused.status_code == 422
    assert "不是 PDF" in refused.text
    assert "浉衡字第7号" in refused.text
    sent = officer.send(
        "/desk/verifications/new", fields, files={"paper": ("a.pdf", b"%PDF-1.7 of a scale", "text/plain")}
    )
    assert sent.status_code == 303, sent.text
    page = officer.open(f"/desk/businesses/{business_id}")
    (paper,) = [one for one in page.all("a") if one.attributes["href"].startswith("/desk/documents/")]
    officer.open(paper.attributes["href"])
    assert officer.last is not None
    assert officer.last.content == b"%PDF-1.7 of a scale"
    assert officer.last.headers["content-disposition"].startswith("attachment")
    town.at_desk("admin").open(paper.attributes["href"], 403)


def decision(business_id: str, **more: str) -> dict[str, str]:
    """Return the fields of a decision as the form sends them."""
    return {
        "business_id": business_id,
        "decision_no": "浉市监罚〔2026〕9号",
        "decided_on": "2026-11-02",
        "region": given.TOWN,
        "conduct_code": "cheating_instrument_used",
        "authority": "信阳市浉河区市场监督管理局",
        "procedure": "ordinary",
        "penalties": "fine",
        "fine_fen": "1,500.00",
        "quantity": "1",
        **more,
    }


def test_a_violation_is_recorded_with_its_decision_after_range_and_duplicates_were_shown(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        given.violation(by, business_id, decision_no="浉市监处罚〔2026〕009号", decided_on="2026-01-05")
    officer = town.at_desk("officer")
    begun = "&decision_no=浉市监罚〔2026〕9号&decided_on=2026-11-02&conduct_code=cheating_instrument_used"
    page = officer.open(f"/desk/violations/new?business={business_id}")
    assert "处罚幅度" in page.words
    page = officer.open(f"/desk/violations/new?business={business_id}{begun}")
    assert "2,000.00 元" in page.words
    assert "计量法" in page.words
    assert "文号中的数字相同" in page.words
    paper = {"paper": ("a.pdf", b"%PDF-1.7 decision", "application/pdf")}
    sent = officer.send("/desk/violations/new", decision(business_id), files=paper)
    assert sent.status_code == 303, sent.text
    page = officer.open(f"/desk/businesses/{business_id}")
    assert "罚款 1,500.00 元" in page.words
    assert [one for one in page.all("a") if one.attributes["href"].startswith("/desk/documents/")]
    officer.open(f"/desk/violations/new?business={business_id}{begun}")
    again = officer.send("/desk/violations/new", decision(business_id), files=paper)
    assert again.status_code == 409
    assert "此前已经登记" in again.text


def test_an_amount_that_no_law_allows_is_recorded_once_it_was_checked(town: Town) -> None:
    with writing(town.engine) as session:
        business_id = given.business(given.work(session))
    officer = town.at_desk("officer")
    officer.open(f"/desk/violations/new?business={business_id}")
    unusual = decision(business_id, conduct_code="instrument_unverified", fine_fen="150000")
    refused = officer.send("/desk/violations/new", unusual)
    assert refused.status_code == 422
    assert "不在规则手册所载的幅度之内" in refused.text
    assert 'name="checked"' in refused.text
    officer.last = refused
    sent = officer.send("/desk/violations/new", {**unusual, "checked": "true"})
    assert sent.status_code == 303, sent.text
    assert "罚款 150,000.00 元" in officer.open(f"/desk/businesses/{business_id}").words


def test_the_range_is_that_of_the_province_where_it_was_decided(town: Town) -> None:
    with writing(town.engine) as session:
        business_id = given.business(given.work(session))
    officer = town.at_desk("officer")
    begun = "&decided_on=2026-11-02&conduct_code=instrument_unverified"
    here = officer.open(f"/desk/violations/new?business={business_id}{begun}").words
    assert "每件计量器具罚款 200.00 元 至 500.00 元" in here
    there = officer.open(f"/desk/violations/new?business={business_id}{begun}&region=110105").words
    assert "罚款不超过 1,000.00 元" in there
    assert "河南省" not in there
    narrower = decision(business_id, conduct_code="instrument_unverified", fine_fen="500.01")
    refused = officer.send("/desk/violations/new", narrower)
    assert refused.status_code == 422
    assert "200.00–500.00" in refused.text
    officer.last = refused
    assert officer.send("/desk/violations/new", {**narrower, "quantity": "2"}).status_code == 303


def test_an_amount_that_is_none_is_told_at_its_field(town: Town) -> None:
    with writing(town.engine) as session:
        business_id = given.business(given.work(session))
    officer = town.at_desk("officer")
    officer.open(f"/desk/violations/new?business={business_id}")
    refused = officer.send("/desk/violations/new", decision(business_id, fine_fen="很多"))
    assert refused.status_code == 422
    assert 'id="fine_fen-fault"' in refused.text


def test_a_violation_is_corrected_and_its_decision_annulled_by_forms(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        violation_id = given.violation(by, business_id, decided_on="2026-01-05")
    officer = town.at_desk("officer")
    address = f"/desk/violations/correction?violation={violation_id}"
    page = officer.open(address)
    held = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in page.all("input")
        if one.attributes["name"] in ("violation_id", "decision_id", "decision_no", "authority", "region")
    }
    fields = decision(business_id, **held, decided_on="2026-01-06", expected_version="1", reason="日期抄错")
    for name in ("business_id", "decision_id"):
        del fields[name]
    sent = officer.send("/desk/violations/correction", fields)
    assert sent.status_code == 303, sent.text
    assert "2026年1月6日" in officer.open(f"/desk/businesses/{business_id}").words
    officer.open(address)
    stale = officer.send("/desk/violations/correction", {**fields, "decided_on": "2026-01-07"})
    assert stale.status_code == 409
    officer.open(address)
    standing = {
        "decision_id": held["decision_id"],
        "expected_version": "2",
        "standing": "annulled",
        "changed_on": "2026-11-01",
        "reason": "行政复议决定〔2026〕1号",
    }
    sent = officer.send("/desk/decisions/standing", standing)
    assert sent.status_code == 303, sent.text
    assert "已撤销" in officer.open(f"/desk/businesses/{business_id}").words


def test_a_violation_decided_elsewhere_is_neither_shown_nor_changed(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        business_id = given.business(by, "平桥区远方粮油店", region="411503")
        violation_id = given.violation(by, business_id, region="411503", authority="平桥区局")
    officer, said = town.at_desk("officer"), []
    for one in (violation_id, "none"):
        officer.open(f"/desk/violations/correction?violation={one}", 404)
        assert officer.last is not None
        said.append(officer.last.text.replace(one, "x"))
    assert said[0] == said[1]
    officer.open("/desk")
    fields = {**decision(business_id), "violation_id": violation_id, "expected_version": "1", "reason": "x"}
    del fields["business_id"]
    officer.open(f"/desk/pledges/new?business={business_id}", 404)
    with writing(town.engine) as session:
        own = given.business(given.work(session))
    officer.open(f"/desk/pledges/new?business={own}")
    assert officer.send("/desk/violations/correction", fields).status_code == 404
    assert officer.send("/desk/violations/new", decision(business_id)).status_code == 404


def test_a_search_is_kept_for_the_person_alone_until_it_is_forgotten(town: Town) -> None:
    officer, colleague = town.at_desk("officer"), town.at_desk("colleague")
    fields = {"name": "水产", "q": "水产", "region": ""}
    officer.open("/desk/businesses?q=水产")
    assert officer.send("/desk/searches", fields).status_code == 303
    page = officer.open("/desk/businesses")
    (end,) = [
        one.attributes["action"]
        for one in page.all("form")
        if one.attributes.get("action", "").startswith("/desk/searches/")
    ]
    refused = officer.send("/desk/searches", fields)
    assert refused.status_code == 409
    assert "另取名称" in refused.text
    assert "保存的查找" not in colleague.open("/desk/businesses").words
    assert colleague.send(end).status_code == 404
    officer.open("/desk/businesses")
    assert officer.send(end).status_code == 303
    assert "保存的查找" not in officer.open("/desk/businesses").words


def test_incomplete_facts_of_the_own_regions_stand_oldest_first_with_what_they_lack(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        given.pledge(by, given.business(by, "浉河区王记粮油店有限公司"), pledged_on="2026-03")
        given.pledge(by, given.business(by, "平桥区远方粮油店", region="411503"), pledged_on="2026-03")
    with writing(town.engine) as session:
        by = given.work(session, now=given.NOW - timedelta(days=1))
        given.designation(by, given.business(by, "浉河区李记水产有限公司"), designated_on=None)
    words = town.at_desk("officer").open("/desk/incomplete").words
    assert words.index("李记水产") < words.index("王记粮油")
    assert "未填写认定日期" in words
    assert "承诺日期没有具体到日" in words
    assert "远方粮油店" not in words


def test_a_list_is_downloaded_without_live_formulas_and_without_what_is_elsewhere(town: Town) -> None:
    with writing(town.engine) as session:
        by = given.work(session)
        given.business(by, "=HYPERLINK(1)水产有限公司")
        given.business(by, "平桥区远方粮油店", region="411503")
    officer = town.at_desk("officer")
    for name in ("businesses", "incomplete"):
        answer = officer.client.get(f"/desk/exports/{name}.xlsx")
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    text = officer.client.get("/desk/exports/businesses.csv").text
    assert "'=HYPERLINK(1)水产有限公司" in text
    assert "远方粮油店" not in text
    assert officer.client.get("/desk/exports/audit.csv").status_code == 404
