"""The reports have a database, a name and a pepper of their own, given once and never silently again."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from registry.errors import Broken
from registry.reports.store import open_reports, prepare
from registry.reports.tables import metadata
from registry.settings import Settings, read_settings
from registry.store.engine import PRAGMAS
from tests.reports.conftest import TODAY


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Settings]:
    """An installation without reports: a file that is not there, or a schema that is empty."""
    if request.param == "sqlite":
        yield read_settings(data_dir=data_dir, public_url="https://xinyang.example")
        return
    engine: Engine = request.getfixturevalue("postgres_engine")
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA reports"))
    url = engine.url.update_query_dict({"options": "-csearch_path=reports"})
    yield read_settings(
        data_dir=data_dir,
        reports_url=url.render_as_string(hide_password=False),
        public_url="https://xinyang.example",
    )


def test_reports_get_tables_of_their_own_and_a_pepper_that_only_its_owner_reads(settings: Settings) -> None:
    reports = prepare(settings)
    names = set(inspect(reports.engine).get_table_names())
    assert names == {*metadata.tables, "alembic_version"}
    assert stat.S_IMODE(settings.pepper_file.stat().st_mode) == 0o600
    with reports.reading(TODAY) as vault:
        assert (vault.site, vault.pepper, vault.today) == (
            "xinyang.example/api/v1/log",
            settings.pepper_file.read_bytes(),
            TODAY,
        )
    reports.engine.dispose()


def test_name_and_pepper_stay_when_the_address_changes(settings: Settings) -> None:
    first = prepare(settings)
    pepper = first.pepper
    moved = settings.model_copy(update={"public_url": "https://credit.xinyang.example"})
    second = prepare(moved)
    with second.writing(TODAY) as vault:
        assert vault.site == "xinyang.example/api/v1/log"
        assert vault.pepper == pepper
    first.engine.dispose()
    second.engine.dispose()


@pytest.mark.parametrize("fault", ["missing", "cut", "open to others"])
def test_reports_that_were_begun_are_not_given_another_pepper(settings: Settings, fault: str) -> None:
    prepare(settings).engine.dispose()
    place = settings.pepper_file
    kept = place.read_bytes()
    if fault == "missing":
        place.unlink()
    elif fault == "cut":
        place.write_bytes(kept[:-1])
    else:
        place.chmod(0o640)
    with pytest.raises(Broken, match="pepper"):
        prepare(settings)
    reports = open_reports(settings)
    with pytest.raises(Broken, match="pepper"):
        reports.check()
    reports.engine.dispose()
    assert not place.exists() or place.read_bytes() == kept[: len(place.read_bytes())]


def test_what_was_never_begun_is_told_to_be(data_dir: Path) -> None:
    with pytest.raises(Broken, match="init"):
        open_reports(read_settings(data_dir=data_dir)).check()
    assert list(data_dir.iterdir()) == []


def test_the_registry_s_own_database_is_refused(data_dir: Path) -> None:
    settings = read_settings(data_dir=data_dir)
    with pytest.raises(Broken, match="of their own"):
        open_reports(settings.model_copy(update={"reports_url": settings.database}))


def test_the_file_of_reports_is_guarded_like_the_registry_s(data_dir: Path) -> None:
    reports = prepare(read_settings(data_dir=data_dir))
    with reports.reading(TODAY) as vault:
        asked = vault.session.connection().exec_driver_sql
        found = {name: asked(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    assert found == PRAGMAS
    assert Path(str(reports.engine.url.database)).name == "reports.sqlite3"
    reports.engine.dispose()


def test_an_altered_schema_is_noticed(settings: Settings) -> None:
    reports = prepare(settings)
    with reports.engine.begin() as connection:
        connection.execute(text("ALTER TABLE report ADD COLUMN address VARCHAR"))
    with pytest.raises(Broken, match="altered"):
        reports.check()
    reports.engine.dispose()
