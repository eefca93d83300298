"""The score of a million businesses, beside a bare group-by over the same Parquet in the same run.

The floor adds up one column by business and does nothing else. Extraction, a full run that writes
every score, the night after, and one explanation are timed apart, on a smaller SQLite database.

Run: `python -m benchmarks.score [BUSINESSES] [FACTS] [RUNS]`.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import duckdb
from sqlalchemy import Engine, insert

from registry.businesses.tables import Business, BusinessVersion
from registry.founding import Found, found, job_actor
from registry.pledges.tables import Pledge
from registry.rulebook import Rulebook, load_rulebook
from registry.scoring.commands import score_run
from registry.scoring.engines import Room, duckdb_over, level_sql
from registry.scoring.explain import explain
from registry.scoring.params import law_on, params_of
from registry.scoring.runs import Moment, Scope, extract
from registry.store.engine import open_engine, reading, writing
from registry.store.migrate import upgrade
from registry.violations.tables import PenaltyDecision, Violation

BUSINESSES, FACTS, RUNS = 1_000_000, 5_000_000, 5
ON_RECORD = 200_000
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)
REGIONS = ("411502", "411503", "110101", "330225", "150203", "130102", "440305", "510104")
KINDS = ("violation.M43", "violation.M46", "violation.M48", "pledge", "pledge.broken", "designation")
DAYS = 1_200  # a little more than the window, so that some facts have left it
ROOM = Room(memory_mib=2_048, threads=2)
BARE = "SELECT business_id, sum(quantity) AS total FROM facts GROUP BY business_id"


def main() -> None:
    """Print seconds, peak memory and the ratio to the floor, medians of the runs."""
    given = [int(argument) for argument in sys.argv[1:]]
    print(json.dumps(measure(*given), indent=2))


def measure(businesses: int = BUSINESSES, facts: int = FACTS, runs: int = RUNS) -> dict[str, float | int]:
    """Return the figures of a score of so many businesses, and of a run over a smaller database."""
    with tempfile.TemporaryDirectory() as folder:
        files = _apart(_make, Path(folder), businesses, facts)
        of_all = _apart(_expression, files, runs)
    return {
        "businesses": businesses,
        "facts": facts,
        "runs": runs,
        **of_all,
        **_apart(_database, min(ON_RECORD, businesses)),
    }


def _apart(work: Callable[..., Any], *given: object) -> Any:
    """Do the work in a process of its own, so that peak memory is of this work alone."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _expression(files: dict[str, Path], runs: int) -> dict[str, float | int]:
    bare, scored = [], []
    with duckdb_over(files, ROOM) as connection:
        law = law_on(load_rulebook(), REGIONS, TODAY)
        for name, table in params_of(law).items():
            connection.register(name, table)
        scores = level_sql("scores", dimensions_capped=law.dimensions_capped)
        for _ in range(runs):
            bare.append(_timed(connection, "bare", BARE))
            scored.append(_timed(connection, "scored", scores))
        grades = connection.sql("SELECT grade, count(*) FROM scored GROUP BY grade ORDER BY grade")
        by_grade = {f"grade_{grade}": count for grade, count in grades.fetchall()}
    return {
        "score_seconds": round(statistics.median(scored), 3),
        "bare_group_by_seconds": round(statistics.median(bare), 3),
        "times_the_bare_group_by": round(statistics.median(scored) / statistics.median(bare), 2),
        "peak_rss_mib": _peak_rss_mib(),
        **by_grade,
    }


