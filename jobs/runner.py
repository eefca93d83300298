"""The clock: it asks what is due, claims each due run once, and goes on after a failure.

APScheduler only ticks; that a run is due, taken and done are rows of our own, so down-time loses
nothing and two workers do nothing twice.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, text

from jobs.running import Plant, claim, heard_of
from jobs.schedule import CONTINUOUS, DAILY, TICK_SECONDS

log = logging.getLogger("honest_metrology.jobs")
# a delivery longer than its interval is nothing to warn of: the next one takes what is left
logging.getLogger("apscheduler").setLevel(logging.ERROR)

LEADER_LOCK = 4_115_020  # the advisory lock of PostgreSQL that marks the one leader


def run_due(plant: Plant) -> list[str]:
    """Run every daily job whose latest due run nobody has taken; return their names."""
    done = []
    for job in DAILY:
        due_at = job.last_due(plant.now())
        claimed = claim(plant.engine, job.name, due_at, plant.now())
        if claimed is None:
            continue
        with heard_of(claimed, plant.now):
            outcome = job.run(plant)
        if claimed.finish(plant.now(), outcome):
            log.info("%s: %s", job.name, outcome)
            done.append(job.name)
    return done


@contextmanager
def running(plant: Plant) -> Iterator[None]:
    """Keep the clock ticking as long as the context lasts."""
    scheduler = BackgroundScheduler(timezone="UTC")
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    for name, run, seconds in CONTINUOUS:
        scheduler.add_job(run, "interval", args=[plant], seconds=seconds, id=name, **options)
    # what is due is begun at once, and by one thread: a long run is no reason to begin it again
    at_once = {"next_run_time": plant.now()}
    scheduler.add_job(run_due, "interval", args=[plant], seconds=TICK_SECONDS, id="due", **at_once, **options)
    scheduler.start()
    try:
        yield
    finally:
        plant.index.let_go()  # a search server may take an hour for a large write
        scheduler.shutdown(wait=True)


@contextmanager
def leading(engine: Engine) -> Iterator[bool]:
    """Say whether this process leads the jobs on PostgreSQL; a dead leader's lock is free at once."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield bool(
            connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}).scalar()
        )
