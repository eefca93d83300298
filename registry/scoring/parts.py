"""Writing a run in parts, each a short transaction, so that nobody waits long for the database.

A run is held by its mark. Every part gives it a new one, and writes nothing where its own is gone:
then another worker has written meanwhile. So two never write one run, and what was killed half-way
is taken over by the next. Nobody reads what a run wrote until it is completed.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, delete, update
from sqlmodel import Session, col

from registry.audit.work import Subject, Work
from registry.identifiers import new_id
from registry.rulebook import Rulebook
from registry.scoring import queries
from registry.scoring.runs import Moment, Scope
from registry.scoring.tables import Score, ScoreRun
from registry.store.bulk import insert_rows
from registry.store.engine import writing
from registry.store.tables import Outbox
from registry.store.versions import one_writer

AT_ONCE = 10_000
BREATH = 0.15  # seconds; who waits for SQLite looks again every tenth of one


class Overtaken(Exception):
    """Another worker has written scores since this run read them."""


class Run(NamedTuple):
    """What a run writes for: what it has read and knows.

    Attributes:
        scope: As it was read; another worker may have written since.
        moment: Legal day, and instant up to which the record is known.
    """

    engine: Engine
    rulebook: Rulebook
    scope: Scope
    moment: Moment


class Held(NamedTuple):
    """A run on record that this worker writes.

    Attributes:
        recorded_at: Instant of all that it writes, after that of every run before it.
        mark: As its last part left it.
    """

    run_id: str
    recorded_at: datetime
    mark: str


def begin(run: Run) -> Held:
    """Begin a run, or take over the one that was left unfinished.

    Raises:
        Overtaken: A run was completed, begun or carried on since the scope was read.
    """
    last, begun = run.scope.last, run.scope.begun
    before = (one.recorded_at for one in (last, begun) if one is not None)
    recorded_at = max([run.moment.known_at, *(instant + datetime.resolution for instant in before)])
    stated: dict[str, Any] = {
        "as_of_on": run.moment.as_of,
        "known_at": run.moment.known_at,
        "rulebook_hash": run.rulebook.hash,
        "full": run.scope.only is None,
        "recorded_at": recorded_at,
    }
    with writing(run.engine) as session:
        one_writer(session, "scores")
        if begun is not None:
            return _carry_on(session, Held(begun.id, recorded_at, begun.mark), **stated)
        if _id_of(queries.last_run(session)) != _id_of(last) or queries.unfinished_run(session) is not None:
            raise Overtaken
        held = Held(new_id(), recorded_at, new_id())
        session.add(ScoreRun(id=held.run_id, summary={}, mark=held.mark, **stated))
    return held


def write_part(run: Run, held: Held, changes: Sequence[Any]) -> Held:
    """Write some of the changes of a run, and return it as it is held now.

    Raises:
        Overtaken: The run is held by another worker, or was completed.
    """
    with writing(run.engine) as session:
        following = _carry_on(session, held)
        _close(session, held, changes)
        insert_rows(session, Score, _following(session, run, held, changes))
    return following


def complete(work: Work, held: Held, figures: dict[str, Any]) -> None:
    """Let everybody read what a run wrote, with its audit entry.

    Raises:
        Overtaken: The run is held by another worker, or was completed.
    """
    _carry_on(work.session, held, summary=figures, completed_at=work.now)
    work.record("scores.computed", Subject("score_run", held.run_id), **figures)


def settle(engine: Engine, told: Sequence[int]) -> None:
    """Delete the rows of the outbox that a completed run has answered; what a kill leaves, the next does."""
    for start in range(0, len(told), AT_ONCE):
        with writing(engine) as session:
            session.connection().execute(
                delete(Outbox).where(col(Outbox.seq) == bindparam("answered")),
                [{"answered": seq} for seq in told[start : start + AT_ONCE]],
            )


def breathe(engine: Engine) -> None:
    """Let others write: PostgreSQL has many writers, but SQLite's waiting ones only look now and then."""
    if engine.dialect.name == "sqlite":
        time.sleep(BREATH)


def _id_of(run: ScoreRun | None) -> str | None:
    return run.id if run is not None else None


def _carry_on(session: Session, held: Held, **changes: Any) -> Held:
    """Give a run that this worker holds its next mark, and lock it until the transaction ends."""
    following = held._replace(mark=new_id())
    carried = session.connection().execute(
        update(ScoreRun)
        .where(col(ScoreRun.id) == held.run_id, col(ScoreRun.mark) == held.mark)
        .where(col(ScoreRun.completed_at).is_(None))
        .values(mark=following.mark, **changes)
    )
    if not carried.rowcount:
        raise Overtaken
    return following


def _close(session: Session, held: Held, changes: Sequence[Any]) -> None:
    """Close the scores that hold no more once the run is completed."""
    closed = [
        {"of": row["business_id"], "old": row["version"]} for row in changes if row["version"] is not None
    ]
    if closed:
        session.connection().execute(
            update(Score)
            .where(col(Score.business_id) == bindparam("of"), col(Score.version) == bindparam("old"))
            .values(superseded_at=held.recorded_at),
            closed,
        )


def _following(session: Session, run: Run, held: Held, changes: Sequence[Any]) -> Sequence[dict[str, Any]]:
    """Return the scores that hold from now on; a merged business gets none."""
    held_once = queries.latest_versions(
        session, [row["business_id"] for row in changes if row["version"] is None]
    )
    return [
        {
            "business_id": row["business_id"],
            "version": (row["version"] or held_once.get(row["business_id"], 0)) + 1,
            "as_of_on": run.moment.as_of,
            "points": row["points"],
            "grade": row["grade"],
            "rulebook_hash": run.rulebook.hash,
            "recorded_at": held.recorded_at,
            "superseded_at": None,
        }
        for row in changes
        if row["points"] is not None
    ]
