"""A market's operator at the desk: a workbook with faults, what runs out, a pledge taken on the screen."""

import pytest
from playwright.sync_api import Browser, Page
from python_calamine import CalamineWorkbook

from public_site.texts import words
from tests.journeys.browsing import DESK, PHONE, opened
from tests.journeys.cases import today
from tests.journeys.serving import Server
from tests.journeys.test_desks import HEADINGS, XLSX, numbers_of, workbook

pytestmark = pytest.mark.browser
t = words("zh")


def bring(page: Page, market: str, known: tuple[str, str]) -> None:
    """Bring a workbook of a stall that is known and one that is not."""
    day = today().isoformat()
    rows = [
        HEADINGS,
        (known[1], "411502", market, known[0], "retail_weighing", day),
        ("没有这一家", "411502", market, "Z-99", "retail_weighing", day),
    ]
    page.locator("#kind").select_option("pledges")
    page.locator("#file").set_input_files({"name": "承诺.xlsx", "mimeType": XLSX, "buffer": workbook(rows)})
    page.get_by_role("button", name=t("desk.sheet.try")).click()


@pytest.mark.parametrize(("scripts", "nth"), [(True, 0), (False, 1)])
def test_an_operator_sees_the_faults_of_a_workbook_where_they_stand_in_it_and_has_the_rest_carried_out(
    chromium: Browser, town: Server, nth: int, *, scripts: bool
) -> None:
    size = DESK if scripts else PHONE
    with opened(chromium, town, scripts=scripts, size=size, account="operator") as page:
        page.get_by_role("link", name=t("desk.nav.markets")).click()
        link = page.locator("main a[href^='/desk/markets/']").first
        market = link.inner_text()
        link.click()
        page.get_by_role("link", name=t("desk.market.lack_pledge")).first.click()
        row = page.locator("main tbody tr").nth(nth)
        known = (row.locator("th").inner_text(), row.locator("td a").first.inner_text())
        page.get_by_role("link", name=t("desk.sheet.title")).click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name=t("desk.sheet.kind_pledges")).click()
        assert CalamineWorkbook.from_path(waiting.value.path()).get_sheet_by_index(0).to_python()
        bring(page, market, known)
        assert numbers_of(page) == ["2", "1", "0", "0", "1"]
        assert "3" in page.locator("main tbody th").first.inner_text()
        page.get_by_role("button", name=t("desk.sheet.carry_out")).click()
        assert numbers_of(page) == ["2", "1", "0", "0", "1"]
        with page.expect_download() as waiting:
            page.get_by_role("button", name=t("desk.sheet.returned")).click()
        (_, back) = CalamineWorkbook.from_path(waiting.value.path()).get_sheet_by_index(0).to_python()
        assert back[0] == "没有这一家"


@pytest.mark.parametrize(("scripts", "nth"), [(True, -1), (False, -2)])
def test_an_operator_sees_what_runs_out_takes_a_pledge_on_the_screen_and_prints_it(
    chromium: Browser, town: Server, nth: int, *, scripts: bool
) -> None:
    size = DESK if scripts else PHONE
    with opened(chromium, town, scripts=scripts, size=size, account="operator") as page:
        page.locator("main .rows a").first.click()  # what runs out is work: the first page leads there
        assert page.locator("main h1").inner_text() == t("desk.expiring.title")
        assert page.locator("main tbody tr").count() > 0
        page.locator(".crumbs a").click()
        page.get_by_role("link", name=t("desk.market.lack_pledge")).first.click()
        row = page.locator("main tbody tr").nth(nth)
        name = row.locator("td a").first.inner_text()
        row.get_by_role("link", name=t("desk.sign.make")).click()
        page.locator("input[name='agreed']").check()
        page.locator("#signed_by").fill("演示·摊主")
        page.locator("#witness").fill("演示·见证人")
        page.get_by_role("button", name=t("desk.sign.sign")).click()
        row = page.locator("main tbody tr", has_text=name)
        for words_of_link in (t("desk.sign.sticker"), t("desk.sign.paper")):
            with page.expect_download() as waiting:
                row.get_by_role("link", name=words_of_link).first.click()
            assert waiting.value.path().read_bytes().startswith(b"%PDF-")
