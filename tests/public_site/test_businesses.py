"""The business page shows what the public view shows, no more and no less."""

from collections.abc import Callable

from tests.public_site.reading import Page, Site
from tests.public_site.town import BAD_CODE, CHEAT, HOSTILE, MODEL, PERSON, Town

Read = Callable[..., Page]


def test_a_decided_violation_stands_with_number_authority_amount_and_term(read: Read, town: Town) -> None:
    words = read(f"/businesses/{town.businesses['cheat']}").words
    for part in (
        CHEAT,
        "信浉市监处罚〔2026〕12号",
        "信阳市浉河区市场监督管理局",
        "1,500.00 元",
        "2026年6月1日",
        "含当日",
    ):
        assert part in words


def test_an_entry_stands_with_ground_basis_measures_and_term(read: Read, town: Town) -> None:
    words = read(f"/businesses/{town.businesses['cheat']}").words
    for part in (
        "河南省计量失信黑名单",
        "使用加装作弊功能的电子秤",
        "河南省社会信用条例",
        "限制参加政府组织的表彰奖励活动",
    ):
        assert part in words


def test_a_code_whose_check_digit_fails_is_shown_with_a_remark(read: Read, town: Town) -> None:
    words = read(f"/businesses/{town.businesses['cheat']}").words
    assert BAD_CODE in words
    assert "校验位不符" in words
    assert "校验位不符" not in read(f"/businesses/{town.businesses['model']}").words


def test_a_natural_person_is_shown_by_surname_with_a_remark(read: Read, town: Town) -> None:
    page = read(f"/businesses/{town.businesses['person']}")
    assert page.one("h1").words == "李某"
    assert PERSON not in page.words
    assert "本站隐去自然人的名字" in page.words


def test_a_repaired_business_is_shown_without_the_withdrawn_entry(read: Read, town: Town) -> None:
    words = read(f"/businesses/{town.businesses['forgiven']}").words
    assert "河南省计量失信黑名单" not in words


def test_pledge_designation_market_and_former_name_are_shown(read: Read, town: Town) -> None:
    stall = read(f"/businesses/{town.businesses['stall']}").words
    for part in ("申城大道农贸市场", "A-17", "零售商品称重", "2026年3月15日"):
        assert part in stall
    model = read(f"/businesses/{town.businesses['model']}").words
    for part in (MODEL, "信阳老城百货有限公司", "诚信计量示范单位", "河南省诚信计量红名单", "市级"):
        assert part in model


def test_a_hostile_name_is_escaped_everywhere(read: Read, town: Town) -> None:
    page = read(f"/businesses/{town.businesses['hostile']}")
    assert page.one("h1").words == HOSTILE
    assert HOSTILE in page.one("title").words
    assert page.all("b") == []
    assert [one.attributes["type"] for one in page.all("script")] == ["application/ld+json"]


def test_the_download_is_the_same_business_as_data(site: Site, read: Read, town: Town) -> None:
    page = read(f"/businesses/{town.businesses['cheat']}")
    offered = [one.attributes["href"] for one in page.all("a") if "download" in one.attributes]
    whole, clearance = sorted(offered)
    assert site.get(whole).json()["name"] == CHEAT
    (told,) = site.get(clearance).json()["statement"]["businesses"]
    assert told["listed"] == ["henan_black"]


def test_a_clearance_is_offered_of_nobody_who_is_a_natural_person(read: Read, town: Town) -> None:
    page = read(f"/businesses/{town.businesses['person']}")
    assert [one for one in page.all("a") if "clearances" in one.attributes["href"]] == []


def test_every_measure_of_an_entry_stands_with_its_own_basis_and_when_repair_is_possible(
    read: Read, town: Town
) -> None:
    words = read(f"/businesses/{town.businesses['cheat']}").words
    for part in ("第三十二条第（五）项", "第三十二条第（六）项", "最短期限尚未查到", "怎样申请"):
        assert part in words


def test_an_unknown_business_answers_404_as_a_page(read: Read) -> None:
    assert "没有找到这个页面" in read("/businesses/none", 404).words


def test_no_page_of_this_place_tells_a_score_or_a_grade(every_page: dict[str, str]) -> None:
    """They are internal there; the rules by which they are reckoned are public."""
    for path, html in every_page.items():
        if path != "/about" and not path.startswith("/rules"):
            assert "分值" not in html, path
            assert "风险等级" not in html, path
