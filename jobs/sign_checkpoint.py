"""Sign the transparency log as it has grown, and release checkpoint and tiles.

Signed and committed first, released second: whatever a crash interrupts, the next run goes on from,
and no root is ever signed twice for one size.
"""

from jobs.running import Plant
from registry.log import checkpoints, notes, tiles
from registry.log.tables import LogCheckpoint
from registry.store.engine import reading, writing


def run(plant: Plant) -> str:
    """Sign and release until all leaves are covered, and return how many, in words for the log."""
    grown = tiles.release(plant.engine, plant.settings.data_dir)  # what a crash left signed, unreleased
    while _sign(plant) is not None:
        grown += tiles.release(plant.engine, plant.settings.data_dir)
    return f"leaves={grown}"


def _sign(plant: Plant) -> LogCheckpoint | None:
    with reading(plant.engine) as session:
        if not checkpoints.behind(session):  # an idle log opens no write transaction
            return None
    signer = notes.load(plant.settings.data_dir, plant.settings.origin)
    with writing(plant.engine) as session:
        tiles.refuse_rolled_back(session, plant.settings.data_dir)
        return checkpoints.sign(session, signer, plant.now())
