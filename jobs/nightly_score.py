"""Score again what changed, by facts or by the calendar."""

from jobs.running import Plant
from registry.founding import job_actor
from registry.scoring import commands as scoring


def run(plant: Plant) -> str:
    """Run the nightly score and return its figures, in words for the log."""
    summary = scoring.score_run(
        plant.engine, plant.rulebook(), now=plant.now(), actor=job_actor("nightly_score"), full=False
    )
    return f"scored={summary.scored} changed={summary.changed}"
