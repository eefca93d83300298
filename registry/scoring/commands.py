"""Scoring runs: the only writer of scores.

A run reads one snapshot, computes outside any transaction, and writes the scores that changed in
parts (`parts`), which nobody reads before the run is completed, with its audit entry. Killed before
that, it is taken over by the next run; overtaken by another worker, it starts again, so an older
snapshot never covers a newer one.
A score is internal: its change tells no consumer.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Engine
from sqlmodel import Session

from registry.audit.work import Actor, Work
from registry.calendar import legal_day
from registry.commands import Progress, silent
from registry.errors import Conflict, Malformed
from registry.rulebook import Rulebook
from registry.scoring import parts, queries
from registry.scoring.engines import Room, compute_changes, duckdb_over, scores_under
from registry.scoring.parts import Held, Overtaken, Run
from registry.scoring.runs import Moment, Scope, extract, scope_of
from registry.store.engine import reading, writing

ATTEMPTS = 3
TEN_POINTS = 1_000
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class ScoreRunSummary:
    """What a run did.

    Attributes:
        run_id: None where nothing had to be computed, so that nothing was written.
        scored: Businesses computed.
        changed: Of these, those with other points or another grade, or now without a score.
        grades: Businesses on record by grade, `unset` for none.
        points: Businesses on record by classes of ten points, under the lower end of each.
    """

    run_id: str | None
    as_of_on: date
    full: bool
    scored: int
    changed: int
    grades: dict[str, int]
    points: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return the figures in JSON's types."""
        return asdict(self) | {"as_of_on": self.as_of_on.isoformat()}


def score_run(
    engine: Engine,
    rulebook: Rulebook,
    *,
    now: datetime,
    actor: Actor,
    full: bool = False,
    as_of: date | None = None,
    room: Room | None = None,
    progress: Progress = silent,
) -> ScoreRunSummary:
    """Compute the scores of today and record those that changed.

    Args:
        engine: The database.
        rulebook: The effective one.
        now: Aware instant of the act; the record is read as known at it.
        actor: Who runs it.
        full: True computes every business; otherwise those told by the outbox or the calendar.
        as_of: The legal day, which must be that of `now`; None: that day.
        room: Where and within what the run works.
        progress: Called with the name of a step and the rows that it has done.

    Raises:
        Forbidden: The actor is no officer of the whole country.
        Malformed: Another day than today.
        Conflict: A run of a later instant is on record, or others kept overtaking this one.
    """
    today = legal_day(now)
    if as_of is not None and as_of != today:
        raise Malformed("score.not_today", field="as_of", day=as_of.isoformat(), today=today.isoformat())
    moment = Moment(today, now)
    for _ in range(ATTEMPTS):
        summary = _attempt(engine, rulebook, moment, actor, full=full, room=room or Room(), progress=progress)
        if summary is not None:
            return summary
    raise Conflict("score.overtaken", times=ATTEMPTS)


def compute(
    engine: Engine,
    rulebook: Rulebook,
    as_of: date,
    known_at: datetime,
    room: Room | None = None,
    *,
    progress: Progress = silent,
) -> Iterator[pa.RecordBatch]:
    """Compute every score of a legal day as known at an instant; write nothing.

    Args:
        engine: The database.
        rulebook: The one that was effective at that instant.
        as_of: Legal day.
        known_at: Aware instant.
        room: Where and within what to work.
        progress: As for `score_run`.

    Returns:
        Batches of `business_id`, `points` in hundredths and `grade`, in no order.
    """
    room = room or Room()
    with TemporaryDirectory(dir=room.folder, prefix="score-") as folder:
        everything = Scope(None, None, (), None)
        with reading(engine) as session:
            files = extract(session, everything, Moment(as_of, known_at), Path(folder), progress)
        with duckdb_over(files, replace(room, folder=Path(folder))) as connection:
            scores = scores_under(connection, rulebook, as_of)
            yield from connection.sql(
                f"SELECT business_id, points, grade FROM ({scores})"  # noqa: S608  # our own
            ).to_arrow_reader(ROWS_AT_ONCE)


