"""Publish the lists whose regime names this day, or named one on which nothing ran."""

from datetime import date, timedelta

from jobs.running import Plant, last_finished
from registry.calendar import legal_day
from registry.publication.editions import prepare_edition
from registry.rulebook import ListRegime
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Prepare an edition of each list that is due today and return how many, in words for the log."""
    written = 0
    last = last_finished(plant.engine, "publish_due")
    for regime in plant.rulebook().rows(ListRegime):
        with writing(plant.engine) as session:
            work = plant.work(session, "publish_due")
            since = legal_day(last) if last else work.today - timedelta(days=1)
            if not (in_force(regime, work.today) and fell_due(regime.published_on, since, work.today)):
                continue
            outcome = prepare_edition(work, regime.code, regime.jurisdiction.ljust(6, "0"))
            written += outcome.what == "created"
    return f"editions={written}"


def in_force(regime: ListRegime, on: date) -> bool:
    """Say whether a list exists in law on a day."""
    return regime.in_force_from <= on and (regime.in_force_to is None or on < regime.in_force_to)


def fell_due(schedule: str, since: date, until: date) -> bool:
    """Say whether a schedule names the day `until`, or one after `since` that went by unused."""
    days = max((until - since).days, 1)
    return any(is_due(schedule, until - timedelta(days=n)) for n in range(days))


def is_due(schedule: str, on: date) -> bool:
    """Say whether a schedule of the rulebook (`daily`, `weekly:1`, `monthly:5`) names the day."""
    rhythm, _, day = schedule.partition(":")
    return (
        rhythm == "daily"
        or (rhythm == "weekly" and on.isoweekday() == int(day))
        or (rhythm == "monthly" and on.day == int(day))
    )
