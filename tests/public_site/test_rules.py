"""The page of rules: every figure in force at a place on a day, in words, with its source."""

from collections.abc import Callable

import pytest

from public_site.texts import words
from registry.rulebook import Deadline, PublicityPeriod, RepairCondition
from tests import given
from tests.public_site.reading import Page

Read = Callable[..., Page]


def test_a_period_stands_with_its_length_start_and_source(read: Read) -> None:
    (row,) = [one for one in read("/rules").all("tr") if "处罚信息公示期限（同一省内）" in one.words]
    for part in ("20 个工作日", "作出决定", "总局令第45号", "第九条"):
        assert part in row.words


def test_what_has_no_source_or_no_figure_says_so(read: Read) -> None:
    rows = {one.words.split("\n")[0]: one.words for one in read("/rules").all("tr")}
    assert "有待主管机关确定" in next(said for name, said in rows.items() if "申请听证" in name)
    assert "尚未全部查到" in next(said for name, said in rows.items() if name.startswith("异议处理期限"))


def test_a_place_shows_its_own_rules_in_the_stead_of_the_wider_ones(read: Read) -> None:
    assert "山东省社会信用条例" not in read("/rules").one("main").words
    shandong = read("/rules?where=370000").one("main").words
    assert "山东省社会信用条例" in shandong
    assert "河南省计量失信黑名单" not in shandong
    assert "河南省计量失信黑名单" in read("/rules?where=411502").one("main").words


def test_a_past_day_shows_the_rules_of_that_day(read: Read) -> None:
    before, after = read("/rules?on=2025-12-24").words, read("/rules?on=2026-04-01").words
    assert "总局令第45号" in before
    assert "发展改革委令第36号" not in before
    assert "发展改革委令第36号" in after
    assert "2025年12月24日" in before


def test_measures_stand_with_the_article_that_founds_each(read: Read) -> None:
    said = read("/rules?where=410000").words
    for part in (
        "惩戒",
        "限制参加政府组织的表彰奖励活动",
        "第三十二条第（六）项",
        "除此以外不得附加任何措施",
    ):
        assert part in said


def test_a_place_or_day_that_there_is_not_shows_the_nation_today(read: Read) -> None:
    assert "以下为全国在2026年11月20日施行的规则" in read("/rules?where=zz&on=zz").words


@pytest.mark.parametrize("day", ["0001-01-01", "9999-04-30", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_have_their_rules(read: Read, day: str) -> None:
    assert "象山县" in read(f"/rules?where=330225&on={day}").words


def test_every_period_and_law_of_the_rulebook_has_words_in_both_languages() -> None:
    book = given.rulebook()
    asked = {
        "rule": {row.code for row in book.rows(Deadline)},
        "deadline_of": {row.code.partition(".")[0] for row in book.rows(Deadline)},
        "counted_from": {row.counts_from for row in book.rows(Deadline)},
        "regime_of_law": {
            row.regime_of_law for table in (PublicityPeriod, RepairCondition) for row in book.rows(table)
        },
    }
    for language in ("zh", "en"):
        for family, codes in asked.items():
            assert codes <= set(words(language).family(family)), (language, family)


def test_every_place_with_rules_of_its_own_can_be_chosen(read: Read) -> None:
    options = {one.attributes["value"]: one.words for one in read("/rules").all("option")}
    assert options["000000"] == "全国"
    assert options["370000"] == "山东省"
    chosen = [one.words for one in read("/rules?where=411502").all("option") if "selected" in one.attributes]
    assert chosen == ["河南省信阳市浉河区"]


def test_what_a_violation_may_cost_is_told_by_place_with_what_it_takes_the_place_of(read: Read) -> None:
    def told(query: str) -> str:
        (section,) = [one for one in read(f"/rules{query}").all("section") if "处罚幅度" in one.words[:8]]
        return section.words

    henan = told("?where=411502")
    assert "每件计量器具罚款 200.00 元 至 500.00 元" in henan
    assert "在全国的幅度之内另定：罚款不超过 1,000.00 元" in henan
    assert "全案合计仍不超过 1,000.00 元" in henan
    assert "从轻 200.00 元 至 290.00 元" in henan
    assert "河南省 · 河南省计量监督管理条例 第四十条" in henan
    assert "浙江省计量监督管理条例" not in henan
    zhejiang = told("?where=330000")
    assert "只适用于：为计量器具增加作弊装置或者作弊功能" in zhejiang
    assert "浙江省计量监督管理条例" not in told("?where=330000&on=2013-12-31")
    assert "条例" not in told("")


def test_two_places_are_compared_with_old_and_new_figure_first_day_and_basis(read: Read) -> None:
    page = read("/rules/diff?where=000000&other=410000&on=2026-11-01&day=2026-11-01").one("main").words
    assert "由 全国，2026年11月1日 到 河南省，2026年11月1日" in page
    asked = read("/rules/diff?where=000000&other=410000").all("option")
    assert [one.words for one in asked if "selected" in one.attributes] == ["全国", "河南省"]
    assert "1,000.00 元 → 500.00 元" in page
    assert "有改动、自2016年3月29日起、河南省的规则" in page
    assert "河南省计量失信黑名单" in page
    assert "浙江省" not in page.split("由 全国")[1]


def test_two_days_are_compared_and_one_with_itself_differs_in_nothing(read: Read) -> None:
    page = read("/rules/diff?on=2026-04-14&day=2026-04-15").one("main").words
    assert "7 个工作日 → 尚未查到" in page
    assert "没有差别" in read("/rules/diff?where=410000").one("main").words
    assert "没有差别" in read("/rules/diff?where=zz&on=zz&other=zz&day=zz").one("main").words
    assert "No difference" in read("/rules/diff?lang=en").one("main").words


def test_what_grades_are_worked_out_by_is_not_compared_in_public(read: Read) -> None:
    page = read("/rules/diff?on=1980-01-01").one("main").words
    assert "处罚幅度" in page
    assert "计分规则" not in page
    assert "抽查比例" not in page
