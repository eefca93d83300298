"""Move SQLite's write-ahead logs into the database files, and empty them.

Connections do not checkpoint by themselves; only the one holder of the folder does, here. It does so
whenever there is something to move: what was destroyed in a database stands in its log, and in the
file below it, until then. Only for a log that has grown may readers be waited for.
"""

from pathlib import Path

from sqlalchemy import Engine

from jobs.running import Plant
from registry.store.engine import checkpoint

GROWN_BYTES = 8_388_608


def run(plant: Plant) -> str:
    """Checkpoint registry and reports; return the sizes of their logs before, in words for the log."""
    return f"wal={_moved(plant.engine)} reports={_moved(plant.reports.engine)}"


def _moved(engine: Engine) -> int | str:
    database = engine.url.database
    if engine.dialect.name != "sqlite" or database is None:
        return "none"
    log = Path(f"{database}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size:
        checkpoint(engine, patient=size > GROWN_BYTES)
    return size
