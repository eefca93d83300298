"""Who handles reports and who keeps identities, by the keyboard alone, with scripts and without."""

import pytest
from playwright.sync_api import Browser, Page

from public_site.texts import words
from tests.journeys.browsing import opened
from tests.journeys.keyboard import Keyboard
from tests.journeys.serving import Server

pytestmark = pytest.mark.browser
t = words("zh")
IDENTITY = t.term("report_compartment", "identity")


def unlocked(page: Page, town: Server, account: str) -> Keyboard:
    """Go to the desk of reports and unlock one's key."""
    hand = Keyboard(page)
    hand.follow(t("desk.nav.reports"))
    hand.write("passphrase", town.phrases[account])
    hand.press(t("desk.reports.unlock"))
    assert page.locator("main").get_by_text(t("desk.reports.unlocked")).count() == 1
    return hand


def number_of(page: Page, state: str) -> str:
    """Return the number of the first report that stands in a state."""
    rows = page.locator("main tbody tr", has_text=t.term("report_state", state))
    return rows.first.get_by_role("link").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_handler_unlocks_a_key_reads_a_report_takes_it_up_and_asks(
    chromium: Browser, town: Server, *, scripts: bool
) -> None:
    with opened(chromium, town, scripts=scripts, account="handler1") as page:
        hand = unlocked(page, town, "handler1")
        hand.follow(number_of(page, "received"))
        assert page.locator("#story").count() == 0
        hand.press(t("desk.report.open"))
        assert page.locator("section:has(#story) .pre").inner_text()
        hand.unfold(t.term("report_act", "triage"))
        hand.write("note", "写明了摊位和时间，可以核查。")
        hand.press(t.term("report_act", "triage"))
        assert t.term("report_state", "triaged") in page.locator("main .lead").inner_text()
        hand.unfold(t.term("report_act", "ask"))
        hand.write("text", "请问最近一次是哪一天？")
        hand.press(t.term("report_act", "ask"))
        hand.press(t("desk.report.open"))
        assert "请问最近一次是哪一天？" in page.locator("section:has(#thread)").inner_text()
        hand.follow(t("desk.nav.reports"))
        hand.press(t("desk.reports.lock"))
        assert page.locator("#passphrase").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_an_identity_is_read_once_two_custodians_agreed_and_one_of_them_gave_it(
    chromium: Browser, town: Server, *, scripts: bool
) -> None:
    with opened(chromium, town, scripts=scripts, account="handler1") as page:
        hand = unlocked(page, town, "handler1")
        number = number_of(page, "triaged")
        hand.follow(number)
        hand.choose("compartment", "identity")
        hand.write("reason", "需要约时间现场辨认。")
        hand.press(t("desk.report.ask_disclosure"))
    asked = t("desk.reports.request", name="演示·举报办理甲", what=IDENTITY, number=number)
    for custodian in ("custodian1", "custodian2"):
        with opened(chromium, town, scripts=scripts, account=custodian) as page:
            hand = unlocked(page, town, custodian)
            assert "需要约时间现场辨认。" in page.locator("main li", has_text=asked).inner_text()
            hand.press(t("desk.reports.agree"), asked)
            if custodian == "custodian2":
                hand.press(t("desk.reports.release"), asked)
                assert page.locator("main li", has_text=asked).count() == 0
    with opened(chromium, town, scripts=scripts, account="handler1") as page:
        hand = unlocked(page, town, "handler1")
        hand.follow(number)
        hand.press(t("desk.report.open_disclosed", what=IDENTITY))
        assert t("desk.report.told", what=IDENTITY) in page.locator("section:has(#history)").inner_text()
