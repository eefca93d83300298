"""Look again at records that waited for a rule: an office may have set it since."""

from jobs.running import Plant
from registry.instruments.queries import open_to_law
from registry.instruments.verifying import count_anew
from registry.store.engine import writing
from registry.violations.commands import reclassify_incomplete


def run(plant: Plant) -> str:
    """Class violations and count verifications under the law that is now known.

    Returns:
        How many of each changed, for the log.
    """
    with writing(plant.engine) as session:
        work = plant.work(session, "reclassify")
        changed = reclassify_incomplete(work, "")
        counted = count_anew(work, open_to_law(session))
    return f"reclassified={changed} counted={counted}"
