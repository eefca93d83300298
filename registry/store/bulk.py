"""Writing many rows of one table at once, on both databases.

The library turns every cell of every row through its type anew; here a value that comes again, as
the instant of a batch does in every row, is turned once. An import spends half its time on this.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, insert
from sqlmodel import Session, SQLModel

Row = Mapping[str, Any]
CACHE_KIB = 262144  # the pages that a batch touches in the indexes of millions of rows; taken as needed


def roomy(session: Session) -> None:
    """Let the connection of a large write keep more pages than SQLite does by itself.

    With its own two megabytes it writes the same pages out again and again. PostgreSQL has one cache
    for all connections, which its operator sizes.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows in the open transaction; every row has the same columns as the first.

    Args:
        session: The transaction.
        table: A table class.
        rows: By column name; none is nothing to do.
    """
    if not rows:
        return
    connection = session.connection()
    names = tuple(rows[0])
    made = _insertion(table, names, connection.dialect)
    turned = [
        _turn(process, [row[name] for row in rows])
        for name, process in zip(names, made.processors, strict=True)
    ]
    _execute(connection, made, names, turned)


class _Insertion(NamedTuple):
    """A statement as the driver takes it, and how each column turns its values for it.

    Attributes:
        positions: The columns in the order of their places; None where they go in by name.
    """

    sql: str
    positions: Sequence[str] | None
    processors: Sequence[Callable[[Any], Any] | None]


@functools.lru_cache(maxsize=256)
def _insertion(table: type[SQLModel], names: tuple[str, ...], dialect: Dialect) -> _Insertion:
    made = insert(table).compile(dialect=dialect, column_keys=names)
    columns = table.__table__.c  # type: ignore[attr-defined]  # sqlmodel hides the table
    return _Insertion(str(made), made.positiontup, [_processor(columns[name], dialect) for name in names])


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _turn(process: Callable[[Any], Any] | None, values: list[Any]) -> list[Any]:
    if process is None:
        return values
    try:
        known = {value: process(value) for value in set(values)}
    except TypeError:  # JSON's lists and objects are not hashable
        return [process(value) for value in values]
    return [known[value] for value in values]


def _execute(
    connection: Connection, made: _Insertion, names: tuple[str, ...], turned: Sequence[list[Any]]
) -> None:
    if made.positions is not None:
        order = [names.index(name) for name in made.positions]
        connection.exec_driver_sql(made.sql, list(zip(*(turned[i] for i in order), strict=True)))
        return
    connection.exec_driver_sql(
        made.sql, [dict(zip(names, row, strict=True)) for row in zip(*turned, strict=True)]
    )
