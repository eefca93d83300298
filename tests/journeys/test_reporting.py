"""A whistle-blower's journey in a browser without scripts: no cookie, no address that tells anything."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from jobs import process
from registry.calendar import legal_day
from registry.reports import epochs, holders, recovery
from registry.reports.readiness import Purpose
from registry.reports.store import open_reports
from registry.settings import read_settings
from tests.journeys.browsing import go, opened
from tests.journeys.serving import command, serving
from tests.reports.intaking import hits

pytestmark = pytest.mark.browser

OFFICE = "AMR-411502"
HOLDERS: dict[Purpose, tuple[str, str]] = {"intake": ("li", "wang"), "custody": ("zhao", "qian")}


def found_office(folder: Path) -> None:
    """Give the office of the town readers and custodians whose keys were tried."""
    reports = open_reports(read_settings(data_dir=folder, database_url=""))
    with reports.writing(legal_day(process.clock())) as vault:
        recovery.prove_recovery(vault, recovery.make_recovery(vault)[:2])
        for purpose, names in HOLDERS.items():
            rows = []
            for name in names:
                phrase = f"correct horse battery staple {name}"
                rows.append(holders.make_key(vault, name, OFFICE, phrase))
                holders.prove(vault, rows[-1], phrase)
            epochs.confirm_epoch(vault, epochs.open_epoch(vault, OFFICE, purpose, rows, "li"), "zhao")
    reports.engine.dispose()


def test_a_whistle_blower_reports_and_comes_back_without_scripts_or_cookies(
    chromium: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    place = ("--office-code", OFFICE, "--office-name", "浉河区局", "--region", "411502", "--level", "county")
    assert command(folder, "init", *place).returncode == 0
    found_office(folder)
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
