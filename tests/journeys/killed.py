"""A process of the product that is killed at a chosen point, as a power cut would; run by the tests of kills.

    python -m tests.journeys.killed MODULE:FUNCTION before|after NTH WORDS…

WORDS are a command line, or the name of a job for one run of it.
"""

import functools
import importlib
import os
import signal
import sys
from typing import Any

from jobs import cli, deliver_outbox, process, sign_checkpoint
from registry.settings import read_settings

JOBS = {"deliver": deliver_outbox.run, "sign": sign_checkpoint.run}


def die_at(point: str, when: str, nth: int) -> None:
    """Make the nth call of a function end this process, before or after it acts."""
    module, _, path = point.partition(":")
    *owners, name = path.split(".")
    owner: Any = functools.reduce(getattr, owners, importlib.import_module(module))
    whole = getattr(owner, name)
    calls = 0

    @functools.wraps(whole)
    def dying(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = whole(*arguments, **more)
        if calls == nth and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, dying)


def act(words: list[str]) -> None:
    """Do what the words say."""
    if words[0] in JOBS:
        with process.plant(read_settings()) as plant:
            JOBS[words[0]](plant)
        return
    sys.argv = ["honest-metrology", *words]
    cli.main()


if __name__ == "__main__":
    die_at(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    act(sys.argv[4:])
