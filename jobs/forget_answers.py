"""Forget what has served: answers for retries, names that were tried in vain, old requests for accounts."""

from api.acts import forget
from jobs.running import Plant
from registry.accounts import throttle
from registry.signups import commands as signups
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Forget what is old and return how many, in words for the log."""
    now = plant.now()
    with writing(plant.engine) as session:
        asked = signups.forget(session, now)
        return f"forgotten={forget(session, now)} tried={throttle.forget(session, now)} sign_ups={asked}"
