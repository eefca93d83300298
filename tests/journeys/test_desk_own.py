"""A merchant at the desk: the own record, an answer in time, an objection, a repair, a pledge, an account."""

import pytest
from playwright.sync_api import Browser

from public_site.texts import words
from tests.journeys.browsing import DESK, PHONE, go, opened
from tests.journeys.serving import Server

pytestmark = pytest.mark.browser
t = words("zh")
CODE = "92411502MA0000000"


def test_a_merchant_answers_a_notice_in_time_and_objects(chromium: Browser, town: Server) -> None:
    with opened(chromium, town, scripts=True, account="merchant") as page:
        work = page.locator("main .rows li", has_text=t("desk.act.answer_notice"))
        work.locator("a").first.click()
        assert page.locator("main .tag.good").count() > 0  # days that are left
        page.get_by_role("link", name=t("desk.act.record_statement_own")).click()
        page.locator("#points").fill("秤已送检\n差额已经退还")
        page.get_by_role("button", name=t("desk.own.send")).click()
        assert "差额已经退还" in page.locator("main").inner_text()
        page.get_by_role("link", name=t("desk.nav.own")).first.click()
        page.get_by_role("link", name=t("desk.own.object")).first.click()
        page.locator("#objector").fill("演示·经营者")
        page.locator("#points").fill("决定书写错了店名")
        page.get_by_role("button", name=t("desk.own.send")).click()
        assert "/desk/own/objections/" in page.url
        assert "决定书写错了店名" in page.locator("main").inner_text()


def test_a_merchant_without_scripts_applies_for_repair_and_gives_a_pledge(
    chromium: Browser, town: Server
) -> None:
    with opened(chromium, town, scripts=False, size=PHONE, account="merchant") as page:
        page.get_by_role("link", name=t("desk.nav.own")).first.click()
        page.get_by_role("link", name=t("desk.own.repair")).first.click()
        page.locator("#applicant").fill("演示·经营者")
        page.locator("#note").fill("已经更换电子秤，罚款已经缴清。")
        page.locator("main input[type=checkbox]").first.check()
        page.get_by_role("button", name=t("desk.own.send")).click()
        assert "/desk/own/repairs/" in page.url
        page.get_by_role("link", name=t("desk.nav.own")).first.click()
        page.get_by_role("link", name=t("desk.sign.make")).first.click()
        page.locator("input[name='agreed']").check()
        page.locator("#signed_by").fill("演示·经营者")
        page.get_by_role("button", name=t("desk.sign.sign")).click()
        assert page.url.partition("?")[0].endswith("/desk/own")
        with page.expect_download() as waiting:
            page.get_by_role("link", name=t("desk.sign.sticker")).first.click()
        assert waiting.value.path().read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_merchant_asks_for_an_account_and_is_told_what_is_wrong_beside_the_field(
    chromium: Browser, town: Server, *, scripts: bool
) -> None:
    with opened(chromium, town, scripts=scripts, size=DESK if scripts else PHONE) as page:
        go(page, "/desk/sign-in")
        page.get_by_role("link", name=t("desk.sign_up.title")).click()
        page.locator("#wanted").select_option("merchant")
        for name, value in (
            ("person_name", "演示·来人"),
            ("contact", "00000000000"),
            ("account_name", f"asks-{scripts}".lower()),
        ):
            page.locator(f"#{name}").fill(value)
        page.locator("#uscc").fill(CODE)
        page.locator("main form button").click()
        assert page.locator("#uscc-fault").count() == 1
        code = town.get("/api/v1/businesses", q="浉河").json()["items"][0]["business"]["uscc"]
        page.locator("#uscc").fill(code)
        page.locator("main form button").click()
        assert page.locator("main .note.done").inner_text() == t("desk.done.signed_up")
