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
    page = read("/search?q=宏达&region=411502&sector=market_stall&list=henan_black&designated=1")
    sent = {one.attributes["name"]: one.attributes["value"] for one in page.all("input")}
    kept = {"region": "411502", "sector": "market_stall", "list": "henan_black", "designated": "1"}
    assert sent == {"q": "宏达"} | kept


def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(read: Read) -> None:
    page = read("/search?q=alert")
    assert HOSTILE in page.words
    assert page.all("b") == []
    assert [one for one in page.all("script") if "src" not in one.attributes] == []


@pytest.mark.parametrize(
    "q", ["<script>x</script>", '"><svg onload=x>', "' or 1=1 --", "％％", "*", "AND OR NOT ("]
)
def test_a_hostile_question_is_answered_calmly(site: Site, q: str) -> None:
    answer = site.get("/search", params={"q": q})
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.one("input").attributes["value"] == q.strip()
    assert [one for one in page.all("script") if "src" not in one.attributes] == []
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


def test_what_matched_is_marked_where_it_is_shown(read: Read) -> None:
    for asked, marked in (("宏达水产", "宏达水产"), ("hongda", "宏达"), ("MA40ABCD", "MA40ABCD")):
        assert [one.words for one in read(f"/search?q={asked}").all("mark")] == [marked]


def test_a_mark_in_a_hostile_name_keeps_it_harmless(read: Read) -> None:
    page = read(f"/search?q={quote('alert(1)')}")
    assert page.one("mark").words.startswith("alert(1")
    assert HOSTILE in page.words


def choices(page: Page) -> dict[str, tuple[str, str]]:
    """Return what a search can be narrowed by: label to count and address; no count where it is chosen."""
    found = {}
    for one in page.all("a"):
        if one.attributes.get("class") == "choice":
            label, _, count = one.words.strip().partition("（已选，点此取消）")
            number = "".join(letter for letter in label if letter.isdigit()) if not count else ""
            found[label.rstrip("0123456789")] = (number, one.attributes["href"])
    return found


def test_a_search_is_narrowed_by_links_with_exact_counts_and_each_can_be_taken_back(read: Read) -> None:
    offered = choices(read("/search?q=浉河"))
    assert offered["河南省计量失信黑名单"][0] == "1"
    count, address = offered["市场摊位"]
    narrowed = read(address)
    assert narrowed.one("h2").words.endswith(f"共 {count} 条")
    assert choices(narrowed)["市场摊位"][1] == "/search?q=%E6%B5%89%E6%B2%B3"


def test_regions_open_level_by_level(read: Read) -> None:
    asked = "/search?q=%E5%BA%97"
    page = read(asked)
    for name in ("河南省", "信阳市", "浉河区"):
        page = read(choices(page)[name][1])
    assert choices(page)["信阳市"][1] == "/search?q=%E5%BA%97&region=410000"
    assert choices(page)["河南省"][1] == asked


def test_the_whole_registry_can_be_browsed(read: Read) -> None:
    page = read("/search")
    assert "分类浏览" in page.words
    assert choices(page)["只看示范单位"] == ("1", "/search?designated=1")
