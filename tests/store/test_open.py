"""The engine keeps what it acknowledged, and refuses to run where it could not."""

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, OperationalError

from registry.errors import Broken
from registry.settings import Settings
from registry.store import engine as store
from registry.store.engine import PRAGMAS, checkpoint, open_engine, reading, sole_holder, writing
from registry.store.migrate import differences, downgrade, upgrade


def test_an_engine_that_can_lose_commits_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(Broken, match="can lose commits"):
        open_engine(f"sqlite:///{settings.data_dir}/other.sqlite3")


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(Broken, match="only sqlite and postgresql"):
        open_engine("mysql://localhost/registry")


def test_every_connection_has_every_pragma(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as one, sqlite_engine.connect().execution_options(reading=True) as other:
        for connection in (other, one):
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
            assert found == PRAGMAS


def test_a_pragma_that_does_not_take_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setitem(store.PRAGMAS, "journal_mode", "no such mode")
    engine = open_engine(f"sqlite:///{settings.data_dir}/other.sqlite3")
    with pytest.raises((Broken, OperationalError)), engine.connect():
        pass
    engine.dispose()


def test_a_reading_session_cannot_write(engine: Engine) -> None:
    with reading(engine) as session, pytest.raises((DatabaseError, OperationalError)):
        session.connection().execute(text("DELETE FROM outbox"))


def test_a_session_that_read_before_can_still_write_afterwards(engine: Engine) -> None:
    with reading(engine) as session:
        session.connection().execute(text("SELECT 1"))
    with writing(engine) as session:
        session.connection().execute(text("INSERT INTO log_head (id, size) VALUES (1, 0)"))
    with reading(engine) as session:
        assert session.connection().execute(text("SELECT size FROM log_head")).scalar() == 0


def test_a_refused_act_leaves_nothing_behind(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        session.connection().execute(text("INSERT INTO log_head (id, size) VALUES (1, 0)"))
        _ = 1 // 0
    with reading(engine) as session:
        assert session.connection().execute(text("SELECT count(*) FROM log_head")).scalar() == 0


def test_models_and_migrations_say_the_same(engine: Engine) -> None:
    assert differences(engine) == []


def test_a_missing_column_would_be_seen(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE person DROP COLUMN name"))
    assert differences(engine) != []


def test_migrations_go_down_and_up_again(engine: Engine) -> None:
    downgrade(engine, "base")
    upgrade(engine)
    assert differences(engine) == []


def test_one_process_holds_the_folder(settings: Settings) -> None:
    with sole_holder(settings.data_dir) as first, sole_holder(settings.data_dir) as second:
        assert (first, second) == (True, False)
    with sole_holder(settings.data_dir) as again:
        assert again


def test_a_checkpoint_empties_the_write_ahead_log(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        session.connection().execute(text("INSERT INTO log_head (id, size) VALUES (1, 0)"))
    wal = sqlite_engine.url.database + "-wal" if sqlite_engine.url.database else ""
    with open(wal, "rb") as file:  # noqa: PTH123  # the path is SQLite's own
        assert file.read(1)
    checkpoint(sqlite_engine)
    with open(wal, "rb") as file:  # noqa: PTH123  # the path is SQLite's own
        assert not file.read(1)
