"""The demonstration's town, filled once as of today, and copied for each test that changes it."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlmodel import select

from jobs import process
from jobs.demo.filling import fill
from jobs.demo.procedures import BLACK
from registry.accounts.commands import AddAccount, GrantRole, actor_by_account, add_account
from registry.accounts.credentials import NewPassword, hashed, keep_password
from registry.accounts.tables import AccountGrant
from registry.audit.work import Work
from registry.calendar import legal_day
from registry.lists.tables import Proposal
from registry.rulebook import load_rulebook
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from tests.journeys.browsing import ADMINISTRATORS, PASSWORD
from tests.journeys.serving import Server, serving

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Filled(NamedTuple):
    """A filled folder, keys and passwords of its accounts, passphrases and return codes of its reports."""

    folder: Path
    keys: Mapping[str, str]
    passwords: Mapping[str, str]
    phrases: Mapping[str, str]
    codes: Mapping[str, str]


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The demonstration's town around today; to be copied, never served."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    folder.mkdir()
    settings = read_settings(data_dir=folder, database_url="", demonstration=True)
    filling = fill(settings, legal_day(process.clock()), tell=lambda _step: None)
    people = filling.people
    return Filled(
        folder,
        {account: shown.token for account, shown in people.items()},
        {account: shown.password for account, shown in people.items()},
        {account: shown.passphrase for account, shown in people.items() if shown.passphrase},
        {about: reporter.code for about, reporter in filling.ways_back.items()},
    )


@pytest.fixture
def filled(filled_once: Filled, tmp_path: Path) -> Filled:
    """A copy of the filled town."""
    folder = tmp_path / "data"
    shutil.copytree(filled_once.folder, folder)
    return filled_once._replace(folder=folder)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def server(filled: Filled) -> Iterator[Server]:
    """A server over a copy of the town."""
    with serving(*filled) as running:
        yield running


@pytest.fixture(scope="session")
def town(filled_once: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server over a copy of the town for all who only look, or whose cases nobody else takes up."""
    folder = tmp_path_factory.mktemp("town") / "data"
    shutil.copytree(filled_once.folder, folder)
    let_the_merchant_have_cases(folder)
    let_administrators_in(folder)
    with serving(*filled_once._replace(folder=folder)) as running:
        yield running


def let_administrators_in(folder: Path) -> None:
    """Add administrators who set up a second factor: nobody else signs in as one of them."""
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    grant = GrantRole(role="administrator", region="000000")
    with writing(engine) as session:
        work = Work(session, actor_by_account(session, "admin"), process.clock(), load_rulebook())
        for name in ADMINISTRATORS.values():
            person = AddAccount(name=name, person_name=name, office_code="SAMR", grants=(grant,))
            add_account(work, person)
            keep_password(work, NewPassword(name, hashed(PASSWORD)))
    engine.dispose()


def let_the_merchant_have_cases(folder: Path) -> None:
    """Let the town's merchant speak also for every business that is or was to go on the black list."""
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    with writing(engine) as session:
        found = session.exec(select(Proposal.business_id, Proposal.region).where(Proposal.regime == BLACK))
        for business_id, region in set(found):
            row = {"role": "merchant", "region": region, "business_id": business_id}
            session.merge(AccountGrant(account_name="merchant", **row))  # one of them may be the own
    engine.dispose()
