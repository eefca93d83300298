"""Runs written in parts: what others see and may do meanwhile, and what a kill or a second worker leaves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from registry.audit.tables import AuditEntry
from registry.errors import Conflict
from registry.scoring.engines import Room
from registry.scoring.queries import grade_histogram
from registry.scoring.tables import Score, ScoreRun
from registry.store.engine import reading, writing
from tests import given
from tests.scoring.histories import Author
from tests.scoring.rulebooks import LOCAL_LAW
from tests.scoring.telling import write
from tests.scoring.test_run import computed, count, on_record, run

NIGHT = datetime(2024, 1, 30, 18, tzinfo=UTC)
LATER = NIGHT + timedelta(days=400)
SMALL = Room(rows=7)


class Killed(BaseException):
    """Stands for a process that is gone."""


def at_part(number: int, do: Callable[[], object]) -> Callable[[str, int], None]:
    """Return a progress that does something once, after so many parts were written."""
    parts: list[int] = []

    def progress(step: str, rows: int) -> None:
        if step == "written":
            parts.append(rows)
            if len(parts) == number:
                do()

    return progress


def die() -> None:
    """End the process that runs."""
    raise Killed


def scored_once(engine: Engine) -> None:
    """Found a registry with a hundred histories, and score it."""
    given.registry(engine)
    write(engine, Author(11).stories(100))
    run(engine, NIGHT, rulebook=LOCAL_LAW)


def completed(engine: Engine) -> tuple[int, int]:
    """Return how many runs are completed, and how many of them the audit log knows."""
    with reading(engine) as session:
        runs = session.exec(select(ScoreRun).where(col(ScoreRun.completed_at).is_not(None))).all()
        acts = session.exec(select(AuditEntry).where(AuditEntry.act == "scores.computed")).all()
        return len(runs), len(acts)


def test_the_old_scores_are_read_until_the_last_part_is_written(engine: Engine) -> None:
    """Neither a score nor a count mixes two runs."""
    scored_once(engine)
    before = on_record(engine)
    with reading(engine) as session:
        grades = grade_histogram(session)
    seen = []

    def look(step: str, _rows: int) -> None:
        if step == "written":
            with reading(engine) as session:
                seen.append((on_record(engine) == before, grade_histogram(session) == grades))

    summary = run(engine, LATER, rulebook=LOCAL_LAW, room=SMALL, progress=look)
    assert seen == [(True, True)] * -(-summary.changed // SMALL.rows)
    assert len(seen) > 3
    assert on_record(engine) == computed(engine, LOCAL_LAW, summary.as_of_on, LATER) != before
    with reading(engine) as session:
        assert grade_histogram(session) == summary.grades


def test_others_write_between_two_parts(engine: Engine) -> None:
    """A run keeps no lock on the database from its first part to its last."""
    scored_once(engine)

    def record() -> None:
        with writing(engine) as session:
            given.business(given.work(session, now=LATER + timedelta(hours=1)), "浉河区王记水产店")

    run(engine, LATER, rulebook=LOCAL_LAW, room=SMALL, progress=at_part(2, record))
    night = LATER + timedelta(hours=2)
    run(engine, night, rulebook=LOCAL_LAW)
    assert on_record(engine) == computed(engine, LOCAL_LAW, night.date() + timedelta(days=1), night)


def test_a_first_run_that_was_killed_shows_nothing_and_the_next_one_everything(engine: Engine) -> None:
    """There is no score before a run was completed."""
    given.registry(engine)
    write(engine, Author(3).stories(30))
    with pytest.raises(Killed):
        run(engine, NIGHT, room=SMALL, progress=at_part(2, die))
    assert on_record(engine) == set()
    summary = run(engine, NIGHT)
    assert on_record(engine) == computed(engine, given.rulebook(), summary.as_of_on, NIGHT)


@pytest.mark.parametrize("part", [1, 3, 5])
def test_a_run_killed_between_its_parts_is_taken_over_by_the_next(engine: Engine, part: int) -> None:
    """Until then the old scores are read; afterwards all are as a full computation gives them."""
    scored_once(engine)
    before = on_record(engine)
    with pytest.raises(Killed):
        run(engine, LATER, rulebook=LOCAL_LAW, room=SMALL, progress=at_part(part, die))
    assert on_record(engine) == before
    night = LATER + timedelta(days=1)
    summary = run(engine, night, rulebook=LOCAL_LAW)
    assert on_record(engine) == computed(engine, LOCAL_LAW, summary.as_of_on, night)
    assert completed(engine) == (2, 2)
    with reading(engine) as session:
        assert count(session, ScoreRun) == 2


def test_nothing_stays_of_the_law_that_a_killed_run_knew(engine: Engine) -> None:
    """The next run knows the old law again, and has no other reason to look at anybody."""
    scored_once(engine)
    before = on_record(engine)
    with pytest.raises(Killed):
        run(engine, NIGHT + timedelta(minutes=1), room=SMALL, progress=at_part(4, die))
    run(engine, NIGHT + timedelta(minutes=2), rulebook=LOCAL_LAW)
    assert on_record(engine) == before
    with reading(engine) as session:
        current = session.exec(select(Score.rulebook_hash).where(col(Score.superseded_at).is_(None)))
        assert set(current) == {LOCAL_LAW.hash}


def test_a_run_that_another_worker_took_over_writes_no_further(engine: Engine) -> None:
    """It finds that everything was done, and completes nothing."""
    scored_once(engine)

    def take_over() -> None:
        run(engine, LATER, rulebook=LOCAL_LAW, room=SMALL)

    summary = run(engine, LATER, rulebook=LOCAL_LAW, room=SMALL, progress=at_part(3, take_over))
    assert summary.run_id is None
    assert completed(engine) == (2, 2)
    assert on_record(engine) == computed(engine, LOCAL_LAW, summary.as_of_on, LATER)


def test_two_workers_at_once_complete_one_run(engine: Engine) -> None:
    """Whoever writes second starts again, finds nothing to do, or gives way."""
    scored_once(engine)
    together = Barrier(2)

    def work(_number: int) -> str | None:
        def meet(step: str, _rows: int) -> None:
            if step == "computed" and not together.broken:
                together.wait(20) if not met else None
                met.append(step)

        met: list[str] = []
        try:
            return run(engine, LATER, rulebook=LOCAL_LAW, room=SMALL, progress=meet).run_id
        except Conflict as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(work, range(2)))
    assert len({None, "score.overtaken"} & set(ends)) == 1, ends
    assert completed(engine) == (2, 2)
    night = LATER.date() + timedelta(days=1)
    assert on_record(engine) == computed(engine, LOCAL_LAW, night, LATER)
