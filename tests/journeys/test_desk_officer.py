"""An officer at the desk: what waits is found on the first page, a step is taken, its paper is printed."""

import pytest
from playwright.sync_api import Browser, Page

from public_site.texts import words
from tests.journeys.browsing import DESK, PHONE, go, opened
from tests.journeys.keyboard import PAPER
from tests.journeys.serving import Server
from tests.journeys.test_desk_cases import business_in, state_of

pytestmark = pytest.mark.browser
t = words("zh")


def to_the_case(page: Page, business: str, act: str) -> None:
    """Go to the case of a business from what waits on the first page."""
    go(page, "/desk")
    line = page.locator("main .rows li", has_text=business).filter(has_text=t(f"desk.act.{act}"))
    line.first.get_by_role("link").click()


def test_an_officer_takes_the_next_step_and_prints_its_paper(chromium: Browser, town: Server) -> None:
    business = business_in(town, "notice_served")
    with opened(chromium, town, scripts=False, size=PHONE, account="officer") as page:
        to_the_case(page, business, "note_silence")
        page.get_by_role("link", name=t("desk.act.note_silence"), exact=True).click()
        page.locator("main form button.main").click()
        assert state_of(page) == t.term("state", "heard")
        with page.expect_download() as waiting:
            page.locator("section:has(#papers) a[href^='/desk/documents/']").last.click()
        assert waiting.value.path().read_bytes().startswith(b"%PDF-")


def test_an_officer_issues_a_decision_to_be_served_and_brings_the_proof_of_it(
    chromium: Browser, town: Server
) -> None:
    business = business_in(town, "decided")
    with opened(chromium, town, scripts=True, size=DESK, account="officer") as page:
        to_the_case(page, business, "serve_decision")
        page.locator("main a[href*='/papers/serve_decision']").first.click()
        page.locator("main form button.main").click()
        with page.expect_download() as waiting:
            page.locator("section:has(#papers) a[href^='/desk/documents/']").last.click()
        assert waiting.value.path().read_bytes().startswith(b"%PDF-")
        page.get_by_role("link", name=t("desk.act.serve_decision"), exact=True).click()
        page.locator("#document_id").set_input_files(PAPER)
        page.locator("main form button.main").click()
        assert state_of(page) == t.term("state", "decision_served")
