"""End what has run out by law: entries at the end of their term, records at the end of publicity."""

from jobs.running import Plant
from registry.publication.withdrawal import lapse_due
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Withdraw every entry whose last day has passed, and return how many, in words for the log."""
    with writing(plant.engine) as session:
        work = plant.work(session, "lapse_publicity")
        withdrawn = lapse_due(work)
    return f"withdrawn={withdrawn}"
