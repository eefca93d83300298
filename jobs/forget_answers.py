"""Forget what has served: answers for retries, names tried in vain, requests for accounts, tried files."""

from api.acts import forget
from jobs.running import Plant
from registry.accounts import throttle
from registry.imports.uploads import forget_uploads
from registry.signups import commands as signups
from registry.store.engine import writing


def run(plant: Plant) -> str:
    """Forget what is old and return how many, in words for the log."""
    now = plant.now()
    files = forget_uploads(plant.settings.data_dir, now)
    with writing(plant.engine) as session:
        asked = signups.forget(session, now)
        tried = throttle.forget(session, now)
        return f"forgotten={forget(session, now)} tried={tried} sign_ups={asked} uploads={files}"
