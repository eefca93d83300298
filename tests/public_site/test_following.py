"""Following and verifying: feeds, the page of changes, the latest editions, codes of papers."""

from collections.abc import Callable

from sqlmodel import select

from registry.documents.tables import Paper
from registry.store.engine import reading
from tests.public_site.reading import Page, Site
from tests.public_site.town import Town

Read = Callable[..., Page]


def feeds(page: Page) -> list[str]:
    """Return the addresses of the feeds that a page names for readers."""
    return [one.attributes["href"] for one in page.all("link") if "atom" in one.attributes.get("type", "")]


def test_a_list_a_region_and_a_business_name_their_feeds(read: Read, site: Site, town: Town) -> None:
    business = town.businesses["cheat"]
    expected = {
        "/lists/henan_black": ["list-henan_black"],
        "/lists/henan_black?region=411502": ["list-henan_black", "region-411502"],
        "/lists/red": ["list-henan_red"],
        f"/businesses/{business}": [f"business-{business}"],
    }
    for path, names in expected.items():
        assert feeds(read(path)) == [f"/api/v1/feeds/{name}.atom" for name in names]
        for address in feeds(read(path)):
            assert site.get(address).headers["content-type"].startswith("application/atom+xml")


def test_the_page_of_changes_tells_every_way_and_links_what_there_is(read: Read) -> None:
    page = read("/changes")
    for part in ("Atom 订阅", "保留 24 个月", "HMAC-SHA-256", "POST /api/v1/lists/check", "不对自然人出具"):
        assert part in page.words
    for name in ("河南省计量失信黑名单", "国家市场监管严重违法失信名单（指引）"):
        assert name in page.words
    links = [one.attributes["href"] for one in page.all("a")]
    assert {"/api/v1/events", "/api/v1/catalog", "/api/v1/feeds/region-411502.atom"} <= set(links)


def test_every_page_leads_to_lists_files_log_report_rules_and_repair(every_page: dict[str, str]) -> None:
    wanted = {
        *("/lists/red", "/lists/black", "/boards", "/rules", "/editions", "/changes", "/log", "/verify"),
        *("/transparency", "/repair", "/report"),
    }
    for path, html in every_page.items():
        assert wanted <= {one.attributes["href"].partition("?")[0] for one in Page(html).all("a")}, path


def test_the_latest_editions_stand_with_the_key_and_one_command(read: Read) -> None:
    page = read("/editions")
    rows = [one.words for one in page.all("tr")][1:]
    assert len(rows) == 2
    assert any("河南省计量失信黑名单" in row for row in rows)
    assert "honest-metrology verify 文件夹 --key 公钥" in page.words


def test_a_code_typed_with_blanks_leads_to_its_paper(site: Site, town: Town) -> None:
    with reading(town.engine) as session:
        code = session.exec(select(Paper.code).where(Paper.case_id == "case")).one()
    typed = " ".join((code[:4], code[4:8].upper(), code[8:]))
    answer = site.get("/verify", params={"code": typed}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/verify/{code}")


def test_an_unknown_code_is_answered_with_404_and_advice(read: Read) -> None:
    assert "没有这个核验码" in read("/verify?code=none", 404).words
    assert "没有这个核验码" not in read("/verify").words
