"""Blank who complained once the term of keeping is over, and let rewards lapse that nobody claimed."""

from jobs.running import Plant
from registry.complaints.commands import blank_complaints
from registry.rewards.commands import waive_unclaimed
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Blank and let lapse what is due, and return how much, in words for the log."""
    with writing(plant.engine) as session:
        work = plant.work(session, "forget_complaints")
        return f"blanked={blank_complaints(work)} waived={waive_unclaimed(work)}"
