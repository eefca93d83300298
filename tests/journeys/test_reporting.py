"""A whistle-blower's journey in a browser without scripts: no cookie, no address that tells anything."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.browsing import go, opened
from tests.journeys.serving import serving
from tests.reports.intaking import hits
from tests.reports.taking import OFFICE, founded

pytestmark = pytest.mark.browser


def test_a_whistle_blower_reports_and_comes_back_without_scripts_or_cookies(
    chromium: Browser, tmp_path: Path
) -> None:
    folder = founded(tmp_path / "data")
    photograph = tmp_path / "photograph.txt"
    photograph.write_text("少半两", encoding="utf-8")
    with (
        serving(folder, {}) as server,
        opened(chromium, server, scripts=False) as page,
    ):
        go(page, "/report")
        page.locator('a[href="/report/new"]').click()
        code = page.locator(".code").inner_text()
        page.locator("#office_code").select_option(OFFICE)
        page.locator("#merchant").fill("没有登记的粮油店")
        page.locator("#story").fill("我叫张三，电子秤少给半两，每天都是这样。")
        page.locator('main button.main[value="review"]').click()
        assert "张三" not in page.url
        assert page.locator("#signs").count() == 1
        page.locator("#files").set_input_files(photograph)
        page.locator("#noted").check()
        page.locator('form[action="/report/send"] button').click()
        assert page.locator(".code").inner_text() == code
        page.locator('main a[href="/report/return"]').click()
        page.locator("#code").fill(code)
        page.locator("main form button").click()
        page.locator("#text").fill("补充：是上周六。")
        page.locator("main form", has=page.locator("#text")).get_by_role("button").click()
        assert page.get_by_text("补充：是上周六。").count() == 1
        assert page.url == f"{server.url}/report/thread"
        assert page.context.cookies() == []
    assert hits([folder], ("没有登记的粮油店", "补充：是上周六。", code.replace(" ", ""))) == []
