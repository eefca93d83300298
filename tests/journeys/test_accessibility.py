"""Everybody can use the public pages: axe finds nothing, nothing scrolls sideways, the keyboard is enough."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.serving import Server
from tests.journeys.test_browser import DESK, a_listed, go, opened

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}  # 1280 wide at 400 per cent (WCAG 2.2, 1.4.10)


def pages(server: Server) -> list[str]:
    """Return the address of every kind of public page."""
    business = a_listed(server)
    entry = server.get("/api/v1/lists/henan_black/entries").json()["items"][0]["entry_id"]
    version = server.get("/api/v1/lists/henan_black/editions").json()[0]["version"]
    return [
        *("/", "/search", "/search?q=浉河", "/search?q=没有这家店", "/search?list=metrology_board"),
        *("/lists/red", "/lists/black", "/boards", "/lists/henan_black", "/lists/metrology_board"),
        *("/lists/henan_black/editions", f"/lists/henan_black/editions/{version}?region=410000"),
        *(f"/lists/henan_black/entries/{entry}", f"/businesses/{business['id']}", "/editions", "/data"),
        *("/rules", "/statistics", "/transparency", "/changes", "/log", "/verify", "/repair", "/report"),
        *("/about", "/accessibility"),
    ]


def found_by_axe(page: Page) -> list[str]:
    """Return what axe-core holds against a page, of whatever impact."""
    told: dict[str, Any] = Axe().run(page).response
    return [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in told["violations"]]


def in_english(path: str) -> str:
    """Return the address of a page in English."""
    return f"{path}{'&' if '?' in path else '?'}lang=en"


@pytest.mark.parametrize("size", [DESK, NARROW], ids=["desk", "narrow"])
def test_axe_finds_nothing_on_any_page_in_either_language(
    chromium: Browser, server: Server, size: dict[str, int]
) -> None:
    held: dict[str, list[str]] = {}
    with opened(chromium, server, scripts=True, size=size) as page:
        for path in pages(server):
            for address in (path, in_english(path)):
                go(page, address)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= size["width"], f"{address} is {wide} wide"
                if said := found_by_axe(page):
                    held[address] = said
    assert held == {}


def test_a_search_needs_no_mouse_and_suggestions_speak_to_screen_readers(
    chromium: Browser, server: Server
) -> None:
    business = a_listed(server)
    with opened(chromium, server, scripts=True) as page:
        go(page, "/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        field = page.get_by_role("combobox")
        assert field.evaluate("one => one === document.activeElement")
        page.keyboard.type(business["uscc"][-8:])
        option = page.get_by_role("option", name=business["name"])
        option.wait_for()
        assert found_by_axe(page) == []
        page.keyboard.press("ArrowDown")
        assert option.get_attribute("aria-selected") == "true"
        assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
        page.keyboard.press("Escape")
        assert field.get_attribute("aria-expanded") == "false"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/businesses/{business['id']}")


def test_the_focus_is_seen_on_everything_that_takes_it(chromium: Browser, server: Server) -> None:
    with opened(chromium, server, scripts=True) as page:
        for path in ("/", "/search?q=浉河", "/lists/black"):
            go(page, path)
            for _ in range(
                page.locator("a[href], button, input:not([type=hidden]), select, summary").count()
            ):
                page.keyboard.press("Tab")
                style = "getComputedStyle(document.activeElement)"
                if page.evaluate("document.activeElement === document.body"):
                    break
                assert page.evaluate(f"{style}.outlineStyle") != "none", path
                assert page.evaluate(f"parseFloat({style}.outlineWidth)") >= 2, path
