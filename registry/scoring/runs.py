"""What a run computes again, and its facts and present scores as extracts.

The nightly run need not look at every business. A score can change only because something was
recorded of the business (the outbox says so), because a fact of it began, passed an age or ended
between the two days, or because other rules hold; the last makes the run a full one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session, col

from registry.commands import Progress
from registry.rulebook import Rulebook
from registry.scoring import queries
from registry.scoring.expression import BUSINESSES, FACTS
from registry.scoring.facts import businesses_that_score, facts_known
from registry.scoring.parquet import Statement, write_parquet
from registry.scoring.rules import days_that_move, places_with_rules, rules_in
from registry.scoring.tables import Score, ScoreRun
from registry.store.tables import Outbox

CONSUMER = "score"
AT_ONCE = 1_000
NOT_WORTH_CHOOSING = 50_000  # so many look-ups cost more than reading everything once

SCORES_BEFORE = pa.schema(
    [
        pa.field("business_id", pa.string(), nullable=False),
        pa.field("version", pa.int64(), nullable=False),
        pa.field("points", pa.int64(), nullable=False),
        pa.field("grade", pa.string()),
    ]
)


@dataclass(frozen=True)
class Moment:
    """The legal day that is computed, and the instant up to which the record is known."""

    as_of: date
    known_at: datetime


@dataclass(frozen=True)
class Scope:
    """What one run computes and answers.

    Attributes:
        last: The completed run before it; None: there was none.
        begun: A run that was not completed, which this one takes over; None: there is none.
        told: Outbox rows that it answers.
        only: Businesses to compute, in order; None: every one.
    """

    last: ScoreRun | None
    begun: ScoreRun | None
    told: tuple[int, ...]
    only: tuple[str, ...] | None

    @property
    def chunks(self) -> Iterator[Sequence[str] | None]:
        """Yield the businesses of each statement; None: all in one."""
        if self.only is None:
            yield None
            return
        for start in range(0, len(self.only), AT_ONCE):
            yield self.only[start : start + AT_ONCE]


def scope_of(session: Session, rulebook: Rulebook, moment: Moment, *, full: bool) -> Scope:
    """Return what a run has to compute."""
    last, begun = queries.last_run(session), queries.unfinished_run(session)
    told = _told(session, moment)
    answered = tuple(seq for seq, _ in told)
    if full or last is None or _other_rules(rulebook, last, moment.as_of):
        return Scope(last, begun, answered, None)
    concerned = {business_id for _, subject_ids in told for business_id in subject_ids}
    concerned |= _moved_by_calendar(session, rulebook, last, moment)
    if begun is not None:  # it may have known other law
        concerned |= queries.written_since(session, last.recorded_at)
    few = len(concerned) <= NOT_WORTH_CHOOSING
    return Scope(last, begun, answered, tuple(sorted(concerned)) if few else None)


def _told(session: Session, moment: Moment) -> list[tuple[int, list[str]]]:
    """Return what the outbox says was recorded; what is not known yet is left to the next run."""
    statement: Select[*tuple[Any, ...]] = (
        select(col(Outbox.seq), col(Outbox.subject_ids))
        .where(col(Outbox.consumer) == CONSUMER)
        .where(col(Outbox.recorded_at) <= moment.known_at)
    )
    return [(seq, subject_ids) for seq, subject_ids in session.connection().execute(statement)]


def _other_rules(rulebook: Rulebook, last: ScoreRun, as_of: date) -> bool:
    if rulebook.hash != last.rulebook_hash:
        return True
    return any(
        rules_in(rulebook, place, last.as_of_on) != rules_in(rulebook, place, as_of)
        for place in places_with_rules(rulebook)
    )


def _moved_by_calendar(session: Session, rulebook: Rulebook, last: ScoreRun, moment: Moment) -> set[str]:
    """Return the businesses with a fact that began, passed an age or ended since the last run's day."""
    if last.as_of_on == moment.as_of:
        return set()
    rules = (rules_in(rulebook, place, moment.as_of) for place in places_with_rules(rulebook))
    moving = days_that_move(last.as_of_on, moment.as_of, [found for found in rules if found is not None])
    fact = facts_known(moment.as_of, moment.known_at).subquery()
    ended = and_(fact.c.held_to > last.as_of_on, fact.c.held_to <= moment.as_of)
    aged: list[ColumnElement[bool]] = [
        and_(fact.c.counts_from >= days.first, fact.c.counts_from <= days.last) for days in moving
    ]
    statement = select(fact.c.business_id).where(or_(ended, *aged)).distinct()
    return set(session.connection().execute(statement).scalars())


def extract(
    session: Session, scope: Scope, moment: Moment, folder: Path, progress: Progress
) -> dict[str, Path]:
    """Write the facts, businesses and present scores of a scope as Parquet; return the files by name."""
    as_of, known_at = moment.as_of, moment.known_at
    wanted: dict[str, tuple[Callable[[Sequence[str] | None], Statement], pa.Schema]] = {
        "businesses": (lambda ids: businesses_that_score(as_of, known_at, ids), BUSINESSES.to_pyarrow()),
        "facts": (lambda ids: facts_known(as_of, known_at, ids), FACTS.to_pyarrow()),
        "before": (_scores_before, SCORES_BEFORE),
    }
    files = {}
    for name, (statement, schema) in wanted.items():
        files[name] = folder / f"{name}.parquet"
        written = write_parquet(session, (statement(ids) for ids in scope.chunks), schema, files[name])
        progress(name, written)
    return files


def _scores_before(ids: Sequence[str] | None) -> Select[*tuple[str, int, int, str | None]]:
    statement: Select[*tuple[str, int, int, str | None]] = select(
        col(Score.business_id), col(Score.version), col(Score.points), col(Score.grade)
    ).where(col(Score.superseded_at).is_(None))
    return statement if ids is None else statement.where(col(Score.business_id).in_(ids))
