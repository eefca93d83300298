"""The officer's desk: the businesses of the own regions, their files, and what is recorded of them."""

import pytest

from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Town


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
