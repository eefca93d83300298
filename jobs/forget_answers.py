"""Forget the answers kept for retries that no client will send any more."""

from api.acts import forget
from jobs.running import Plant
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Forget what is older than a day and return how many, in words for the log."""
    with writing(plant.engine) as session:
        return f"forgotten={forget(session, plant.now())}"
