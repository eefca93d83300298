"""An edition of many entries beside DuckDB writing the same three files from the same rows.

DuckDB holds the rows in memory and copies them out as NDJSON, CSV and Parquet; we read ours from the
database, check nothing twice, and hash each file. Drafting (reading the list, salting, the state
root) and the next edition, with a hundred entries withdrawn, are timed apart. Then the cost of a new
state root is set against the number of changed entries.

Run: `python -m benchmarks.edition [ENTRIES]`.
"""

import hashlib
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Engine, insert, text
from sqlmodel import Session

from registry.audit.work import Work
from registry.businesses.tables import Business, BusinessVersion
from registry.founding import Found, found, job_actor
from registry.lists.tables import ListEntry
from registry.publication import state
from registry.publication.editions import publish_edition, take_back
from registry.publication.files import build_files, edition_folder
from registry.publication.leaves import NOTHING
from registry.publication.signing import load_or_create
from registry.publication.state import Change, slot
from registry.publication.tables import Edition
from registry.publication.verify import verify_edition
from registry.rulebook import load_rulebook
from registry.store.engine import checkpoint, open_engine, reading, writing
from registry.store.migrate import upgrade

ENTRIES = 100_000
REGIME, REGION, PLACE = "henan_black", "410000", "411502"
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)
WITHDRAWN = 100
CHANGED = (1, 10, 100, 1_000, 10_000)
AT_ONCE = 20_000


def main() -> None:
    """Print seconds, peak memory and the ratio to DuckDB, then the cost of new state roots."""
    given = [int(argument) for argument in sys.argv[1:]]
    print(json.dumps(measure(*given), indent=2))


def measure(entries: int = ENTRIES) -> dict[str, Any]:
    """Return the figures for a list of so many entries."""
    with tempfile.TemporaryDirectory() as folder:
        ours = _apart(_published, Path(folder), entries)
        peer = _apart(_by_duckdb, Path(ours.pop("folder")), Path(folder))
    return {
        "entries": entries,
        **ours,
        **peer,
        "times_duckdb": round(ours["files_seconds"] / peer["duckdb_seconds"], 2),
        "state_root": _apart(_state_roots, entries),
    }


