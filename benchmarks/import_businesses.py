"""Import of businesses from CSV into SQLite, beside a bare executemany of the same rows in the same run.

Run: `python -m benchmarks.import_businesses [ROWS] [RUNS]`.
"""

import csv
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.merchants import Merchant, merchants
from jobs.process import collect_rarely
from registry.audit.work import Actor, Grant, Work
from registry.identifiers import new_id
from registry.imports.commands import import_file
from registry.imports.rows import Businesses
from registry.rulebook import load_rulebook
from registry.store.engine import open_engine, writing
from registry.store.migrate import upgrade

ROWS = 200_000
RUNS = 3
OFFICER = Actor("bench", "bench", "BENCH", (Grant("officer", ""),))


def main() -> None:
    """Print rows a second, peak memory and the ratio to the floor, medians of the runs."""
    collect_rarely()  # as the command line does
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    print(json.dumps(measure(count, runs), ensure_ascii=False, indent=2))


def measure(count: int = ROWS, runs: int = RUNS) -> dict[str, float | int]:
    """Return the figures of an import of so many rows."""
    timed: list[float] = []
    bare: list[float] = []
    again: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "businesses.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Merchant._fields)
            writer.writerows(merchants(count))
        for run in range(runs):
            engine = open_engine(f"sqlite:///{folder}/{run}.sqlite3")
            upgrade(engine)
            timed.append(_timed_import(engine, path, count))
            again.append(_timed_import(engine, path, 0))
            bare.append(_timed_floor(engine, path))
            engine.dispose()
    return {
        "rows": count,
        "runs": runs,
        "import_rows_per_second": round(count / statistics.median(timed)),
        "second_import_rows_per_second": round(count / statistics.median(again)),
        "bare_executemany_rows_per_second": round(count / statistics.median(bare)),
        "times_the_bare_executemany": round(statistics.median(timed) / statistics.median(bare), 2),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _timed_import(engine: Engine, path: Path, created: int) -> float:
    rulebook = load_rulebook()

    @contextmanager
    def transaction() -> Iterator[Work]:
        with writing(engine) as session:
            yield Work(session, OFFICER, datetime.now(UTC), rulebook)

    begun = time.perf_counter()
    report = import_file("businesses", path, transaction)
    taken = time.perf_counter() - begun
    assert report.created == created, (report.created, report.refused_by_reason)
    assert not report.refused, report.refused[0]
    return taken


def _timed_floor(engine: Engine, path: Path) -> float:
    """Insert the same cells into one table without index or rule, in as many transactions."""
    columns = ", ".join(Merchant._fields)
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE bare (id TEXT PRIMARY KEY, {columns})")
    marks = ", ".join("?" * (len(Merchant._fields) + 1))
    begun = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        while batch := [(new_id(), *row) for row in islice(rows, Businesses.at_once)]:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(f"INSERT INTO bare VALUES ({marks})", batch)  # noqa: S608  # our own names
            cursor.execute("COMMIT")
    taken = time.perf_counter() - begun
    connection.close()
    return taken


if __name__ == "__main__":
    main()
