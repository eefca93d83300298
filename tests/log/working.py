"""Processes that record acts and sign the log until they are killed, on either database.

    python -m tests.log.working URL FOLDER act|sign [MODULE:FUNCTION before|after NTH]
    python -m tests.log.working URL FOLDER storm KILLS

`act` records one act, `sign` runs the job once, both until the named call ends the process. `storm`
keeps writers and signers at work, kills one of them again and again, and lets another take its place.
"""

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from jobs import process, sign_checkpoint
from jobs.running import Plant
from registry.identifiers import new_id
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from tests import given
from tests.journeys.killed import die_at

PROCESSES, THREADS = 8, 8  # 64 writers
SIGNERS = 2
BETWEEN = 0.6  # seconds from one kill to the next on average
SPARED = 0.5  # how often a signer is killed for a writer: each must live long enough to sign at all
ACKNOWLEDGED = "acknowledged"


def act(engine: Engine) -> str:
    """Record that a new business pledged, and return the pledge."""
    with writing(engine) as session:
        work = given.work(session, "national", process.clock())
        return given.pledge(work, given.business(work, f"浉河区{new_id()}商行"))


def sign(engine: Engine, folder: Path) -> None:
    """Run the job that signs and releases."""
    url = engine.url.render_as_string(hide_password=False)
    settings = read_settings(data_dir=folder, database_url=url)
    sign_checkpoint.run(Plant(settings, engine, None, process.clock, given.rulebook))  # type: ignore[arg-type]


def write_on(url: str, folder: Path) -> None:
    """Write in many threads; what was committed is noted down as acknowledged."""
    engine = open_engine(url)
    note = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write() -> None:
        while True:
            try:
                pledge_id = act(engine)
            except DBAPIError:  # it waited too long for the others: nothing was acknowledged
                continue
            os.write(note, f"{pledge_id}\n".encode())

    for thread in [threading.Thread(target=write) for _ in range(THREADS)]:
        thread.start()


def sign_on(url: str, folder: Path) -> None:
    """Sign again and again."""
    engine = open_engine(url)
    while True:
        with suppress(DBAPIError):  # it waited too long for the others, as the job may; it tries again
            sign(engine, folder)
        time.sleep(0.02)


def storm(url: str, folder: Path, kills: int) -> None:
    """Kill writers and signers in their work, one at a time, and all at the end."""
    rng, forked = random.Random(kills), multiprocessing.get_context("fork")

    def begin(what: Callable[[str, Path], None]) -> BaseProcess:
        child = forked.Process(target=what, args=(url, folder), daemon=True)
        child.start()
        return child

    roles = [write_on] * PROCESSES + [sign_on] * SIGNERS
    working = [begin(role) for role in roles]
    for _ in range(kills):
        time.sleep(rng.uniform(0, 2 * BETWEEN))
        [place] = rng.choices(range(len(roles)), [SPARED if role is sign_on else 1 for role in roles])
        working[place].kill()
        working[place].join()
        assert working[place].exitcode == -signal.SIGKILL, "it ended by itself"
        working[place] = begin(roles[place])
    for child in working:
        child.kill()
        child.join()


def main(url: str, folder: Path, word: str, *more: str) -> None:
    """Do what the words say."""
    given.rulebook()
    if word == "storm":
        storm(url, folder, int(more[0]))
        return
    if more:
        die_at(more[0], more[1], int(more[2]))
    engine = open_engine(url)
    act(engine) if word == "act" else sign(engine, folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
