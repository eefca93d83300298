"""Accounts at the desk: an administrator with a second factor lets people in and sends them out again."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from public_site.texts import words
from tests.journeys.browsing import ADMINISTRATORS, DESK, PASSWORD, PHONE, go, opened, sign_in
from tests.journeys.serving import Server

pytestmark = pytest.mark.browser
t = words("zh")
REGION = "411502"


def set_up_a_device(page: Page) -> pyotp.TOTP:
    """Set up a second factor as its page says, and return the device."""
    go(page, "/desk/second-factor")
    page.get_by_role("button", name=t("desk.second_factor.begin")).click()
    device = pyotp.TOTP(page.locator("main form p.code").inner_text())
    page.locator("#code").fill(device.at(datetime.now(UTC)))
    page.get_by_role("button", name=t("desk.second_factor.confirm")).click()
    assert page.locator("main .note.done").count() > 0
    page.get_by_role("button", name=t("desk.sign_out")).click()
    return device


def invite(page: Page, name: str, role: str) -> str:
    """Add an account with a role, and return the code that invites its person."""
    page.get_by_role("link", name=t("desk.nav.accounts")).click()
    page.get_by_role("link", name=t("desk.new_account.title")).click()
    for field, value in (("name", name), ("person_name", "演示·来人"), ("office_code", "AMR-411502")):
        page.locator(f"#{field}").fill(value)
    page.get_by_role("button", name=t("desk.new_account.button")).click()
    code = page.locator("main .note strong").inner_text()
    page.get_by_role("link", name=t("desk.code.on")).click()
    page.locator("#role").select_option(role)
    page.locator("#region").fill(REGION)
    page.get_by_role("button", name=t("desk.account.give"), exact=True).click()
    assert t.term("role", role) in page.locator("main .rows").first.inner_text()
    return code


def accept(page: Page, name: str, code: str) -> None:
    """Accept an invitation, and sign in."""
    go(page, "/desk/invitation")
    page.locator("#code").fill(code)
    page.locator("#new_password").fill(PASSWORD)
    page.locator("#repeated").fill(PASSWORD)
    page.locator("main form button").click()
    sign_in(page, name, PASSWORD)


@pytest.mark.parametrize(("scripts", "role"), [(True, "verifier"), (False, "assistant")])
def test_an_administrator_with_a_device_lets_somebody_in_and_ends_the_session(
    chromium: Browser, town: Server, role: str, *, scripts: bool
) -> None:
    size, name = DESK if scripts else PHONE, f"{role}-1"
    with (
        opened(chromium, town, scripts=scripts, size=size) as admin,
        opened(chromium, town, scripts=scripts, size=size) as invited,
    ):
        sign_in(admin, ADMINISTRATORS[scripts], PASSWORD)
        device = set_up_a_device(admin)
        later = datetime.now(UTC) + timedelta(seconds=device.interval)  # a code serves once
        sign_in(admin, ADMINISTRATORS[scripts], PASSWORD, device.at(later))
        accept(invited, name, invite(admin, name, role))
        assert t.term("role", role) in invited.locator("main").inner_text()
        assert invited.locator("nav.side a[href='/desk/cases']").count() == 0
        go(invited, "/desk/cases", 403)
        go(invited, "/desk")
        go(admin, f"/desk/accounts/{name}")
        admin.get_by_role("button", name=t("desk.sessions.end")).click()
        assert admin.get_by_role("button", name=t("desk.sessions.end")).count() == 0
        invited.get_by_role("link", name=t("desk.nav.password")).click()
        assert "/desk/sign-in" in invited.url


def test_an_administrator_sees_no_case(chromium: Browser, town: Server) -> None:
    with opened(chromium, town, scripts=False, account="admin") as page:
        assert page.locator("nav.side a[href='/desk/accounts']").count() == 1
        for path in ("/desk/cases", "/desk/businesses", "/desk/audit", "/desk/reports"):
            go(page, path, 403)
