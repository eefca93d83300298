"""Publish the lists whose regime names this day."""

from datetime import date

from jobs.running import Plant
from registry.publication import editions
from registry.rulebook import ListRegime
from registry.store.engine import reading, writing


def run(plant: Plant) -> str:
    """Prepare an edition of each list that is due today and return how many, in words for the log."""
    with reading(plant.engine) as session:
        work = plant.work(session, "publish_due")
        due = [
            (code, region)
            for region in editions.publishing_regions(session)
            for code, regime in plant.rulebook().in_force(ListRegime, region, work.today).items()
            if regime.jurisdiction == region and is_due(regime.published_on, work.today)
        ]
    for code, region in due:
        with writing(plant.engine) as session:
            editions.prepare_edition(plant.work(session, "publish_due"), code, region)
    return f"editions={len(due)}"


def is_due(schedule: str, on: date) -> bool:
    """Say whether a schedule of the rulebook (`daily`, `weekly:1`, `monthly:5`) names the day."""
    rhythm, _, day = schedule.partition(":")
    return (
        rhythm == "daily"
        or (rhythm == "weekly" and on.isoweekday() == int(day))
        or (rhythm == "monthly" and on.day == int(day))
    )