def _apart(work: Callable[..., Any], *given: object) -> Any:
    """Do the work in a process of its own, so that peak memory is of this work alone."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _published(folder: Path, entries: int) -> dict[str, Any]:
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    upgrade(engine)
    load_or_create(folder)
    _record(engine, entries)
    checkpoint(engine)
    with _lock_waits(engine) as waits:
        drafting, edition_id = _timed(lambda: _publish(engine))
    longest = max(waits, default=0.0)
    building, _ = _timed(lambda: build_files(engine, folder, edition_id))
    with reading(engine) as session:
        edition = session.get_one(Edition, edition_id)
    place = edition_folder(folder, edition) / "g1"
    verifying, problems = _timed(lambda: verify_edition(place))
    if problems:
        raise SystemExit(f"{problems[0]}")
    taking, _ = _timed(lambda: _withdraw(engine, entries))
    again, _ = _timed(lambda: _publish(engine))
    return {
        "draft_seconds": round(drafting, 1),
        "longest_wait_of_another_writer_seconds": round(longest, 2),
        "files_seconds": round(building, 1),
        "verify_seconds": round(verifying, 1),
        "withdraw_100_seconds": round(taking, 3),
        "next_edition_seconds": round(again, 1),
        "peak_rss_mib": _peak_rss_mib(),
        "folder": str(place),
    }


def _publish(engine: Engine) -> str:
    rulebook = load_rulebook()

    @contextmanager
    def acting() -> Iterator[Work]:
        with writing(engine) as session:
            yield Work(session, job_actor("bench"), NOW, rulebook)

    return str(publish_edition(acting, REGIME, REGION).id)


def _withdraw(engine: Engine, entries: int) -> None:
    """Blank what was published of a hundred entries, and end them."""
    ids = [f"e{number * (entries // WITHDRAWN):025}" for number in range(WITHDRAWN)]
    with writing(engine) as session:
        take_back(session, ids)
        session.connection().execute(
            text("UPDATE list_entry SET withdrawn_on = '2026-11-20' WHERE entry_id = :id"),
            [{"id": one} for one in ids],
        )


@contextmanager
def _lock_waits(engine: Engine) -> Iterator[list[float]]:
    """Take the write lock again and again meanwhile, and note how long each time it took to get it."""
    waits: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(0.05):
            waited, _ = _timed(lambda: _take_lock(engine))
            waits.append(waited)

    asking = threading.Thread(target=ask)
    asking.start()
    yield waits
    ended.set()
    asking.join()


def _take_lock(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("SELECT 1"))


def _by_duckdb(source: Path, folder: Path) -> dict[str, Any]:
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET threads = 1")
        connection.execute(f"CREATE TABLE rows AS FROM '{source / 'entries.parquet'}'")
        seconds, _ = _timed(
            lambda: [
                connection.execute(f"COPY rows TO '{folder / name}' ({options})")
                for name, options in (
                    ("entries.ndjson", "FORMAT json"),
                    ("entries.csv", "FORMAT csv, HEADER"),
                    ("entries.parquet", "FORMAT parquet, COMPRESSION gzip"),
                )
            ]
        )
    return {"duckdb_seconds": round(seconds, 2), "duckdb_peak_rss_mib": _peak_rss_mib()}


def _state_roots(entries: int) -> list[dict[str, float | int]]:
    """Return seconds and pages of a state root after so many entries were put in place of others."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'registry.sqlite3'}")
        upgrade(engine)
        leaves = [hashlib.sha256(number.to_bytes(8)).digest() for number in range(entries)]

        def changed(root: bytes, removed: list[bytes], added: list[bytes]) -> Change:
            with reading(engine) as session:
                made = Change(session, root, removed=removed, added=added)
            made.write(lambda: writing(engine))
            return made

        whole, first = _timed(lambda: changed(NOTHING, [], [slot(one, 1) for one in leaves]))
        figures: list[dict[str, float | int]] = [
            {"changed": entries, "seconds": round(whole, 3), "pages": len(first.pages)}
        ]
        for count in (count for count in CHANGED if count < entries):
            gone = leaves[:: entries // count][:count]
            come = [slot(hashlib.sha256(one).digest(), 2) for one in gone]
            seconds, made = _timed(lambda: changed(first.root, gone, come))  # noqa: B023  # called at once
            figures.append({"changed": count, "seconds": round(seconds, 4), "pages": len(made.pages)})
        reread, _ = _timed(lambda: _walked(engine, first.root))
        figures.append({"changed": 0, "seconds": round(reread, 3), "pages": 0})
    return figures


def _walked(engine: Engine, root: bytes) -> int:
    with reading(engine) as session:
        return sum(1 for _ in state.slots(session, root))


def _record(engine: Engine, entries: int) -> None:
    """Write businesses, each with an entry, as the commands would leave them."""
    with writing(engine) as session:
        office = Found(
            office_code="SAMR",
            office_name="SAMR",
            region="000000",
            level="nation",
            administrator="admin",
            administrator_name="admin",
        )
        found(session, office, NOW, load_rulebook())
        _insert(session, Business, ({"id": f"b{n:025}", "standing": "named", **_AT} for n in range(entries)))
        _insert(session, BusinessVersion, (_business(number) for number in range(entries)))
        _insert(session, ListEntry, (_entry(number) for number in range(entries)))


def _insert(session: Session, table: type, rows: Iterator[dict[str, object]]) -> None:
    while batch := list(islice(rows, AT_ONCE)):
        session.connection().execute(insert(table), batch)


_AT = {"recorded_at": NOW}


def _business(number: int) -> dict[str, object]:
    return {
        "business_id": f"b{number:025}",
        "version": 1,
        "name": f"浉河区第{number}计量器具经营部",
        "kind": "enterprise",
        "region": PLACE,
        "status": "open",
        **_AT,
    }


def _entry(number: int) -> dict[str, object]:
    return {
        "entry_id": f"e{number:025}",
        "version": 1,
        "regime": REGIME,
        "colour": "black",
        "region": PLACE,
        "business_id": f"b{number:025}",
        "state": "published",
        "ground": "使用作弊电子计量器具，少给消费者重量，拒不改正",
        "basis": "河南省社会信用条例 第二十八条、第三十二条",
        "measures": ["licensing_scrutiny", "more_inspections", "no_honours"],
        "persons_named": False,
        "listed_on": TODAY,
        "publish_from": TODAY,
        "publish_until": date(2029, 11, 20),
        **_AT,
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    done = work()
    return time.perf_counter() - begun, done


def _peak_rss_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
