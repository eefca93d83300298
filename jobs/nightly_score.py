"""Score again what changed, by facts or by the calendar.

In a process of its own, that ends with the run: what its engine takes is not held by who serves.
"""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context, parent_process
from threading import Thread

from jobs.running import Plant
from registry.founding import job_actor
from registry.overrides.queries import effective_rulebook
from registry.rulebook import load_rulebook
from registry.store.engine import open_engine, reading


def run(plant: Plant) -> str:
    """Run the nightly score and return its figures, in words for the log."""
    database = plant.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_undisturbed) as apart:
        return apart.submit(scored, database, plant.now()).result()


def scored(database: str, now: datetime) -> str:
    """Compute and record the scores of today.

    Args:
        database: Address of the database, with its password.
        now: Aware instant of the run.
    """
    from registry.scoring.commands import score_run  # noqa: PLC0415  # only this process has its engine

    engine = open_engine(database)
    try:
        with reading(engine) as session:
            rulebook = effective_rulebook(session, load_rulebook())
        summary = score_run(engine, rulebook, now=now, actor=job_actor("nightly_score"), full=False)
    finally:
        engine.dispose()
    return f"scored={summary.scored} changed={summary.changed}"


def _undisturbed() -> None:
    """Leave it to who serves when to end: it waits for the run, and who was killed leaves nothing running."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
