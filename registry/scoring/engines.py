"""Running the score expression: DuckDB over Parquet for all, over tables in memory for one business."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import gettempdir

import duckdb
import ibis
import pyarrow as pa

from registry.rulebook import Rulebook
from registry.scoring.expression import Levels, score_expression
from registry.scoring.params import law_on, params_of


@dataclass(frozen=True)
class Room:
    """What a run may use; it never changes a result.

    Attributes:
        folder: Existing folder for extracts and for what does not fit into memory; None: the
            system's folder for such files.
        memory_mib: Bound of the engine's own memory.
        threads: At least one.
        rows: Scores that it writes in one transaction.
    """

    folder: Path | None = None
    memory_mib: int = 2048
    threads: int = 2
    rows: int = 10_000


# nothing is fetched from anywhere at run time
_CLOSED = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}

_CHANGES = """
CREATE TABLE computed AS SELECT business_id, points, grade FROM ({scores});
CREATE TABLE changes AS
SELECT coalesce(computed.business_id, before.business_id) AS business_id,
       before.version, computed.points, computed.grade
FROM computed FULL JOIN before ON computed.business_id = before.business_id
WHERE computed.points IS DISTINCT FROM before.points OR computed.grade IS DISTINCT FROM before.grade
"""


@cache
def level_sql(level: str, *, dimensions_capped: bool) -> str:
    """Return one level of the expression in DuckDB's words, with integers as 64-bit columns.

    Args:
        level: A field of `Levels`.
        dimensions_capped: As `Law.dimensions_capped` says.
    """
    expression = getattr(_levels(dimensions_capped), level)
    columns = ", ".join(
        f'CAST("{name}" AS BIGINT) AS "{name}"' if kind.is_integer() else f'"{name}"'
        for name, kind in expression.schema().items()
    )  # DuckDB sums into 128 bits, which Arrow would carry as a decimal
    return f"SELECT {columns} FROM ({ibis.to_sql(expression, dialect='duckdb')})"  # noqa: S608  # our own


@cache
def _levels(dimensions_capped: bool) -> Levels:
    return score_expression(dimensions_capped=dimensions_capped)


def scores_under(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, on: date) -> str:
    """Return the query of all scores under a rulebook on a day.

    Args:
        connection: Holds businesses and facts; the law of that day takes the place of any before it.
        rulebook: Whose law is applied.
        on: Legal day.
    """
    regions = connection.sql("SELECT DISTINCT region FROM businesses ORDER BY region").fetchall()
    law = law_on(rulebook, (region for (region,) in regions), on)
    for name, table in params_of(law).items():
        connection.register(name, table)
    return level_sql("scores", dimensions_capped=law.dimensions_capped)


def compute_changes(connection: duckdb.DuckDBPyConnection, scores: str) -> None:
    """Fill the tables `computed`, and `changes` for what differs from the scores in `before`.

    A change without points is of a business that no longer has a score.

    Args:
        connection: Holds the tables of the expression.
        scores: The level `scores`, see `level_sql`.
    """
    connection.execute(_CHANGES.format(scores=scores))


@contextmanager
def duckdb_over(files: Mapping[str, Path], room: Room) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB with Parquet files as its tables, within bounds.

    Args:
        files: By the name of the table.
        room: Bounds of the run.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        **_CLOSED,
        "preserve_insertion_order": False,
        "threads": room.threads,
        "memory_limit": f"{room.memory_mib}MiB",
        "temp_directory": str(Path(room.folder or gettempdir()) / "spill"),
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("SET enable_progress_bar = false")  # whoever runs it shows progress in its own way
        for name, path in files.items():
            connection.read_parquet(str(path)).create_view(name)
        yield connection


@contextmanager
def duckdb_in_memory(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB with the few rows of one business as its tables.

    Threads share the engine, because starting one costs more than the question; each has its own
    tables.
    """
    with _shared().cursor() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        yield connection


@cache
def _shared() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={**_CLOSED, "threads": 1})
