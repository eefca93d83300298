"""What the steps of `million` stand beside: the same cells inserted bare, and a bare group-by."""

import csv
import resource
import statistics
import tempfile
import time
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks.score import BARE, ROOM
from registry.calendar import legal_day
from registry.identifiers import new_id
from registry.rulebook import load_rulebook
from registry.scoring.engines import duckdb_over, scores_under
from registry.scoring.runs import Moment, Scope, extract
from registry.settings import read_settings
from registry.store.engine import open_engine, reading

AT_ONCE = 20_000
RUNS = 3


def inserted(data: Path, path: Path) -> float:
    """Return the seconds in which the cells of a CSV go into a table without index or rule.

    PostgreSQL, if `HM_DATABASE_URL` names one, takes them by COPY; SQLite by executemany.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        settings = read_settings(data_dir=data)
        own = f"sqlite:///{folder}/bare.sqlite3"
        engine = open_engine(own if settings.on_sqlite else settings.database)
        begun = time.perf_counter()
        copied(engine, path) if engine.dialect.name == "postgresql" else _executed(engine, path)
        seconds = time.perf_counter() - begun
        engine.dispose()
    return seconds


def copied(engine: Engine, path: Path) -> None:
    """Take a CSV into a fresh table of PostgreSQL by COPY, and drop the table."""
    connection: Any = engine.raw_connection()
    cursor = connection.cursor()
    with path.open("rb") as file:
        columns = ", ".join(f'"{name}" text' for name in file.readline().decode().strip().split(","))
        cursor.execute(f"CREATE TABLE bare ({columns})")
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy:
            while part := file.read(1 << 20):
                copy.write(part)
    connection.commit()
    cursor.execute("DROP TABLE bare")
    connection.commit()
    connection.close()


def _executed(engine: Engine, path: Path) -> None:
    connection = engine.raw_connection()
    cursor = connection.cursor()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        cursor.execute(f"CREATE TABLE bare (id TEXT PRIMARY KEY, {', '.join(names)})")
        marks = ", ".join("?" * (len(names) + 1))
        while batch := [(new_id(), *row) for row in islice(rows, AT_ONCE)]:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(f"INSERT INTO bare VALUES ({marks})", batch)  # noqa: S608  # our own names
            cursor.execute("COMMIT")
    connection.close()


def scored(data: Path) -> dict[str, float | int]:
    """Return the seconds of the score and of a bare group-by over what this database holds."""
    engine = open_engine(read_settings(data_dir=data).database)
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(dir=data) as folder, reading(engine) as session:
        begun = time.perf_counter()
        everything = Scope(None, None, (), None)
        files = extract(session, everything, Moment(legal_day(now), now), Path(folder), lambda *_: None)
        extraction = round(time.perf_counter() - begun, 1)
        extracted = peak_rss_mib()
        figures = _expressed({name: files[name] for name in ("businesses", "facts")}, legal_day(now))
    engine.dispose()
    return {"extraction_seconds": extraction, "extraction_peak_rss_mib": extracted, **figures}


def _expressed(files: dict[str, Path], on: date) -> dict[str, float | int]:
    """Time the expression alone, and adding up one column by business, by turns."""
    taken: dict[str, list[float]] = {"score": [], "bare": []}
    with duckdb_over(files, ROOM) as connection:
        queries = {"score": scores_under(connection, load_rulebook(), on), "bare": BARE}
        for _ in range(RUNS):
            for name, query in queries.items():
                begun = time.perf_counter()
                connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
                taken[name].append(time.perf_counter() - begun)
        computed = connection.table("score").count("*").fetchall()[0][0]
        facts = connection.table("facts").count("*").fetchall()[0][0]
    score, bare = (statistics.median(some) for some in taken.values())
    return {
        "businesses": computed,
        "facts": facts,
        "score_seconds": round(score, 3),
        "bare_group_by_seconds": round(bare, 3),
        "times_the_bare_group_by": round(score / bare, 2),
        "peak_rss_mib": peak_rss_mib(),
    }


def peak_rss_mib() -> int:
    """Return the most memory that this process had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
