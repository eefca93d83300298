"""What runs by the clock is written down where those who run it look."""

import re
from pathlib import Path

from jobs.schedule import CONTINUOUS, DAILY

JOBS = (Path(__file__).parents[2] / "docs/jobs.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", JOBS, re.MULTILINE))


def test_every_job_stands_in_the_documents_and_no_other() -> None:
    assert set(ROWS) == {job.name for job in DAILY} | {name for name, _run, _seconds in CONTINUOUS}


def test_the_documents_say_the_hour_of_every_daily_job() -> None:
    assert {job.name: ROWS[job.name] for job in DAILY} == {job.name: f"{job.at:%H:%M}" for job in DAILY}


def test_the_order_of_a_night_is_the_order_of_its_hours() -> None:
    assert [job.at for job in DAILY] == sorted(job.at for job in DAILY)
