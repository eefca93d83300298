"""Forget public events whose term is over; who reads on from before them is told so."""

from jobs.running import Plant
from registry.publication.events import forget_events
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Forget what is old enough and return how many, in words for the log."""
    with writing(plant.engine) as session:
        return f"forgotten={forget_events(session, plant.rulebook(), plant.now())}"
