"""One consistent state of a database into parts of a copy, and out of them again into an empty one.

SQLite is copied by its own online backup, checked, and restored as a file; PostgreSQL by COPY of every table
from one snapshot, into a schema of the same release.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, Table, inspect, text

from jobs.backups.archive import PIECE, Parts
from registry.errors import Broken
from registry.store.engine import open_engine
from registry.store.migrate import Schema, upgrade

FILE = "database.sqlite3"


def copy_database(engine: Engine, name: str, schema: Schema, parts: Parts, folder: Path) -> None:
    """Add the state of a database at one moment.

    Args:
        engine: Of it.
        name: `registry` or `reports`.
        schema: Its tables.
        parts: Of the copy.
        folder: Where a file of the same content may stand for the time of copying.

    Raises:
        Broken: The copy of the file is not sound.
    """
    if engine.dialect.name == "postgresql":
        _copy_tables(engine, name, schema, parts)
        return
    handle, place = tempfile.mkstemp(dir=folder, prefix=".backup-")
    os.close(handle)
    try:
        _copy_file(engine, Path(place))
        with Path(place).open("rb") as stream:
            parts.add_stream(f"{name}/{FILE}", stream, Path(place).stat().st_size)
    finally:
        Path(place).unlink()


def _copy_file(engine: Engine, place: Path) -> None:
    target, raw = sqlite.connect(str(place)), engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        driver.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        refuse_unsound(target, str(engine.url.database))
    finally:
        raw.close()
        target.close()


def refuse_unsound(connection: Any, name: str) -> None:
    """Refuse a file whose pages, indexes or references are not in order.

    Raises:
        Broken: They are not.
    """
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if found != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchall():
        raise Broken(f"the copy of {name} is not sound", problems=[str(one) for one in found])


def _copy_tables(engine: Engine, name: str, schema: Schema, parts: Parts) -> None:
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.execution_options(**options).connect() as connection:
        cursor = _driver(connection).cursor()
        for table in schema.metadata.sorted_tables:
            with cursor.copy(f"COPY {_columns_of(table)} TO STDOUT (FORMAT binary)") as rows:
                for number, piece in enumerate(_pieces(rows)):
                    parts.add(f"{name}/{table.name}/{number:09d}", piece)


def _pieces(rows: Iterator[Any]) -> Iterator[bytes]:
    held = bytearray()
    for row in rows:
        held += row
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _columns_of(table: Table) -> str:
    return f'"{table.name}" ({", ".join(f"{chr(34)}{column.name}{chr(34)}" for column in table.columns)})'


def _driver(connection: Any) -> Any:
    return connection.connection.driver_connection


class Restoring:
    """A database that is being filled from the parts of a copy, in their order.

    Args:
        url: Its address; it must be empty.
        name: `registry` or `reports`.
        schema: Its tables.

    Raises:
        Broken: There is something in it.
    """

    def __init__(self, url: str, name: str, schema: Schema) -> None:
        self.engine = open_engine(url, holds_what_is_shown=name == "registry")
        self._name, self._schema = name, schema
        self._rows: Any = None
        self._table = ""
        if self.engine.dialect.name == "sqlite":
            self._file = Path(str(self.engine.url.database))
            if self._file.exists():
                raise Broken(f"{self._file} is there already; a copy is restored into an empty place")
        elif inspect(self.engine).get_table_names():
            raise Broken(f"the database {name} is not empty; a copy is restored into an empty one")
        else:
            upgrade(self.engine, schema=schema)
            self._connection = self.engine.connect()
            self._connection.begin()  # the rows go past the library, which would not know of them

    def take(self, part: str, stream: IO[bytes]) -> None:
        """Take a part: the file, or a piece of a table.

        Raises:
            Broken: It comes from the other kind of database, or from a table that is not known.
        """
        if (part == FILE) is not (self.engine.dialect.name == "sqlite"):
            raise Broken("the copy is of the other kind of database")
        if part == FILE:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                while piece := stream.read(PIECE):
                    out.write(piece)
            return
        table, _, _number = part.partition("/")
        if table != self._table:
            self._begin(table)
        self._rows.write(stream.read())

    def _begin(self, table: str) -> None:
        self._end_table()
        if table not in self._schema.metadata.tables:
            raise Broken(f"the copy has a table {table} that this release does not know")
        self._table = table
        columns = _columns_of(self._schema.metadata.tables[table])
        self._copying = _driver(self._connection).cursor().copy(f"COPY {columns} FROM STDIN (FORMAT binary)")
        self._rows = self._copying.__enter__()

    def _end_table(self) -> None:
        if self._rows is not None:
            self._copying.__exit__(None, None, None)
            self._rows = None

    def finish(self) -> None:
        """Commit what was taken, and see that it is sound.

        Raises:
            Broken: It is not.
        """
        if self.engine.dialect.name == "postgresql":
            self._end_table()
            self._count_on()
            self._connection.commit()
            return
        connection = sqlite.connect(str(self._file))
        try:
            refuse_unsound(connection, str(self._file))
        except sqlite.DatabaseError as damaged:
            raise Broken(f"the copy of {self._name} is not sound") from damaged
        finally:
            connection.close()

    def _count_on(self) -> None:
        """Let numbers that the database gives go on after the last one that it gave."""
        for table in self._schema.metadata.sorted_tables:
            counted = table.autoincrement_column
            sequence = None if counted is None else self._sequence(table.name, counted.name)
            if counted is not None and sequence is not None:
                last = f'SELECT max("{counted.name}") FROM "{table.name}"'  # noqa: S608 - names of ours
                self._connection.execute(text(f"SELECT setval('{sequence}', ({last}))"))

    def _sequence(self, table: str, column: str) -> str | None:
        asked = text("SELECT pg_get_serial_sequence(:table, :column)")
        found: str | None = self._connection.execute(
            asked, {"table": f'"{table}"', "column": column}
        ).scalar()
        return found

    def close(self) -> None:
        """Let go of the database."""
        if self.engine.dialect.name == "postgresql":
            if self._rows is not None:  # cut off in the middle of a table
                self._connection.invalidate()
            self._connection.close()
        self.engine.dispose()
