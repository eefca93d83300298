"""Forget what is kept for a day only: answers for retries, and names that were tried in vain."""

from api.acts import forget
from jobs.running import Plant
from registry.accounts import throttle
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Forget what is older than a day and return how many, in words for the log."""
    now = plant.now()
    with writing(plant.engine) as session:
        return f"forgotten={forget(session, now)} tried={throttle.forget(session, now)}"
