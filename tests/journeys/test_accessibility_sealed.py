"""Everybody can use what only a key or a code opens: no address leads there, so the test does."""

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browsing import go, opened
from tests.journeys.serving import Server
from tests.journeys.test_accessibility import held_against, in_language

pytestmark = pytest.mark.browser
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


class Held:
    """What axe and the width of the screen hold against the pages that one person is led through."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.found: dict[str, list[str]] = {}
        self.looked = 0

    def go(self, path: str) -> None:
        """Open an address."""
        go(self.page, in_language(path, self.language))

    def press(self, form: str, named: str = "button") -> None:
        """Send a form, and look at the page that answers."""
        with self.page.expect_navigation():
            self.page.locator(f"main {form} {named}").first.click()
        self.look(form)

    def look(self, called: str) -> None:
        """Hold a page against axe and both widths, all that is folded unfolded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        self.looked += 1
        if said := held_against(self.page):
            self.found[f"{self.page.url} {called}"] = said


def unlock(held: Held, town: Server, account: str) -> None:
    """Unlock somebody's key, and look at the desk of reports."""
    held.go("/desk/reports")
    held.page.locator("#passphrase").fill(town.phrases[account])
    held.press("form[action^='/desk/reports/unlocking']")


@LANGUAGES
def test_axe_finds_nothing_on_what_only_a_key_opens(chromium: Browser, town: Server, language: str) -> None:
    with opened(chromium, town, scripts=True, account="handler1") as page:
        held = Held(page, language)
        unlock(held, town, "handler1")
        rows = page.locator("main tbody tr")
        states = rows.locator("td:first-of-type").all_inner_texts()
        addresses = [one.get_attribute("href") or "" for one in rows.get_by_role("link").all()]
        for address in dict(zip(states, addresses, strict=True)).values():
            go(page, address)
            held.look("locked")
            held.press("form[action*='/opening']")
        for address in addresses:
            go(page, address)
            if page.locator("form[action*='/disclosed/identity']").count():
                held.press("form[action*='/disclosed/identity']")
                break
        assert held.found == {}
        assert held.looked >= 2 * len(set(states)) + 2
    with opened(chromium, town, scripts=True, account="custodian1") as page:
        held = Held(page, language)
        unlock(held, town, "custodian1")
        assert page.locator("main .rows li").count() > 0
        assert held.found == {}


@LANGUAGES
def test_axe_finds_nothing_on_what_only_a_code_opens(chromium: Browser, town: Server, language: str) -> None:
    with opened(chromium, town, scripts=True) as page:
        held = Held(page, language)
        held.go("/report/new")
        page.locator("#merchant").fill("没有登记的粮油店")
        page.locator("#story").fill("我叫张三，电子秤少给半两，每天都是这样。")
        held.press("form", "button.main")
        assert page.locator("#signs").count() == 1
        page.locator("#noted").check()
        held.press("form[action^='/report/send']", "button.main")
        assert page.locator(".code").count() == 1
        for code in town.codes.values():
            held.go("/report/return")
            page.locator("#code").fill(code)
            held.press("form")
            assert page.locator("#messages").count() == 1
        held.press("form:has([value$='-prove'])")
        held.press("form:has([value$='-look'])")
        held.press("form:has([value$='-end'])")
        assert held.found == {}
