"""Look again at records that waited for a rule: an office may have set it since."""

from jobs.running import Plant
from registry.store.engine import writing
from registry.violations.commands import reclassify_incomplete


def run(plant: Plant) -> str:
    """Class incomplete violations under the law that is now known; return how many, for the log."""
    with writing(plant.engine) as session:
        changed = reclassify_incomplete(plant.work(session, "reclassify"), "")
    return f"reclassified={changed}"
