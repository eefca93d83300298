"""Other desks by the keyboard alone: of a market and of an auditor."""

from collections.abc import Sequence
from io import BytesIO

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page
from python_calamine import CalamineWorkbook

from public_site.texts import words
from tests.journeys.browsing import opened
from tests.journeys.cases import today
from tests.journeys.keyboard import Keyboard
from tests.journeys.serving import Server

pytestmark = pytest.mark.browser
t = words("zh")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("name", "region", "market", "stall", "matter", "pledged_on")


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet with these rows."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def numbers_of(page: Page) -> list[str]:
    """Return what the report of a file counts: rows, new, changed, unchanged, refused."""
    return page.locator("main .lines .number").all_inner_texts()[:5]


def test_an_operator_tries_a_workbook_out_and_then_has_it_carried_out(
    chromium: Browser, town: Server
) -> None:
    with opened(chromium, town, scripts=True, account="operator") as page:
        hand = Keyboard(page)
        hand.follow(t("desk.nav.markets"))
        market = page.locator("main h2 a, main h3 a, main li a").first.inner_text()
        hand.follow(market)
        stall, name = page.locator("main tbody tr").first.locator("th, td").all_inner_texts()[:2]
        hand.follow(t("desk.sheet.title"))
        rows = [HEADINGS, (name, "411502", market, stall, "fuel", today().isoformat())]
        hand.choose("kind", "pledges")
        hand.bring("file", {"name": "承诺.xlsx", "mimeType": XLSX, "buffer": workbook(rows)})
        hand.press(t("desk.sheet.try"))
        assert numbers_of(page) == ["1", "1", "0", "0", "0"]
        hand.press(t("desk.sheet.carry_out"))
        assert numbers_of(page) == ["1", "1", "0", "0", "0"]
        assert page.get_by_role("heading", level=1).inner_text() == t("desk.sheet.carried")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_auditor_searches_the_log_and_takes_what_was_found_along(
    chromium: Browser, town: Server, *, scripts: bool
) -> None:
    with opened(chromium, town, scripts=scripts, account="auditor") as page:
        hand = Keyboard(page)
        hand.follow(t("desk.nav.audit"))
        hand.write("account", "superior")
        hand.press(t("desk.audit.search"))
        who = page.locator(f"main td[data-label='{t('desk.audit.account')}']").all_inner_texts()
        assert set(who) == {"superior"}
        with page.expect_download() as waiting:
            page.locator("main form").get_by_role("button", name=t("desk.audited.as_xlsx")).click()
        book = CalamineWorkbook.from_path(waiting.value.path())
        assert len(book.get_sheet_by_index(0).to_python()) > len(who)
