"""What the offices did stands on a page, in numbers and as a picture of them."""

from collections.abc import Callable
from xml.etree import ElementTree

from public_site.charts import bars, stacked
from tests.public_site.reading import Page, Site

Read = Callable[..., Page]


def test_the_page_says_what_the_dataset_says(site: Site, read: Read) -> None:
    items = site.get("/api/v1/transparency?from=2026-01-01&to=2026-12-31").json()["items"]
    listed = sum(item["listed_black"] for item in items)
    assert listed == 2
    page = read("/transparency?year=2026")
    assert f"列入黑名单{listed}" in page.words
    assert "信阳市浉河区市场监督管理局" in page.words
    assert {item["office_name"] for item in items} <= {cell.words for cell in page.all("th")}


def test_a_year_without_records_says_so_and_one_that_cannot_be_meant_is_this_year(read: Read) -> None:
    assert "这一年没有记录" in read("/transparency?year=2024").words
    for strange in ("9999", "x", "２０２６", "-1", "0000"):
        assert "2026 年" in read(f"/transparency?year={strange}").words


def test_the_picture_is_of_a_year_and_nothing_else(site: Site) -> None:
    answer = site.get("/transparency/2026.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    ElementTree.fromstring(answer.text)  # noqa: S314  # our own picture
    for other in ("2026", "2027.svg", "2026-narrow", "2027-narrow.svg", "x.svg", "2026.svg.svg", "02026.svg"):
        assert site.get(f"/transparency/{other}").status_code == 404


def test_bars_are_as_tall_as_their_numbers_and_names_are_no_markup() -> None:
    picture = ElementTree.fromstring(bars(["1", "2"], {"<b>&": [2, 4], "c": [0, 1]}))  # noqa: S314  # ours
    rectangles = [one for one in picture.iter() if one.tag.endswith("rect") and one.get("width") != "14"]
    heights = [float(one.attrib["height"]) for one in rectangles]
    assert len(heights) == 3
    assert heights[1] == 2 * heights[0] == 4 * heights[2]
    assert "<b>&" in [one.text for one in picture.iter()]


def test_a_picture_for_a_telephone_names_each_group_that_has_a_bar() -> None:
    told = stacked(["<1>", "2"], {"a": [4, 0], "b": [2, 0]})
    picture = ElementTree.fromstring(told)  # noqa: S314  # ours
    bars_of = [one for one in picture.iter() if one.tag.endswith("rect") and one.get("width") != "14"]
    assert [float(one.attrib["width"]) for one in bars_of] == [270.0, 135.0]
    words = [one.text for one in picture.iter() if one.tag.endswith("text")]
    assert words == ["a", "b", "<1>", "4", "2"]
    assert int(picture.attrib["width"]) <= 320
