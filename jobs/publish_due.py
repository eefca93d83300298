"""Publish the lists whose regime names this day."""

from datetime import date

from jobs.running import Plant
from registry.publication.editions import prepare_edition
from registry.rulebook import ListRegime
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Prepare an edition of each list that is due today and return how many, in words for the log."""
    written = 0
    for regime in plant.rulebook().rows(ListRegime):
        with writing(plant.engine) as session:
            work = plant.work(session, "publish_due")
            if not (in_force(regime, work.today) and is_due(regime.published_on, work.today)):
                continue
            outcome = prepare_edition(work, regime.code, regime.jurisdiction.ljust(6, "0"))
            written += outcome.what == "created"
    return f"editions={written}"


def in_force(regime: ListRegime, on: date) -> bool:
    """Say whether a list exists in law on a day."""
    return regime.in_force_from <= on and (regime.in_force_to is None or on < regime.in_force_to)


def is_due(schedule: str, on: date) -> bool:
    """Say whether a schedule of the rulebook (`daily`, `weekly:1`, `monthly:5`) names the day."""
    rhythm, _, day = schedule.partition(":")
    return (
        rhythm == "daily"
        or (rhythm == "weekly" and on.isoweekday() == int(day))
        or (rhythm == "monthly" and on.day == int(day))
    )
