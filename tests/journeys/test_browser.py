"""The journey as a citizen sees it: headless Chromium before a real server over the demonstration's town."""

import json
from typing import Any

import opencc
import pypinyin
import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.journeys import cases
from tests.journeys.browsing import PHONE, go, opened
from tests.journeys.serving import Server, command, eventually

pytestmark = pytest.mark.browser


def search(page: Page, words: str) -> list[tuple[str, str]]:
    """Search from the home page as a reader does; return names found with their reasons."""
    go(page, "/")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("search").get_by_role("button").click()
    assert "/search?q=" in page.url
    rows = page.locator("main ol.rows > li")
    return [
        (
            row.locator("h3").inner_text(),
            row.locator(".why").inner_text() if row.locator(".why").count() else "",
        )
        for row in rows.all()
    ]


def entry_of(page: Page, name: str) -> Locator:
    """Return the link to a business's entry in the rows of a list."""
    return page.locator("main ol.rows > li", has_text=name).locator("a[href*='/entries/']")


def a_listed(server: Server) -> dict[str, Any]:
    """Return a business of the black list."""
    items = server.get("/api/v1/businesses", list="henan_black").json()["items"]
    found: dict[str, Any] = items[0]["business"]
    return found


def ways_to_find(business: dict[str, Any]) -> dict[str, str]:
    """Return what people type who look for a business."""
    own = business["name"].removeprefix("浉河区")
    return {
        "part of the name": own[:3],
        "pinyin": "".join(pypinyin.lazy_pinyin(own)),
        "pinyin with spaces": " ".join(pypinyin.lazy_pinyin(own)),
        "initials": "".join(pypinyin.lazy_pinyin(own, style=pypinyin.Style.FIRST_LETTER)),
        "part of the code": business["uscc"][8:16],
        "traditional characters": opencc.OpenCC("s2t").convert(business["name"]),
    }


def test_a_citizen_without_scripts_finds_a_merchant_and_downloads_what_was_published(
    chromium: Browser, server: Server
) -> None:
    business = a_listed(server)
    with opened(chromium, server, scripts=False) as page:
        for way, words in ways_to_find(business).items():
            reasons = dict(search(page, words))
            assert reasons.get(business["name"]), (way, words, reasons)
        page.get_by_role("link", name=business["name"], exact=True).click()
        assert page.url.endswith(f"/businesses/{business['id']}")
        assert page.get_by_role("heading", level=1).inner_text() == business["name"]
        page.locator(".nav").get_by_role("link", name="黑名单").click()
        entry_of(page, business["name"]).click()
        assert "/lists/henan_black/entries/" in page.url
        assert "河南省社会信用条例" in page.locator("main").inner_text()
        page.locator(".crumbs").get_by_role("link", name="河南省计量失信黑名单").click()
        page.locator("main a[href$='/editions']").click()
        page.locator("main ol.rows h3 a").first.click()
        with page.expect_download() as waiting:
            page.locator("main table a[href*='/manifest.json']").click()
        manifest = json.loads(waiting.value.path().read_text(encoding="utf-8"))
        root = page.locator("main dd.code").all_inner_texts()
        assert manifest["files"]["state_root"] in root


def test_a_listing_appears_everywhere_and_its_withdrawal_takes_it_back_within_seconds(
    chromium: Browser, server: Server
) -> None:
    case = cases.open_case(server)
    with opened(chromium, server, scripts=False) as page:
        go(page, "/lists/black")
        assert case.name not in page.content()
        entry_id = cases.listed(server, case)
        entry = f"/lists/henan_black/entries/{entry_id}"
        go(page, "/lists/black")
        entry_of(page, case.name).click()
        assert page.url.endswith(entry)
        assert case.name in page.locator("main").inner_text()
        eventually(lambda: case.name in _on_the_list(page), "the filter by list finds it")
        published = command(server.folder, "publish", "henan_black", "--region", "410000", "--as", "province")
        assert published.returncode == 0, published.stderr
        edition = f"/lists/henan_black/editions/{json.loads(published.stdout)['version']}?region=410000"
        assert case.name in _rows_of(page, edition)

        cases.withdrawn(server, entry_id)
        go(page, entry, 410)
        assert case.name not in page.content()
        go(page, "/lists/black")
        assert case.name not in page.content()
        assert case.name not in _on_the_list(page)
        eventually(lambda: _indexed_on_a_list(server, case) is False, "the index forgets the entry")
        eventually(lambda: _built(page, edition), "the edition has its files again")
        assert case.name not in _rows_of(page, edition)
        go(page, f"/businesses/{case.business_id}")
        assert page.get_by_role("heading", level=1).inner_text() == case.name


def test_no_page_is_wider_than_a_telephone(chromium: Browser, server: Server) -> None:
    business = a_listed(server)
    entry = server.get("/api/v1/lists/henan_black/entries").json()["items"][0]["entry_id"]
    version = server.get("/api/v1/lists/henan_black/editions").json()[0]["version"]
    paths = (
        *("/", "/search", "/search?q=浉河", "/search?q=没有", "/lists/red", "/lists/black", "/boards"),
        *("/lists/henan_black", "/lists/henan_black/editions", "/statistics", "/report", "/about"),
        f"/lists/henan_black/editions/{version}?region=410000",
        f"/lists/henan_black/entries/{entry}",
        f"/businesses/{business['id']}",
    )
    with opened(chromium, server, scripts=True, size=PHONE) as page:
        for path in paths:
            go(page, path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], f"{path} is {wide} wide"


def test_the_documentation_of_the_interface_is_drawn_offline_under_the_policy(
    chromium: Browser, server: Server
) -> None:
    with opened(chromium, server, scripts=True) as page:
        go(page, "/api")
        page.locator(".opblock").first.wait_for()
        page.locator(".opblock-summary").first.click()
        page.locator(".opblock-body").first.wait_for()
        assert page.locator(".opblock").count() > 20


def _on_the_list(page: Page) -> str:
    go(page, "/search?list=henan_black")
    return page.locator("main").inner_text()


def _indexed_on_a_list(server: Server, case: cases.Open) -> bool:
    items = server.get("/api/v1/businesses", q=case.name, list="henan_black").json()["items"]
    return case.business_id in [item["business"]["id"] for item in items]


def _built(page: Page, edition: str) -> bool:
    go(page, edition)
    return page.locator("main table").count() == 1


def _rows_of(page: Page, edition: str) -> str:
    """Download the rows of an edition from its page."""
    go(page, edition)
    with page.expect_download() as waiting:
        page.locator("main table a[href*='/entries.ndjson']").click()
    return waiting.value.path().read_text(encoding="utf-8")
