"""Blank who complained once the term of keeping is over."""

from jobs.running import Plant
from registry.complaints.commands import blank_complaints
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Blank what is due, and return how much, in words for the log."""
    with writing(plant.engine) as session:
        return f"blanked={blank_complaints(plant.work(session, 'forget_complaints'))}"
