"""The database of reports on both kinds, and an office that can take them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, text

from api.edge import Edge
from public_site.reporting.app import reporters
from registry.reports import epochs, holders, recovery
from registry.reports.store import REPORTS, name_site
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from registry.store.migrate import upgrade
from search_index.embedded import EmbeddedIndex
from tests import given
from tests.reports.intaking import HOST, Desk
from tests.reports.office import Office, enter_people
from tests.reports.site import HOLDERS, OFFICE, PEPPER, PHRASE, TODAY, Site

__all__ = ["HOLDERS", "OFFICE", "PEPPER", "PHRASE", "TODAY", "Site"]


def reports_engines(kind: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Yield a migrated database of reports: a file, or a schema beside the registry's."""
    if kind == "sqlite":
        folder: Path = request.getfixturevalue("data_dir")
        engine = open_engine(f"sqlite:///{folder / 'reports.sqlite3'}", holds_what_is_shown=False)
    else:
        registry_engine: Engine = request.getfixturevalue("postgres_engine")
        with registry_engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA reports"))
        url = registry_engine.url.update_query_dict({"options": "-csearch_path=reports"})
        engine = open_engine(url.render_as_string(hide_password=False), holds_what_is_shown=False)
    upgrade(engine, schema=REPORTS)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def reports_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh migrated database of reports; a test that asks for it runs on both kinds."""
    yield from reports_engines(request.param, request)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An office founded once: stretching a passphrase takes its time by design."""
    people = ("li", "wang", "zhao", "qian", "newcomer")
    engine = open_engine(
        f"sqlite:///{tmp_path_factory.mktemp('founded') / 'reports.sqlite3'}", holds_what_is_shown=False
    )
    upgrade(engine, schema=REPORTS)
    bare = Site(engine, {}, {}, [])
    with bare.vault() as vault:
        shares = recovery.make_recovery(vault)
        recovery.prove_recovery(vault, shares[:2])
        rows = {name: holders.make_key(vault, name, OFFICE, PHRASE.format(name)) for name in people}
        secrets = {name: holders.prove(vault, row, PHRASE.format(name)) for name, row in rows.items()}
        for purpose, names in HOLDERS.items():
            epoch = epochs.open_epoch(vault, OFFICE, purpose, [rows[name] for name in names], "li")
            epochs.confirm_epoch(vault, epoch, "zhao")
    engine.dispose()
    return replace(bare, rows=rows, secrets=secrets, shares=shares)


@pytest.fixture
def site(founded: Site, reports_engine: Engine) -> Site:
    """An office with two readers, two custodians, a newcomer without a share, and tried recovery shares."""
    with founded.engine.connect() as source, reports_engine.begin() as target:
        for table in REPORTS.metadata.sorted_tables:
            for row in source.execute(table.select()).mappings():
                target.execute(table.insert(), dict(row))
    rows = {}
    here = Site(reports_engine, rows, dict(founded.secrets), founded.shares)
    with here.vault() as vault:
        rows |= {name: holders.key_of(vault, name) for name in founded.rows}  # type: ignore[misc]
    return here


@pytest.fixture
def office(site: Site, request: pytest.FixtureRequest) -> Office:
    """The office of `site` with its registry, on the same kind of database."""
    kind = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[site.engine.dialect.name]
    engine: Engine = request.getfixturevalue(kind)
    enter_people(engine)
    return Office(engine, site)


@pytest.fixture
def desk(site: Site, request: pytest.FixtureRequest, data_dir: Path, tmp_path: Path) -> Iterator[Desk]:
    """The intake of an installation whose office can take reports, on both kinds of database."""
    kind = "sqlite_engine" if site.engine.dialect.name == "sqlite" else "postgres_engine"
    registry_engine: Engine = request.getfixturevalue(kind)
    given.registry(registry_engine)
    with writing(site.engine) as session:
        name_site(session, "xinyang.example")
    settings = read_settings(
        data_dir=data_dir,
        database_url=registry_engine.url.render_as_string(hide_password=False),
        reports_url=site.engine.url.render_as_string(hide_password=False),
    )
    settings.pepper_file.parent.mkdir(parents=True, exist_ok=True)
    settings.pepper_file.write_bytes(PEPPER)
    settings.pepper_file.chmod(0o600)
    clock = [datetime(2026, 11, 22, 2, 0, tzinfo=UTC)]
    index = EmbeddedIndex.open(data_dir / "index", write=True)
    edge = Edge(settings, registry_engine, index, lambda: clock[0], given.rulebook)
    layers = reporters(edge)
    with TestClient(layers, base_url=HOST, raise_server_exceptions=False) as client:
        yield Desk(client, layers.app.state.reception, site, clock, data_dir)
    edge.reports.engine.dispose()
    edge.watch.close()
    index.close()


@pytest.fixture
def narrow(desk: Desk) -> Callable[..., None]:
    """Give the intake other settings."""

    def set_to(**given: int) -> None:
        changed = desk.reception.edge.settings.model_copy(update=given)
        object.__setattr__(desk.reception.edge, "settings", changed)

    return set_to
