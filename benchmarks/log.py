"""Appends to the transparency log, signing, and proofs, beside bare inserts and pymerkle in the same run.

The floor of an append is one bare insert of the same cells into tables without an index, in
transactions of the same size; that of a proof is pymerkle's, whose tree lies in memory.

Run: `python -m benchmarks.log [LEAVES] [SINGLE]`.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree
from sqlalchemy import Engine, text
from sqlmodel import col, select

from registry.identifiers import new_id
from registry.log import checkpoints, leaves, proofs, tiles
from registry.log.canonical import canonical
from registry.log.events import PublicEvent
from registry.log.leaves import Effect
from registry.log.notes import Signer
from registry.log.tables import LogLeaf
from registry.store.engine import open_engine, reading, writing
from registry.store.migrate import upgrade

LEAVES, SINGLE, BATCH, PROOFS = 200_000, 500, 1000, 300
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)
TABLES = {
    "bare_leaf": 8,
    "bare_salt": 4,
    "bare_event": 9,
}  # as many columns as a leaf, its opening, its event


def main() -> None:
    """Print leaves a second, seconds, ratios to the floor and peak memory."""
    print(json.dumps(measure(*(int(argument) for argument in sys.argv[1:])), indent=2))


def measure(count: int = LEAVES, single: int = SINGLE) -> dict[str, float | int]:
    """Return the figures of a log of so many leaves, and of so many acts of one leaf each."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        engine = open_engine(f"sqlite:///{place / 'registry.sqlite3'}")
        upgrade(engine)
        with writing(engine) as session:
            leaves.begin(session)
        _bare_tables(engine)
        figures = {
            "leaves": count,
            **_appends(engine, count, BATCH, "batched"),
            **_appends(engine, single, 1, "single"),
            **_signing(engine, place),
            **_proofs(engine),
        }
        engine.dispose()
    return {**figures, "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def _effect(number: int) -> Effect:
    entry_id, business_id = new_id(), new_id()
    content = {"entry": entry_id, "regime": "henan_black", "state": "published", "step": str(number)}
    return Effect(
        "proposal.published", entry_id, content, PublicEvent("henan_black", "411502", entry_id, business_id)
    )


def _appends(engine: Engine, count: int, batch: int, name: str) -> dict[str, float]:
    """Time appends and bare inserts by turns, so that both meet the same state of the machine."""
    effects = [_effect(number) for number in range(count)]
    log, bare = [], []
    for start in range(0, count, batch):
        part = effects[start : start + batch]
        with _timed(log), writing(engine) as session:
            leaves.append(session, part, on=TODAY, office_code="AMR-411502", now=NOW)
        with _timed(bare), writing(engine) as session:
            for table, columns in TABLES.items():
                cells = [tuple(f"{one.subject_id}{n:06}" for n in range(columns)) for one in part]
                marks = ", ".join("?" * columns)
                session.connection().exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", cells)  # noqa: S608  # own names
    return {
        f"{name}_leaves_a_second": round(count / sum(log)),
        f"{name}_times_bare_insert": round(sum(log) / sum(bare), 2),
    }


def _signing(engine: Engine, folder: Path) -> dict[str, float]:
    """Time signing and releasing all that was appended, and one checkpoint that grew by one leaf."""
    signer = Signer("log.example", Ed25519PrivateKey.generate())
    whole: list[float] = []
    with _timed(whole):
        _sign_all(engine, folder, signer)
    steps: list[float] = []
    for number in range(50):
        with writing(engine) as session:
            leaves.append(session, [_effect(number)], on=TODAY, office_code="AMR", now=NOW)
        with _timed(steps):
            _sign_all(engine, folder, signer)
    return {
        "sign_and_release_all_seconds": round(whole[0], 2),
        "checkpoint_after_one_act_ms": round(statistics.median(steps) * 1000, 2),
    }


def _sign_all(engine: Engine, folder: Path, signer: Signer) -> None:
    signed: object = True
    while signed:
        with writing(engine) as session:
            signed = checkpoints.sign(session, signer, NOW)
        tiles.release(engine, folder)


def _proofs(engine: Engine) -> dict[str, float]:
    """Time proofs for random leaves of the whole tree, each in a session of its own as a request has."""
    tree, chance = InmemoryTree(algorithm="sha256"), Random(1)
    with reading(engine) as session:
        for row in session.exec(select(LogLeaf).order_by(col(LogLeaf.seq)).execution_options(yield_per=1000)):
            tree.append_entry(canonical(tiles.public_leaf(row)))
    size = tree.get_size()
    at = [chance.randrange(1, size) for _ in range(PROOFS)]

    def included(index: int) -> None:
        with reading(engine) as session:
            leaf = session.exec(select(LogLeaf).where(LogLeaf.seq == index)).one()
            proofs.inclusion(session, leaf, size)

    def consistent(old: int) -> None:
        with reading(engine) as session:
            proofs.consistency(session, old, size)

    ours, grown = _medians(included, at), _medians(consistent, at)
    peer = _medians(lambda index: tree.prove_inclusion(index + 1, size), at)
    return {
        "inclusion_proof_cpu_ms": round(ours * 1000, 3),
        "inclusion_times_pymerkle": round(ours / peer, 2),
        "consistency_proof_cpu_ms": round(grown * 1000, 3),
    }


def _medians(act: Callable[[int], object], at: list[int]) -> float:
    """Return seconds of processor time: a proof waits for nothing, but other work on the machine."""
    took: list[float] = []
    for one in at:
        begun = time.process_time()
        act(one)
        took.append(time.process_time() - begun)
    return statistics.median(took)


@contextmanager
def _timed(into: list[float]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    into.append(time.perf_counter() - begun)


def _bare_tables(engine: Engine) -> None:
    with writing(engine) as session:
        for table, columns in TABLES.items():
            names = ", ".join(f"c{n} TEXT" for n in range(columns))
            session.connection().execute(text(f"CREATE TABLE {table} ({names})"))


if __name__ == "__main__":
    main()
