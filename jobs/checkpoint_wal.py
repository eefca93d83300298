"""Move SQLite's write-ahead log into the database file once it has grown.

Connections do not checkpoint by themselves; only the one holder of the folder does, here.
"""

from pathlib import Path

from jobs.running import Plant
from registry.store.engine import checkpoint

GROWN_BYTES = 8_388_608


def run(plant: Plant) -> str:
    """Checkpoint if the log has grown and return its size before, in words for the log."""
    database = plant.engine.url.database
    if plant.engine.dialect.name != "sqlite" or database is None:
        return "wal=none"
    log = Path(f"{database}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > GROWN_BYTES:
        checkpoint(plant.engine)
    return f"wal={size}"
