"""A browser that is watched: what it complains of, and where its requests go."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.journeys.serving import Server

PHONE = {"width": 360, "height": 740}
REFUSED = re.compile(
    "the server responded with a status of 4(03|09|10|22)"
)  # a page, which the browser notes
ADMINISTRATORS = {True: "admin-with-scripts", False: "admin-without-scripts"}  # each sets a device up
PASSWORD = "a scale that measures honestly"
DESK = {"width": 1280, "height": 900}


@dataclass
class Witness:
    """What a browser complained of, and where its requests went."""

    url: str
    complaints: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on("request", lambda request: self._asked(request.url))
        context.on("console", lambda said: self._said(said.type, said.text))
        context.on("weberror", lambda failed: self.complaints.append(str(failed.error)))

    def hold(self) -> None:
        """Hold that nothing was complained of and nothing left the machine."""
        assert self.complaints == []
        assert self.strays == []

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:", "blob:")):
            self.strays.append(url)

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not REFUSED.search(text):
            self.complaints.append(text)


@contextmanager
def opened(
    browser: Browser, server: Server, *, scripts: bool, size: Any = DESK, account: str = ""
) -> Iterator[Page]:
    """Open a page that is watched to its end, of somebody signed in where an account is named."""
    context = browser.new_context(
        base_url=server.url, java_script_enabled=scripts, viewport=size, locale="zh-CN"
    )
    witness = Witness(server.url)
    witness.watch(context)
    page = context.new_page()
    if account:
        sign_in(page, account, server.passwords[account])
    yield page
    context.close()
    witness.hold()


def sign_in(page: Page, account: str, password: str, code: str = "") -> None:
    """Sign in at the desk as a person does."""
    go(page, "/desk/sign-in")
    page.locator("#name").fill(account)
    page.locator("#password").fill(password)
    page.locator("#code").fill(code)
    page.locator("main form button").click()
    assert page.url.endswith("/desk"), page.locator("main").inner_text()


def go(page: Page, path: str, status: int = 200) -> Response:
    """Open an address; it must answer as expected, under the policy of the site."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status, path
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    return answer
