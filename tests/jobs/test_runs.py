"""A due run is a row: claimed by one, taken over from the dead, not lost while nothing ran."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from jobs import publish_due, runner
from jobs.publish_due import fell_due, is_due
from jobs.running import LEASE, claim, heard_of, last_finished
from jobs.schedule import DAILY, Daily
from registry.store.engine import open_engine, reading
from registry.store.tables import ScheduledRun
from tests import given
from tests.jobs.conftest import Works

DUE = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)


def test_of_many_claimants_one_gets_the_run(engine: Engine) -> None:
    at_once = threading.Barrier(4)
    got: list[bool] = []

    def take() -> None:
        at_once.wait()
        got.append(claim(engine, "nightly_score", DUE, given.NOW) is not None)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_a_run_whose_process_died_is_taken_over_once_after_its_lease(engine: Engine) -> None:
    assert claim(engine, "nightly_score", DUE, given.NOW)
    assert not claim(engine, "nightly_score", DUE, given.NOW + LEASE)
    later = given.NOW + LEASE + timedelta(seconds=1)
    assert claim(engine, "nightly_score", DUE, later)
    assert not claim(engine, "nightly_score", DUE, later)


def test_a_long_run_that_lets_itself_be_heard_of_is_left_to_its_process(engine: Engine) -> None:
    claimed = claim(engine, "nightly_score", DUE, given.NOW)
    assert claimed
    now = given.NOW
    for _ in range(20):
        now += LEASE
        assert not claim(engine, "nightly_score", DUE, now)
        assert claimed.renew(now)
    assert claimed.finish(now, "scored=0")


def test_who_lost_a_run_neither_renews_nor_finishes_it(engine: Engine) -> None:
    slow = claim(engine, "nightly_score", DUE, given.NOW)
    later = given.NOW + LEASE + timedelta(seconds=1)
    other = claim(engine, "nightly_score", DUE, later)
    assert slow
    assert other
    assert not slow.renew(later)
    assert not slow.finish(later, "by the slow one")
    assert last_finished(engine, "nightly_score") is None
    assert other.finish(later, "by the other")


def test_a_running_job_is_heard_of_without_its_doing(engine: Engine) -> None:
    claimed = claim(engine, "nightly_score", DUE, given.NOW)
    assert claimed
    renewed = threading.Event()
    later = given.NOW + timedelta(minutes=9)

    def clock() -> datetime:
        renewed.set()
        return later

    with heard_of(claimed, clock, beat=0):
        assert renewed.wait(60)
    assert not claim(engine, "nightly_score", DUE, given.NOW + LEASE + timedelta(minutes=8))
    assert claimed.finish(later, "scored=0")


def test_a_run_that_ended_is_never_taken_again(engine: Engine) -> None:
    claimed = claim(engine, "nightly_score", DUE, given.NOW)
    assert claimed
    assert last_finished(engine, "nightly_score") is None
    assert claimed.finish(given.NOW, "scored=0")
    assert not claimed.finish(given.NOW, "scored=1")
    assert not claim(engine, "nightly_score", DUE, given.NOW + 10 * LEASE)
    assert last_finished(engine, "nightly_score") == DUE
    assert last_finished(engine, "publish_due") is None


def test_after_down_time_each_job_runs_once_for_what_it_missed(works: Works) -> None:
    names = [job.name for job in DAILY]
    assert runner.run_due(works.plant) == names
    assert runner.run_due(works.plant) == []
    works.pass_days(9)
    assert runner.run_due(works.plant) == names
    assert runner.run_due(works.plant) == []
    with reading(works.plant.engine) as session:
        runs = session.exec(select(ScheduledRun)).all()
    assert len(runs) == 2 * len(names)
    assert all(run.finished_at is not None and run.outcome for run in runs)


def test_a_job_is_due_from_its_hour_in_shanghai_on(works: Works) -> None:
    six = Daily("publish_due", time(6, 0), publish_due.run)
    assert six.last_due(datetime(2026, 11, 19, 21, 59, tzinfo=UTC)) == datetime(2026, 11, 18, 22, tzinfo=UTC)
    assert six.last_due(datetime(2026, 11, 19, 22, 0, tzinfo=UTC)) == datetime(2026, 11, 19, 22, tzinfo=UTC)


def test_a_job_that_fails_keeps_the_others_from_nothing(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_plant: object) -> str:
        raise OSError("the disk is full")

    broken = (Daily("breaks", DAILY[0].at, fail), *DAILY)
    monkeypatch.setattr(runner, "DAILY", broken)
    with pytest.raises(OSError, match="full"):
        runner.run_due(works.plant)
    assert runner.run_due(works.plant) == [job.name for job in DAILY]


@pytest.mark.parametrize(
    ("schedule", "day", "due"),
    [
        ("daily", date(2026, 11, 20), True),
        ("weekly:5", date(2026, 11, 20), True),
        ("weekly:1", date(2026, 11, 20), False),
        ("monthly:5", date(2026, 11, 5), True),
        ("monthly:5", date(2026, 11, 20), False),
    ],
)
def test_a_schedule_names_its_days(schedule: str, day: date, *, due: bool) -> None:
    assert is_due(schedule, day) is due


def test_a_day_named_while_nothing_ran_is_made_up_for() -> None:
    assert fell_due("monthly:5", date(2026, 11, 3), date(2026, 11, 8))
    assert not fell_due("monthly:5", date(2026, 11, 5), date(2026, 11, 8))
    assert not fell_due("weekly:1", date(2026, 11, 17), date(2026, 11, 20))
    assert fell_due("daily", date(2026, 11, 20), date(2026, 11, 20))


def test_one_worker_leads_and_a_dead_leader_is_followed_at_once(postgres_engine: Engine) -> None:
    other = open_engine(postgres_engine.url.render_as_string(hide_password=False))
    with runner.leading(postgres_engine) as first:
        assert first
        with runner.leading(other) as second:
            assert not second
    postgres_engine.dispose()  # as the end of a process closes its connections
    with runner.leading(other) as second:
        assert second
    other.dispose()