def _timed(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> float:
    begun = time.perf_counter()
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
    return time.perf_counter() - begun


def _make(folder: Path, businesses: int, facts: int) -> dict[str, Path]:
    """Write facts and businesses drawn by hash: the same on every run."""
    files = {name: folder / f"{name}.parquet" for name in ("businesses", "facts")}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE MACRO drawn(x, n) AS (hash(x) % n)::BIGINT")
        connection.execute("CREATE MACRO identifier(i) AS substr(md5(i::VARCHAR), 1, 26)")
        connection.execute(f"CREATE MACRO place(i) AS {list(REGIONS)}[1 + i % {len(REGIONS)}]")
        connection.execute(
            f"""CREATE VIEW made AS
            SELECT drawn(j, {businesses}) AS i, identifier('f' || j) AS fact_id,
                   {list(KINDS)}[1 + drawn(j * 7, {len(KINDS)})] AS kind,
                   DATE '{TODAY}' - drawn(j * 3, {DAYS})::INTEGER AS counts_from,
                   CASE WHEN drawn(j * 5, 10) = 0 THEN DATE '2026-06-01' ELSE DATE '9999-12-31' END
                       AS held_to,
                   1 + drawn(j * 11, 3) AS quantity
            FROM range({facts}) t(j)"""  # noqa: S608  # our own numbers
        )
        own = "identifier(i) AS business_id, place(i) AS region"
        written = {
            "businesses": f"SELECT {own} FROM range({businesses}) t(i)",  # noqa: S608
            "facts": f"SELECT {own}, * EXCLUDE (i) FROM made",  # noqa: S608
        }
        for name, query in written.items():
            connection.execute(f"COPY ({query}) TO '{files[name]}'")
    return files


def _database(businesses: int) -> dict[str, float | int]:
    rulebook = load_rulebook()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/bench.sqlite3")
        upgrade(engine)
        recorded = _record(engine, businesses, rulebook)
        room = Room(Path(folder), ROOM.memory_mib, ROOM.threads)
        begun = time.perf_counter()
        with reading(engine) as session:
            extract(session, Scope(None, None, (), None), Moment(TODAY, NOW), Path(folder), _silent)
        extracted = time.perf_counter() - begun
        first = _run(engine, rulebook, NOW, room)
        night = _run(engine, rulebook, NOW + timedelta(days=1), room)
        return {
            "on_record_businesses": businesses,
            "on_record_facts": recorded,
            "extraction_facts_per_second": round(recorded / extracted),
            "first_run_seconds": round(first[0], 2),
            "next_night_seconds": round(night[0], 2),
            "next_night_scored": night[1],
            "explain_milliseconds": round(1000 * _explained(engine, rulebook), 1),
            "database_peak_rss_mib": _peak_rss_mib(),
        }


def _silent(_step: str, _rows: int) -> None:
    """Show nothing."""


def _run(engine: Engine, rulebook: Rulebook, now: datetime, room: Room) -> tuple[float, int]:
    begun = time.perf_counter()
    summary = score_run(engine, rulebook, now=now, actor=job_actor("bench"), room=room)
    return time.perf_counter() - begun, summary.scored


def _explained(engine: Engine, rulebook: Rulebook) -> float:
    """Return the median seconds of an explanation, the first one aside."""
    taken = []
    with reading(engine) as session:
        for number in range(51):
            begun = time.perf_counter()
            explain(session, f"b{number * 97:025}", TODAY, NOW, rulebook)
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def _record(engine: Engine, businesses: int, rulebook: Rulebook) -> int:
    """Write businesses with five facts each, as the commands would leave them; return the facts."""
    with writing(engine) as session:
        office = Found(
            office_code="SAMR",
            office_name="SAMR",
            region="000000",
            level="nation",
            administrator="admin",
            administrator_name="admin",
        )
        found(session, office, NOW - timedelta(days=DAYS), rulebook)
        connection = session.connection()
        for table, rows in _rows(businesses).items():
            while batch := list(islice(rows, 20_000)):
                connection.execute(insert(table), batch)
    return businesses * 5


def _rows(businesses: int) -> dict[type, Iterator[dict[str, object]]]:
    ids = [f"b{number:025}" for number in range(businesses)]
    return {
        Business: ({"id": one, "standing": "named", **_AT} for one in ids),
        BusinessVersion: (
            {"business_id": one, **_AT, **_FIRST, "kind": "enterprise", "region": region, "status": "open"}
            for number, one in enumerate(ids)
            for region in (REGIONS[number % len(REGIONS)],)
        ),
        Pledge: (_pledge(*one) for one in _days(ids, 3)),
        PenaltyDecision: (_decision(*one) for one in _days(ids, 2)),
        Violation: (_violation(*one) for one in _days(ids, 2)),
    }


_AT = {"recorded_at": NOW - timedelta(days=1)}
_FIRST = {"version": 1}


def _pledge(one: str, number: int, day: date) -> dict[str, object]:
    return {
        **_AT,
        **_FIRST,
        "pledge_id": f"p{number}{one[1:]}",
        "business_id": one,
        "matter": "fuel",
        "held_from_on": day,
        "pledged_precision": "day",
        "receiving_office": "SAMR",
    }


def _decision(one: str, number: int, day: date) -> dict[str, object]:
    return {
        **_AT,
        **_FIRST,
        "decision_id": f"n{number}{one[1:]}",
        "authority": "SAMR",
        "authority_key": "411502:samr",
        "region": "411502",
        "decided_on": day,
        "decided_precision": "day",
        "procedure": "ordinary",
        "penalties": ["fine"],
        "standing": "in_force",
    }


def _violation(one: str, number: int, _: date) -> dict[str, object]:
    return {
        **_AT,
        **_FIRST,
        "violation_id": f"v{number}{one[1:]}",
        "decision_id": f"n{number}{one[1:]}",
        "business_id": one,
        "conduct_code": "x",
        "type_code": "M43",
        "type_codes": ["M43"],
        "quantity": 1,
        "found_precision": "unknown",
    }


def _days(ids: list[str], each: int) -> Iterator[tuple[str, int, date]]:
    """Yield for each business some facts with days drawn from a fixed seed."""
    draw = Random(each)
    for one in ids:
        for number in range(each):
            yield one, number, TODAY - timedelta(days=draw.randrange(DAYS))


def _peak_rss_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
