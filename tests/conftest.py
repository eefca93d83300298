"""What the tests share: fresh databases of both kinds, folders, and hypothesis profiles.

Databases are migrated once and copied for each test, so a test sees real files and real servers
and costs milliseconds. The machinery of PostgreSQL is in `tests/postgres.py`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from registry.settings import Settings, read_settings
from registry.store.engine import checkpoint, open_engine
from registry.store.migrate import upgrade
from tests import postgres

hypothesis.settings.register_profile("default", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.register_profile("long", deadline=None, max_examples=5000)
hypothesis.settings.load_profile("default")

_run = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a long run be made in pieces, on one machine after another or side by side."""
    told = "run every N-th of the chosen tests, the K-th first; all N shares together run each once"
    parser.addoption("--share", default="1/1", metavar="K/N", help=told)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep one share of what the other options have chosen."""
    first, _, of = config.getoption("--share").partition("/")
    kept = items[int(first) - 1 :: int(of)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for all workers of a parallel run; a worker finds it in its environment."""
    config.stash[_run] = ExitStack()
    if config.getoption("numprocesses", None) and not config.option.collectonly:
        os.environ[postgres.URL_VARIABLE] = config.stash[_run].enter_context(postgres.server())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL of a parallel run."""
    config.stash[_run].close()


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[postgres.Databases]:
    """Databases on the PostgreSQL of this run, which a serial run starts when first needed."""
    with postgres.server() as url:
        databases = postgres.Databases(url)
        yield databases
        databases.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "registry.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    checkpoint(engine)
    engine.dispose()
    return path


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The empty folder of one installation."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def sqlite_engine(data_dir: Path, migrated_sqlite: Path) -> Iterator[Engine]:
    """A fresh migrated SQLite database in the folder of the installation."""
    path = shutil.copy(migrated_sqlite, data_dir)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_databases: postgres.Databases) -> Iterator[Engine]:
    """A fresh migrated PostgreSQL database."""
    with postgres_databases.fresh() as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A fresh migrated database; a test that asks for it runs on both kinds."""
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    found: Engine = request.getfixturevalue(name)
    return found


@pytest.fixture
def settings(data_dir: Path, engine: Engine) -> Settings:
    """The settings of an installation on the test's database; its people sign in by password alone."""
    url = engine.url.render_as_string(hide_password=False)
    return read_settings(data_dir=data_dir, database_url=url, second_factor=False)
