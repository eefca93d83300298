"""What would change a score: by which lawful step, and on which day by itself.

Each line is the score computed anew, by the same expression, with one fact more or fewer or on a
later day. Which facts there can be and what they are worth is said by the rulebook alone; whether a
step is granted is decided by its own procedure, and nothing here promises it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from sqlmodel import Session

from registry.rulebook import Rulebook
from registry.scoring.answers import Account, Rule, rule_of
from registry.scoring.explain import account_of, subject_or_refuse
from registry.scoring.expression import FACTS
from registry.scoring.facts import FOREVER, ON_TIME, facts_known, in_time_through
from registry.scoring.params import law_on
from registry.scoring.parquet import read_table
from registry.scoring.rules import ScoringRules, days_of_change

Step = Literal["repair", "pledge", "designation", "verification"]
MERITS: Mapping[str, Step] = {"pledge": "pledge", "designation": "designation", ON_TIME: "verification"}
"""Kinds of facts that add points and that somebody can still bring about, with the step that does."""


@dataclass(frozen=True)
class Lift:
    """A lawful step and the score that it would leave today.

    Attributes:
        step: What would be done.
        rule: Row of the rulebook whose points it gains, or is rid of.
        fact_id: The violation that would be repaired; None for a new fact.
        gained: Hundredths of a point, more being better, whichever way the scheme reads.
        points: The score after it.
        grade: The grade after it; None where the place sets no band.
        by: Last day on which the step still gains it; None: there is no such day.
    """

    step: Step
    rule: Rule
    fact_id: str | None
    gained: int
    points: int
    grade: str | None
    by: date | None = None


@dataclass(frozen=True)
class Turn:
    """The next day on which the score changes by itself, if nothing else happens.

    Attributes:
        on: First legal day of the new score.
        ended: Facts that stop counting on it.
    """

    on: date
    points: int
    grade: str | None
    ended: tuple[str, ...]


@dataclass(frozen=True)
class Prospects:
    """What would change a score, the greatest gain first."""

    lifts: tuple[Lift, ...]
    turn: Turn | None


def prospects(
    session: Session, business_id: str, as_of: date, known_at: datetime, rulebook: Rulebook
) -> Prospects:
    """Return what would change the score of a business.

    Args:
        session: An open transaction.
        business_id: Own identifier.
        as_of: Legal day of the score.
        known_at: Aware instant; what was recorded later is not there.
        rulebook: The one that was effective at that instant.

    Raises:
        NotFound: There is no such business.
        RuleRefused: It has no score, see `explain`.
    """
    subject = subject_or_refuse(session, business_id, as_of, known_at)
    facts = read_table(session, facts_known(as_of, known_at, [business_id]), FACTS.to_pyarrow())
    by = in_time_through(session, business_id, as_of, known_at)
    return Prospects(
        tuple(sorted(_lifts(subject, facts, as_of, rulebook, by), key=lambda lift: -lift.gained)),
        _turn(subject, facts, as_of, rulebook),
    )


def _lifts(
    subject: pa.Table, facts: pa.Table, on: date, rulebook: Rulebook, in_time: date | None
) -> Iterator[Lift]:
    law = law_on(rulebook, [_region(subject)], on)
    if not law.schemes:
        return
    rules, now = law.schemes[0], account_of(subject, facts, law)
    counting = {line.fact_id: line for line in now.contributions if line.kind.startswith("violation.")}
    tried: list[tuple[Step, Rule, str | None, pa.Table]] = [
        ("repair", line.rule, fact_id, facts.filter(pc.not_equal(facts["fact_id"], fact_id)))
        for fact_id, line in counting.items()
    ]
    borne = {line.kind for line in now.contributions}
    tried += [
        (MERITS[row.code], rule_of(row), None, _with(facts, subject, row.code, on))
        for row in rules.points
        if row.code in MERITS and row.code not in borne and (row.code != ON_TIME or in_time is not None)
    ]
    for step, rule, fact_id, changed in tried:
        then = account_of(subject, changed, law)
        gained = (then.points - now.points) * (1 if rules.scheme.higher_is_better else -1)
        if gained > 0 or _better(rules, then, now):
            by = in_time if step == "verification" else None
            yield Lift(step, rule, fact_id, gained, then.points, then.grade, by)


def _better(rules: ScoringRules, then: Account, now: Account) -> bool:
    """Say whether a grade is better where the points stay: a veto fell away at the bound of the score."""
    order = [
        band.grade
        for band in sorted(
            rules.bands, key=lambda band: band.from_points or 0, reverse=rules.scheme.higher_is_better
        )
    ]
    if then.grade not in order or now.grade not in order:
        return False
    return order.index(then.grade) < order.index(now.grade)


def _turn(subject: pa.Table, facts: pa.Table, on: date, rulebook: Rulebook) -> Turn | None:
    region = _region(subject)
    today = law_on(rulebook, [region], on)
    if not today.schemes:
        return None
    now = account_of(subject, facts, today)
    for day in _days(facts, on, today.schemes[0]):
        law = law_on(rulebook, [region], day)
        if not law.schemes:
            return None
        then = account_of(subject, facts, law)
        if (then.points, then.grade) != (now.points, now.grade):
            counted = {line.fact_id for line in then.contributions}
            ended = tuple(line.fact_id for line in now.contributions if line.fact_id not in counted)
            return Turn(day, then.points, then.grade, ended)
    return None


def _days(facts: pa.Table, on: date, rules: ScoringRules) -> list[date]:
    """Return the days after a day on which a fact may begin, end, or be worth something else."""
    days: set[date] = set()
    for row in facts.to_pylist():
        days |= {row["counts_from"], row["held_to"]}
        days |= {
            day
            for point in rules.points
            if point.code == row["kind"]
            for day in days_of_change(row["counts_from"], point, rules.scheme)
        }
    return sorted(day for day in days if on < day < FOREVER)


def _with(facts: pa.Table, subject: pa.Table, kind: str, on: date) -> pa.Table:
    """Return the facts and one more, that begins today and has no end."""
    new: dict[str, Any] = {
        "business_id": subject["business_id"][0].as_py(),
        "region": _region(subject),
        "fact_id": kind,
        "kind": kind,
        "counts_from": on,
        "held_to": FOREVER,
        "quantity": 1,
    }
    return pa.concat_tables([facts, pa.Table.from_pylist([new], schema=facts.schema)])


def _region(subject: pa.Table) -> str:
    region: str = subject["region"][0].as_py()
    return region
