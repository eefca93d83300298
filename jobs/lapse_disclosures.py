"""Delete what was sealed to somebody for a time that is over: who sent a report, its original files."""

from jobs.running import Plant
from registry.calendar import legal_day
from registry.reports.disclosure import lapse


def run(plant: Plant) -> str:
    """Delete the keys that open nothing any more; say how many."""
    with plant.reports.writing(legal_day(plant.now())) as vault:
        return f"keys={lapse(vault)}"
