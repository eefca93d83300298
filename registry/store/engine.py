"""Engines for the two databases, guarded so that what is acknowledged is never lost.

SQLite before 3.51.3 can lose commits in WAL mode (two connections, write and checkpoint at once),
and what Debian 12 ships is older, so the engine comes from `pysqlite3` and an old one is refused.
Every connection sets its pragmas and reads them back: they are per connection, not per file.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from registry.errors import Broken
from registry.store.changes import count_changes

OLDEST_SQLITE = (3, 51, 3)

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL loses acknowledged commits at a power cut
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "wal_autocheckpoint": 0,  # only the holder of the file lock checkpoints
    "busy_timeout": 30000,
}

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def open_engine(
    database_url: str, setting: str = "HM_DATABASE_URL", *, holds_what_is_shown: bool = True
) -> Engine:
    """Open the database that the address names.

    Args:
        database_url: The address.
        setting: Where it was said, for who has to mend it.
        holds_what_is_shown: Whether the public sees anything of it, whose changes are then counted.

    Raises:
        Broken: The engine is too old, a pragma did not take, PostgreSQL is not durable, or the
            address names another kind of database.
    """
    try:
        backend = make_url(database_url).get_backend_name()
    except ArgumentError as malformed:
        raise Broken(f"{setting} is no address of a database") from malformed
    if backend not in ("sqlite", "postgresql"):
        raise Broken(f"{setting} names {backend}; only sqlite and postgresql are kept")
    engine = _open_sqlite(database_url) if backend == "sqlite" else _open_postgresql(database_url)
    if holds_what_is_shown:
        count_changes(engine)
    return engine


def _open_sqlite(database_url: str) -> Engine:
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        raise Broken(f"SQLite {sqlite.sqlite_version} can lose commits; 3.51.3 or newer is needed")
    # the connection used last has most of what is read next in its own cache
    engine = create_engine(database_url, module=sqlite, pool_size=16, max_overflow=16, pool_use_lifo=True)

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin too late; we begin ourselves
        cursor = connection.cursor()
        for name, wanted in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}={wanted}")
            found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if found != wanted:
                raise Broken(f"SQLite pragma {name} is {found!r}, not {wanted!r}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _open_postgresql(database_url: str) -> Engine:
    engine = create_engine(database_url, pool_size=16, max_overflow=16, pool_pre_ping=True)

    @event.listens_for(engine, "first_connect")
    def _check_durable(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            for name in DURABLE:
                found = cursor.execute(f"SHOW {name}").fetchone()[0]
                if found != "on":
                    raise Broken(f"PostgreSQL runs with {name}={found}; it must be on")
        connection.rollback()

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that can only read one consistent state."""
    options: dict[str, Any] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with Session(engine.execution_options(**options)) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open a session for one transaction; it commits at the end, or leaves nothing behind."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def sole_holder(data_dir: Path) -> Iterator[bool]:
    """Say whether this process holds the folder; only its holder checkpoints and owns the index."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "holder.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def checkpoint(engine: Engine, *, patient: bool = True) -> None:
    """Move the write-ahead log into the database file and empty it; call it only as sole holder.

    Args:
        engine: Of either database; PostgreSQL does this by itself.
        patient: Wait for readers of an older state, and let writers wait meanwhile; otherwise what
            they still need stays for the next time.
    """
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()  # outside a transaction: inside one the table is locked
        cursor, waited = raw.cursor(), PRAGMAS["busy_timeout"]
        cursor.execute(f"PRAGMA busy_timeout={waited if patient else 0}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={waited}")
        raw.close()
