"""Publish the lists whose regime names this day, or named one on which nothing ran."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from jobs.running import Plant, last_finished
from registry.audit.work import Work
from registry.calendar import legal_day
from registry.publication.editions import publish_edition
from registry.publication.retention import retire_editions
from registry.rulebook import ListRegime
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Prepare an edition of each list that is due today, retire old ones; return how many of each."""
    written = 0
    last = last_finished(plant.engine, "publish_due")
    today = legal_day(plant.now())
    since = legal_day(last) if last else today - timedelta(days=1)

    @contextmanager
    def acting() -> Iterator[Work]:
        with writing(plant.engine) as session:
            yield plant.work(session, "publish_due")

    for regime in plant.rulebook().rows(ListRegime):
        if in_force(regime, today) and fell_due(regime.published_on, since, today):
            outcome = publish_edition(acting, regime.code, regime.jurisdiction.ljust(6, "0"), today)
            written += outcome.what == "created"
    with writing(plant.engine) as session:
        retired = retire_editions(plant.work(session, "publish_due"))
    return f"editions={written} retired={retired}"


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
