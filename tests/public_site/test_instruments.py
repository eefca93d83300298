"""What a citizen reads of an instrument: on its own page, with its user, by its number, in the counts."""

from collections.abc import Callable

import pytest

from tests.public_site.reading import Page, Site
from tests.public_site.town import Town

Read = Callable[..., Page]


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (
            "valid",
            ("检定有效", "检定合格，有效期至2027年3月14日（含当日）", "按检定周期推算", "每12个月检定一次"),
        ),
        ("due soon", ("即将到期", "有效期至2026年12月1日（含当日）", "检定证书载明")),
        ("overdue", ("已过有效期", "检定有效期已于2026年9月14日届满", "JJG 443-2023")),
        ("unqualified", ("检定不合格", "不得继续使用")),
        ("undetermined", ("是否到期待定", "2026年9月14日以前有效", "最迟至2027年3月14日届满")),
        ("once", ("检定有效", "首次检定合格，最迟使用至2032年3月14日（含当日），到期更换")),
        ("no interval", ("没有可用的检定记录", "没有查到检定周期")),
        ("never", ("没有可用的检定记录", "这不等于未经检定")),
        ("retired", ("已停用", "自2026年9月1日起停止使用")),
    ],
)
def test_the_page_of_an_instrument_says_in_words_how_it_stands(
    read: Read, town: Town, which: str, words: tuple[str, ...]
) -> None:
    page = read(f"/instruments/{town.instruments[which]}")
    for part in (*words, "申城大道农贸市场", "示例衡器有限公司"):
        assert part in page.words
    assert "后堂冷库" not in page.words


def test_an_instrument_that_is_not_on_record_is_not_found(read: Read) -> None:
    read("/instruments/none", 404)


def test_a_business_shows_its_instruments_in_use_and_counts_them(read: Read, town: Town) -> None:
    page = read(f"/businesses/{town.businesses['stall']}")
    assert (
        "共 8 台：检定有效 2、即将到期 1、是否到期待定 1、已过有效期 1、检定不合格 1、没有可用的检定记录 2。"
        in page.words
    )
    links = {one.attributes.get("href") for one in page.all("a")}
    for which, instrument_id in town.instruments.items():
        assert (f"/instruments/{instrument_id}" in links) == (which != "retired")


def test_a_business_without_instruments_is_not_accused(read: Read, town: Town) -> None:
    assert "没有记录不等于没有器具" in read(f"/businesses/{town.businesses['model']}").words


@pytest.mark.parametrize("number", ["XY-0001", "ｘｙ-0001", "浉衡字第XY-0001号"])
def test_a_number_leads_to_the_instrument_and_its_user(read: Read, town: Town, number: str) -> None:
    page = read(f"/search?q={number}")
    links = {one.attributes.get("href") for one in page.all("a")}
    assert f"/instruments/{town.instruments['valid']}" in links
    assert f"/businesses/{town.businesses['stall']}" in links
    assert "没有找到" not in page.words


@pytest.mark.parametrize("number", ["XY-0009", "XY-000", "浉衡字第XY-0009号", "后堂冷库"])
def test_what_the_public_does_not_see_finds_no_instrument(site: Site, number: str) -> None:
    answer = site.get("/api/v1/businesses", params={"q": number}).json()
    assert answer["instruments"] == []


def test_the_interface_finds_by_number_what_the_page_finds(site: Site, town: Town) -> None:
    answer = site.get("/api/v1/businesses", params={"q": "XY-0001"}).json()
    assert [one["instrument_id"] for one in answer["instruments"]] == [town.instruments["valid"]]
    filtered = site.get("/api/v1/businesses", params={"q": "XY-0001", "region": "41"}).json()
    assert filtered["instruments"] == []


def test_the_statistics_count_instruments_by_region(read: Read) -> None:
    (row,) = [one for one in read("/statistics").all("tr") if "浉河区" in one.words]
    assert row.words == "河南省信阳市浉河区83113"  # in use, verified, ended, failed, unknown


def test_the_rules_say_how_long_each_kind_runs(read: Read) -> None:
    words = read("/rules").words
    for part in ("燃油加油机", "每6个月检定一次", "JJG 443-2023", "6至12个月，说法不一", "没有查到检定周期"):
        assert part in words
