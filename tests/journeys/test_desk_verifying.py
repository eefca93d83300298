"""A verification body tells what it found, singly and by workbook; an assistant looks at a market."""

import pytest
from playwright.sync_api import Browser

from public_site.texts import words
from tests.journeys.browsing import DESK, PHONE, go, opened
from tests.journeys.cases import today
from tests.journeys.serving import Server
from tests.journeys.test_desks import XLSX, numbers_of, workbook

pytestmark = pytest.mark.browser
t = words("zh")
HEADINGS = (
    "name",
    "region",
    "market",
    "stall",
    "serial_no",
    "maker",
    "certificate_no",
    "body",
    "result",
    "verified_on",
)


@pytest.mark.parametrize(("scripts", "nth"), [(True, 0), (False, 1)])
def test_a_verifier_sees_what_is_overdue_and_records_what_was_found(
    chromium: Browser, town: Server, nth: int, *, scripts: bool
) -> None:
    size = DESK if scripts else PHONE
    with opened(chromium, town, scripts=scripts, size=size, account="verifier") as page:
        page.locator(f"nav.side a:has-text('{t('desk.nav.verifying')}')").click()
        page.get_by_role("link", name=t("desk.verifying.overdue")).click()
        row = page.locator("main tbody tr").nth(nth)
        serial = row.locator("th a").inner_text().split()[-1]
        row.get_by_role("link", name=t("desk.verifying.tell")).click()
        page.locator("#certificate_no").fill(f"检字 {serial} 号")
        page.locator("#result").select_option("qualified")
        page.locator("#verified_on").fill(today().isoformat())
        page.get_by_role("button", name=t("desk.fact.record")).click()
        assert t("desk.done.recorded") in page.locator("main").inner_text()
        assert f"检字 {serial} 号" in page.locator("main tbody tr").first.inner_text()
        go(page, f"/desk/verifying?ahead=0&q={serial}")
        assert page.locator("main tbody tr").count() == 0


@pytest.mark.parametrize(("scripts", "nth"), [(True, 0), (False, 1)])
def test_a_verifier_brings_many_results_by_workbook(
    chromium: Browser, town: Server, nth: int, *, scripts: bool
) -> None:
    size = DESK if scripts else PHONE
    with opened(chromium, town, scripts=scripts, size=size, account="verifier") as page:
        go(page, "/desk/verifying?ahead=")
        serial = page.locator("main tbody tr th a").nth(-1 - nth).inner_text().split()[-1]
        name = page.locator("main tbody tr").nth(-1 - nth).locator("td a").first.inner_text()
        page.get_by_role("link", name=t("desk.sheet.title")).click()
        known = (name, "411502", "", "", serial, "", f"批 {serial} 号", "检定所", "合格", today().isoformat())
        unknown = (
            "没有这一家",
            "411502",
            "",
            "",
            "YS0",
            "",
            "批 0 号",
            "检定所",
            "合格",
            today().isoformat(),
        )
        book = {"name": "检定.xlsx", "mimeType": XLSX, "buffer": workbook([HEADINGS, known, unknown])}
        page.locator("#kind").select_option("verifications")
        page.locator("#file").set_input_files(book)
        page.get_by_role("button", name=t("desk.sheet.try")).click()
        assert numbers_of(page) == ["2", "1", "0", "0", "1"]
        page.get_by_role("button", name=t("desk.sheet.carry_out")).click()
        assert numbers_of(page) == ["2", "1", "0", "0", "1"]


@pytest.mark.parametrize("scripts", [True, False])
def test_an_assistant_looks_at_a_market_and_finds_no_form(
    chromium: Browser, town: Server, *, scripts: bool
) -> None:
    size = DESK if scripts else PHONE
    with opened(chromium, town, scripts=scripts, size=size, account="assistant") as page:
        page.locator(f"nav.side a:has-text('{t('desk.nav.watch')}')").click()
        page.locator("main .rows a").first.click()
        every = page.locator("main tbody tr").count()
        page.get_by_role("link", name=t("desk.market.ahead", days="30")).click()
        assert 0 < page.locator("main tbody tr").count() < every
        assert page.locator("main form").count() == 0
        assert page.get_by_role("link", name=t("desk.watch.report")).get_attribute("href") == "/report"
        for path in ("/desk/markets", "/desk/cases", "/desk/verifying"):
            go(page, path, 403)
