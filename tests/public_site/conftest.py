"""One town for all tests of the pages: they only read, so it is built once."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlmodel import select

from api.app import create_app, served
from api.intake.app import Beside
from public_site.app import site_routes
from public_site.errors import pages_for_errors
from public_site.reporting.app import reporters
from public_site.rights import RIGHTS
from registry.documents.papers import issue_paper
from registry.documents.tables import Paper
from registry.reports.store import prepare
from registry.settings import read_settings
from registry.store.engine import open_engine, reading, writing
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.documents.test_papers import silence
from tests.public_site.reading import Page, Site
from tests.public_site.town import Town, build


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Town]:
    """The town, in a folder of its own on SQLite."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copy(migrated_sqlite, folder)
    engine = open_engine(f"sqlite:///{folder / migrated_sqlite.name}")
    index = EmbeddedIndex.open(folder / "index", write=True)
    built = build(engine, folder, index)
    prepare(read_settings(data_dir=folder)).engine.dispose()
    with writing(engine) as session:
        issue_paper(given.work(session, "officer"), read_settings(data_dir=folder), silence("case"))
    yield built
    index.close()
    engine.dispose()


def client_of(town: Town, *, demonstration: bool) -> Site:
    """Return a client of the town's pages."""
    settings = read_settings(data_dir=town.folder, demonstration=demonstration)
    app = create_app(
        settings,
        town.engine,
        town.index,
        lambda: given.NOW,
        rulebook=given.rulebook,
        routes=site_routes(),
        rights=RIGHTS,
        on_errors=partial(pages_for_errors, settings),
    )
    layers = Beside(served(app), reporters(app.state.edge))
    return TestClient(layers, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def site(town: Town) -> Iterator[Site]:
    """A client of the pages."""
    with client_of(town, demonstration=False) as client:
        yield client


@pytest.fixture
def read(site: Site) -> Callable[..., Page]:
    """Open a page and read it; the status must be as expected."""

    def opened(path: str, status: int = 200) -> Page:
        answer = site.get(path)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    return opened


@pytest.fixture(scope="session")
def every_page(town: Town, site: Site) -> dict[str, str]:
    """Every kind of page there is, in both languages, by address."""
    businesses = [f"/businesses/{one}" for one in town.businesses.values()]
    entries = [f"/lists/henan_black/entries/{town.entries[who]}" for who in ("cheat", "forgiven")]
    editions = site.get("/api/v1/lists/henan_black/editions").json()
    one = f"/lists/henan_black/editions/{editions[0]['version']}?region={editions[0]['region']}"
    with reading(town.engine) as session:
        code = session.exec(select(Paper.code).where(Paper.case_id == "case")).one()
    paths = [
        f"/verify/{code}",
        *("/", "/search", "/search?q=浉河", "/search?q=没有这家店", "/search?region=zz", "/match"),
        *("/lists/red", "/lists/black", "/boards", "/lists/henan_black", "/lists/metrology_board"),
        *("/lists/henan_black?region=410100", "/lists/national_serious", "/lists/market_yellow_card"),
        *("/lists/henan_black/editions", "/lists/henan_red/editions", one),
        *("/statistics", "/transparency", "/transparency?year=2025"),
        *("/log", "/report", "/report/return", "/about", "/repair", "/nowhere", "/data", "/accessibility"),
        *("/editions", "/changes", "/verify", "/verify?code=none", "/rules"),
        *("/rules/diff", "/rules/diff?where=000000&other=410000&on=2020-01-01&day=2026-11-01"),
        *("/rules?where=410000", "/rules?where=370000&on=2025-01-01", "/rules?where=zz&on=zz"),
        *(f"/instruments/{one}" for one in town.instruments.values()),
        "/search?q=XY-0001",
        *businesses,
        *entries,
    ]
    english = [f"{path}{'&' if '?' in path else '?'}lang=en" for path in paths]
    return {path: site.get(path).text for path in [*paths, *english]}
