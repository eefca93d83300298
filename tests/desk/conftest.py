"""A registry whose people sign in at the desk, asked as a browser would ask, in process."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine

from api.app import assemble, served
from api.edge import Edge
from public_site.app import site_routes
from public_site.errors import pages_for_errors
from public_site.rights import RIGHTS
from registry.accounts import credentials
from registry.audit.work import Subject
from registry.overrides.commands import ensure_archived
from registry.settings import Settings, read_settings
from registry.store.engine import writing
from registry.store.keys import make_secret
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.public_site.reading import Page

PASSWORD = "eine Waage misst ehrlich"
HOST = "desk.test"
OURS = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]+)"')
KEY = re.compile(r'name="key" value="([a-z0-9]+)"')

Client = TestClient[Any]


@dataclass
class Browser:
    """One browser: it keeps its cookies, and sends what a form of the page holds."""

    shared: Client
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    last: httpx.Response | None = None

    @property
    def client(self) -> Client:
        """The client of all browsers, with the cookies of this one."""
        self.shared.cookies = self.cookies
        self.cookies = self.shared.cookies
        return self.shared

    def open(self, path: str, status: int = 200) -> Page:
        """Open a page; it is followed nowhere."""
        self.last = self.client.get(path, follow_redirects=False)
        assert self.last.status_code == status, (path, self.last.status_code, self.last.text)
        return Page(self.last.text)

    def send(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form as the page that was opened last would, unless `fields` or `headers` say otherwise."""
        held = self.last.text if self.last is not None else ""
        found = {"csrf": TOKEN.search(held), "key": KEY.search(held)}
        own = {name: match[1] for name, match in found.items() if match}
        headers = more.pop("headers", OURS)
        return self.client.post(
            path, data={**own, **(fields or {})}, headers=headers, follow_redirects=False, **more
        )

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
        """Sign in, and go on to the desk if that is where one is led."""
        answer = self.send("/desk/sign-in", {"name": name, "password": password, "code": code})
        if answer.status_code == 303:
            self.last = self.client.get(answer.headers["location"], follow_redirects=False)
        return answer

    @property
    def token(self) -> str | None:
        """What the cookie holds."""
        return self.cookies.get("__Host-hm_session")


@dataclass
class Town:
    """A running registry and its clock."""

    client: Client
    engine: Engine
    clock: list[datetime]
    settings: Settings

    def browser(self) -> Browser:
        """Return a browser that was never here."""
        return Browser(self.client)

    def at_desk(self, name: str) -> Browser:
        """Return a browser in which somebody has signed in."""
        browser = self.browser()
        assert browser.sign_in(name).status_code == 303
        return browser

    def wait(self, **passed: float) -> None:
        """Let time pass."""
        self.clock[0] += timedelta(**passed)


@cache
def built() -> Litestar:
    """Return the application, built once; each test puts its own installation under it."""
    settings = read_settings(data_dir="/nonexistent")
    return assemble(routes=site_routes(), rights=RIGHTS, on_errors=partial(pages_for_errors, settings))


@cache
def hash_of_password() -> str:
    """Return the hash of the password that everybody in these tests has."""
    return credentials.hashed(PASSWORD)


def give_passwords(engine: Engine, *names: str) -> None:
    """Give accounts the password of these tests, without the work of hashing it anew."""
    with writing(engine) as session:
        admin = given.work(session, "admin")
        for name in names:
            session.add(
                credentials.Credential(
                    account_name=name, password_hash=hash_of_password(), changed_at=admin.now
                )
            )
            admin.record("password.given", Subject("account", name))


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Iterator[Town]:
    """A registry with offices and people who have passwords, on both databases."""
    given.registry(engine)
    with writing(engine) as session:
        ensure_archived(session, given.rulebook(), given.NOW)
    give_passwords(engine, "admin", "officer", "colleague", "approver", "superior", "auditor", "national")
    make_secret(settings.second_factor_file)
    clock = [given.NOW]
    index = EmbeddedIndex.open(settings.data_dir / "index", write=True)
    app = built()
    app.state.edge = Edge(settings, engine, index, lambda: clock[0], given.rulebook)
    with TestClient(served(app), base_url=f"https://{HOST}", raise_server_exceptions=False) as client:
        yield Town(client, engine, clock, settings)
    index.close()
