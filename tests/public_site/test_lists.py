"""Lists and boards: their basis, their entries, and what is left of a withdrawn one."""

from collections.abc import Callable
from hashlib import sha256

from tests.public_site.reading import Page, Site
from tests.public_site.town import CHEAT, FORGIVEN, MODEL, Town

Read = Callable[..., Page]


def test_a_black_list_stands_with_its_legal_basis_measures_and_term(read: Read) -> None:
    words = read("/lists/black").words
    for part in ("河南省计量失信黑名单", "河南省社会信用条例", "36 个月", "现有 1 条", CHEAT):
        assert part in words


def test_a_board_never_stands_on_the_page_of_black_lists(read: Read) -> None:
    assert "公示板" not in read("/lists/black").one("main").words
    assert "计量违法行为信息公示板" in read("/boards").words


def test_a_board_says_plainly_that_it_has_no_legal_basis_and_no_measures(read: Read) -> None:
    for path in ("/boards", "/lists/metrology_board"):
        words = read(path).words
        assert "没有法定名单依据，不是黑名单" in words
        assert "不附加任何措施" in words


def test_a_red_list_shows_who_keeps_faith(read: Read) -> None:
    words = read("/lists/red").words
    assert MODEL in words
    assert CHEAT not in words


def test_a_region_without_entries_shows_none(read: Read) -> None:
    assert CHEAT in read("/lists/henan_black?region=411502").words
    assert CHEAT not in read("/lists/henan_black?region=410100").words
    assert CHEAT not in read("/lists/black?region=410100").words


def test_a_withdrawn_entrys_page_has_no_name(site: Site, town: Town) -> None:
    answer = site.get(f"/lists/henan_black/entries/{town.entries['forgiven']}")
    assert answer.status_code == 410
    assert FORGIVEN not in answer.text
    assert town.businesses["forgiven"] not in answer.text
    assert "悔改" not in answer.text
    words = Page(answer.text).words
    for part in ("该条目已撤下", "更正", "市场监督管理行政处罚信息公示规定", "2026年11月20日"):
        assert part in words


def test_a_withdrawn_entry_is_on_no_page_of_its_list(every_page: dict[str, str], town: Town) -> None:
    pages = [html for path, html in every_page.items() if "black" in path]
    assert len(pages) >= 6
    assert [html for html in pages if FORGIVEN in html or town.businesses["forgiven"] in html] == []


def test_an_entry_stands_on_its_own_list_alone(read: Read, town: Town) -> None:
    assert CHEAT in read(f"/lists/henan_black/entries/{town.entries['cheat']}").words
    read(f"/lists/henan_red/entries/{town.entries['cheat']}", 404)
    read("/lists/henan_black/entries/none", 404)
    read("/lists/none", 404)


def test_a_cursor_that_was_not_made_here_is_explained(read: Read) -> None:
    read("/lists/henan_black?cursor=broken", 422)
    read("/statistics?cursor=zzzz")


def test_an_edition_offers_each_file_with_the_hash_that_it_has(site: Site, read: Read) -> None:
    page = read("/lists/henan_black/editions")
    address = next(one.attributes["href"] for one in page.all("a") if "region=" in one.attributes["href"])
    rows = read(address).all("tr")[1:]
    assert len(rows) == 5
    links = [one.attributes["href"] for one in read(address).all("a") if "download" in one.attributes]
    for link, row in zip(links, rows, strict=True):
        content = site.get(link).content
        assert sha256(content).hexdigest() in row.words
        assert FORGIVEN.encode() not in content


def test_an_edition_says_how_many_of_its_rows_were_taken_back(read: Read) -> None:
    page = read("/lists/henan_black/editions")
    address = next(one.attributes["href"] for one in page.all("a") if "region=" in one.attributes["href"])
    words = read(address).words
    assert "条目数2" in words
    assert "其后撤下1 条，文件中只留指纹" in words


def test_an_unknown_edition_answers_404(read: Read) -> None:
    read("/lists/henan_black/editions/2026-01-01.1?region=410000", 404)
    read("/lists/none/editions", 404)


def test_an_entry_tells_its_procedure_by_step_day_and_office_and_never_by_person(
    read: Read, site: Site, town: Town
) -> None:
    address = f"/lists/henan_black/entries/{town.entries['cheat']}"
    words = read(address).words
    for part in (
        "告知书送达",
        "期限至2026年10月",
        "上一级机关同意",
        "作出决定",
        "信阳市浉河区市场监督管理局",
    ):
        assert part in words
    told = site.get(f"/api/v1{address}").json()["due_process"]
    assert [step["step"] for step in told["steps"]] == [
        "propose",
        *("serve_notice", "note_silence", "review", "consent", "decide", "serve_decision", "publish"),
    ]
    assert set(told["steps"][0]) == {"step", "on", "office", "until"}


def test_a_list_tells_its_procedure_and_rights_with_the_periods_of_the_rulebook(read: Read) -> None:
    words = read("/lists/henan_black").words
    for part in ("5 个工作日内可以陈述、申辩", "由提出人、同意人以外的另一人决定", "60 日内可以申请行政复议"):
        assert part in words
    assert "照录" in read("/lists/national_serious").words


def test_pointers_and_cards_stand_apart_from_boards_and_say_whose_they_are(read: Read) -> None:
    words = read("/boards").words
    for part in ("这不是本登记的名单", "只在该经营者仍在该市场经营期间显示", "目前没有条目"):
        assert part in words
    assert "国家市场监管严重违法失信名单" not in read("/lists/black").one("main").words


def test_an_empty_region_says_where_nothing_stands(read: Read) -> None:
    assert "河南省郑州市目前没有条目" in read("/lists/henan_black?region=410100").words


def test_the_page_of_a_removal_says_why_in_words_and_how_to_learn_of_the_next(read: Read, town: Town) -> None:
    page = read(f"/lists/henan_black/entries/{town.entries['forgiven']}", 410)
    assert "原记录有误，已经更正" in page.words
    assert "告知书送达" not in page.words
    assert "/changes" in [one.attributes["href"] for one in page.all("a")]


def test_a_list_is_narrowed_by_region_and_sector_with_exact_counts(read: Read) -> None:
    page = read("/lists/metrology_board")
    options = [one.words for one in page.all("option")]
    assert "市场摊位（1 条）" in options
    narrowed = read("/lists/metrology_board?sector=market_stall&region=410000")
    assert "现有 1 条" in narrowed.words
    chosen = [one.attributes["value"] for one in narrowed.all("option") if "selected" in one.attributes]
    assert chosen == ["410000", "market_stall"]
    assert "现有 0 条" in read("/lists/metrology_board?sector=taxi").words


def test_the_picture_of_a_list_says_what_its_table_says(site: Site) -> None:
    for name, row in (("regions", "浉河区"), ("sectors", "市场摊位"), ("sectors", "market stalls")):
        query = "?lang=en" if row.isascii() else ""
        picture = site.get(f"/lists/metrology_board/{name}.svg{query}")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert row in picture.text
        assert row in site.get(f"/lists/metrology_board/{name}-narrow.svg{query}").text
    assert site.get("/lists/none/regions.svg").status_code == 404
    for nothing in ("nothing.svg", "sectors", "sectors-narrow", "-narrow.svg"):
        assert site.get(f"/lists/metrology_board/{nothing}").status_code == 404
