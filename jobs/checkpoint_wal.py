"""Move SQLite's write-ahead log into the database file, and empty it.

Connections do not checkpoint by themselves; only the one holder of the folder does, here. It does so
whenever there is something to move: what was destroyed in the database stands in the log, and in the
file below it, until then. Only for a log that has grown may readers be waited for.
"""

from pathlib import Path

from jobs.running import Plant
from registry.store.engine import checkpoint

GROWN_BYTES = 8_388_608


def run(plant: Plant) -> str:
    """Checkpoint and return the size of the log before, in words for the log."""
    database = plant.engine.url.database
    if plant.engine.dialect.name != "sqlite" or database is None:
        return "wal=none"
    log = Path(f"{database}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size:
        checkpoint(plant.engine, patient=size > GROWN_BYTES)
    return f"wal={size}"