def compute_histogram(
    engine: Engine,
    rulebook: Rulebook,
    as_of: date,
    known_at: datetime,
    room: Room | None = None,
    *,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Count the scores of a legal day as known at an instant by grade and points; write nothing."""
    grades: dict[str, int] = {}
    points: dict[str, int] = {}
    for batch in compute(engine, rulebook, as_of, known_at, room, progress=progress):
        for score in batch.to_pylist():
            grade, lower = score["grade"] or "unset", score["points"] // TEN_POINTS * 10
            grades[grade] = grades.get(grade, 0) + 1
            points[str(lower)] = points.get(str(lower), 0) + 1
    return {
        "as_of_on": as_of.isoformat(),
        "known_at": known_at.isoformat(),
        "scored": sum(grades.values()),
        "grades": dict(sorted(grades.items())),
        "points": dict(sorted(points.items(), key=lambda entry: int(entry[0]))),
    }


def _attempt(
    engine: Engine,
    rulebook: Rulebook,
    moment: Moment,
    actor: Actor,
    *,
    full: bool,
    room: Room,
    progress: Progress,
) -> ScoreRunSummary | None:
    """Run once; None: another worker wrote scores meanwhile."""
    with TemporaryDirectory(dir=room.folder, prefix="score-") as folder:
        with reading(engine) as session:
            Work(session, actor, moment.known_at, rulebook).require("officer", "")
            scope = scope_of(session, rulebook, moment, full=full)
            _refuse_backwards(scope, moment)
            if _is_done(scope, moment):
                return _summary(session, None, moment, full=False, scored=0, changed=0)
            files = extract(session, scope, moment, Path(folder), progress)
        with duckdb_over(files, replace(room, folder=Path(folder))) as connection:
            compute_changes(connection, scores_under(connection, rulebook, moment.as_of))
            scored = _count(connection, "computed")
            progress("computed", scored)
            try:
                changes = _in_parts(connection, room.rows)
                summary = _write(Run(engine, rulebook, scope, moment), actor, changes, scored, progress)
            except Overtaken:
                return None
    parts.settle(engine, scope.told)
    return summary


def _is_done(scope: Scope, moment: Moment) -> bool:
    """Say whether a run would find nothing to do."""
    last = scope.last
    return scope.only == () and scope.begun is None and last is not None and last.as_of_on == moment.as_of


def _refuse_backwards(scope: Scope, moment: Moment) -> None:
    if scope.last is not None and scope.last.known_at > moment.known_at:
        raise Conflict(
            "score.before_last_run",
            last=scope.last.known_at.isoformat(),
            instant=moment.known_at.isoformat(),
        )


def _in_parts(connection: duckdb.DuckDBPyConnection, rows: int) -> Iterator[list[dict[str, Any]]]:
    for batch in connection.table("changes").to_arrow_reader(ROWS_AT_ONCE):
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows).to_pylist()


def _write(
    run: Run, actor: Actor, changes: Iterator[list[dict[str, Any]]], scored: int, progress: Progress
) -> ScoreRunSummary:
    """Write the changes part by part, and complete the run."""
    held, changed = parts.begin(run), 0
    for part in changes:
        if changed:
            parts.breathe(run.engine)
        held = parts.write_part(run, held, part)
        changed += len(part)
        progress("written", changed)
    full = run.scope.only is None
    with reading(run.engine) as session:
        summary = _summary(session, held, run.moment, full=full, scored=scored, changed=changed)
    with writing(run.engine) as session:
        work = Work(session, actor, run.moment.known_at, run.rulebook)
        parts.complete(work, held, summary.as_json())
    return summary


def _summary(
    session: Session, held: Held | None, moment: Moment, *, full: bool, scored: int, changed: int
) -> ScoreRunSummary:
    at = held.recorded_at if held is not None else None
    return ScoreRunSummary(
        run_id=held.run_id if held is not None else None,
        as_of_on=moment.as_of,
        full=full,
        scored=scored,
        changed=changed,
        grades=queries.grade_histogram(session, at),
        points=queries.points_histogram(session, TEN_POINTS, at),
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.table(table).count("*").fetchall()[0][0])
