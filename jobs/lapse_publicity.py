"""End what has run out by law: entries at the end of their term, records at the end of publicity."""

from jobs.running import Plant
from registry.publication.suspension import suspend_blemished
from registry.publication.withdrawal import lapse_due
from registry.repair.effects import end_freed
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Withdraw what is past its last day or freed of its records, suspend blemished praise; say how many."""
    with writing(plant.engine) as session:
        work = plant.work(session, "lapse_publicity")
        withdrawn = lapse_due(work)
        freed = end_freed(work, None)
        suspended = suspend_blemished(work, plant.settings)
    return f"withdrawn={withdrawn} freed={freed} suspended={suspended}"
