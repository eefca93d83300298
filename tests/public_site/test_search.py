"""The search page: every hit with its reason, and hostile or senseless questions answered on the page."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.public_site.reading import Page, Site
from tests.public_site.town import CHEAT, HOSTILE, MODEL, Town

Read = Callable[..., Page]


@pytest.mark.parametrize(
    ("asked", "found", "reason"),
    [
        pytest.param("宏达水产", CHEAT, "名称含“宏达水产”", id="part-of-a-name"),
        pytest.param(CHEAT, CHEAT, "名称完全相符", id="whole-name"),
        pytest.param("老城百货", MODEL, "曾用名", id="former-name"),
        pytest.param("hongdashuichan", CHEAT, "名称拼音相符", id="pinyin"),
        pytest.param("MA40ABCD", CHEAT, "信用代码", id="part-of-a-code"),
        pytest.param("申城大道农贸市场 A-17", "老王鲜鱼", "摊位号", id="market-and-stall"),
    ],
)
def test_a_hit_says_why_it_was_found(read: Read, asked: str, found: str, reason: str) -> None:
    page = read(f"/search?q={quote(asked)}")
    hits = [one.words for one in page.all("li") if one.parents[-1] == "ol" and found in one.words]
    assert len(hits) == 1, page.words
    assert reason in hits[0]


def test_what_is_not_found_is_said_kindly(read: Read) -> None:
    words = read("/search?q=没有这家店").words
    assert "没有找到与“没有这家店”相符的商户" in words
    assert "不表示该商户守信或失信" in words


def test_a_filter_names_what_it_lets_pass(read: Read, town: Town) -> None:
    assert CHEAT in read("/search?list=henan_black").words
    assert MODEL not in read("/search?list=henan_black").words
    assert CHEAT in read("/search?sector=market_stall&region=411502").words
    assert "没有符合这些条件的商户" in read("/search?region=330000").words


def test_the_form_keeps_what_was_asked(read: Read) -> None:
    page = read("/search?q=宏达&region=411502&sector=market_stall&list=henan_black")
    assert page.one("input").attributes["value"] == "宏达"
    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    assert chosen == ["411502", "market_stall", "henan_black"]


def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(read: Read) -> None:
    page = read("/search?q=alert")
    assert HOSTILE in page.words
    assert page.all("script", "b") == []


@pytest.mark.parametrize(
    "q", ["<script>x</script>", '"><svg onload=x>', "' or 1=1 --", "％％", "*", "AND OR NOT ("]
)
def test_a_hostile_question_is_answered_calmly(site: Site, q: str) -> None:
    answer = site.get("/search", params={"q": q})
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.one("input").attributes["value"] == q.strip()
    assert page.all("script") == []
    assert [one for one in page.all("svg") if "onload" in one.attributes] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=" + "长" * 300, "检索词不能超过"),
        ("region=zz", "不是行政区划代码"),
        ("sector=nothing", "没有行业"),
        ("list=nothing", "没有名单"),
        ("q=x&cursor=broken", "翻页标记"),
    ],
)
def test_a_senseless_question_is_explained_on_the_page(read: Read, query: str, said: str) -> None:
    page = read(f"/search?{query}", 422)
    assert said in page.words
    assert page.one("h1").words == "查询商户"


def test_nothing_asked_shows_the_form_and_no_results(read: Read) -> None:
    page = read("/search")
    assert page.all("form")
    assert "请输入要查的内容" in page.words
    assert "查询结果" not in page.words
