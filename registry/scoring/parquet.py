"""Writing what statements select as Parquet, streamed, so that memory does not grow with it."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from sqlalchemy import CompoundSelect, Connection, Select
from sqlmodel import Session

ROWS_AT_ONCE = 2_000  # more rows as objects at once wake the collector, which doubles the time
ROWS_IN_GROUP = 100_000
BYTES_AT_ONCE = 16 * 2**20

Statement = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


def write_parquet(session: Session, statements: Iterable[Statement], schema: pa.Schema, path: Path) -> int:
    """Write the rows of statements into one file and return how many they are.

    Args:
        session: An open transaction; its snapshot is what is written.
        statements: Each selects the columns of the schema, in its order.
        schema: Shape of the file.
        path: File to write; an existing one is replaced.
    """
    connection = session.connection()
    read = _by_copy if connection.dialect.name == "postgresql" else _by_cursor
    written = 0
    with pq.ParquetWriter(path, schema) as writer:
        for statement in statements:
            for table in _gathered(read(connection, statement, schema)):
                writer.write_table(table)
                written += table.num_rows
    return written


def _gathered(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield fewer, larger tables: each becomes a group of rows that an engine reads at once."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(each.num_rows for each in waiting) >= ROWS_IN_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def read_table(session: Session, statement: Statement, schema: pa.Schema) -> pa.Table:
    """Return the rows of a statement that selects few, such as those of one business."""
    rows = session.connection().execute(statement).all()
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [() for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _spelled_out(connection: Connection, statement: Statement) -> str:
    """Return the statement with its values in it: COPY takes no parameters.

    The values are days, instants and own identifiers, never what a person typed.
    """
    return str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))


def _by_cursor(connection: Connection, statement: Statement, schema: pa.Schema) -> Iterator[pa.Table]:
    """Read by the driver's own cursor: the mapper's row types would cost more than the query."""
    cursor = connection.connection.cursor()
    cursor.execute(_spelled_out(connection, statement))
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        columns = zip(*rows, strict=True)
        yield pa.Table.from_arrays(
            [_column(values, field.type) for values, field in zip(columns, schema, strict=True)],
            schema=schema,
        )
    cursor.close()


def _column(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):  # SQLite keeps a date as its ISO text
        return pc.cast(pa.array(values, pa.string()), kind)
    return pa.array(values, kind)


def _by_copy(connection: Connection, statement: Statement, schema: pa.Schema) -> Iterator[pa.Table]:
    copying = f"COPY ({_spelled_out(connection, statement)}) TO STDOUT (FORMAT csv)"
    cursor: Any = connection.connection.cursor()
    gathered = bytearray()
    with cursor, cursor.copy(copying) as blocks:
        for block in blocks:
            gathered += block  # the server sends whole rows
            if len(gathered) >= BYTES_AT_ONCE:
                yield _parsed(gathered, schema)
                gathered = bytearray()
    if gathered:
        yield _parsed(gathered, schema)


def _parsed(lines: bytearray, schema: pa.Schema) -> pa.Table:
    read = pyarrow.csv.read_csv(
        io.BytesIO(lines),
        read_options=pyarrow.csv.ReadOptions(column_names=schema.names),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    return pa.Table.from_arrays(read.columns, schema=schema)
