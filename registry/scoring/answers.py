"""What an explanation of a score says, apart from the engine that computes it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from registry.rulebook import ScorePoint, ScoreScheme, Source, Tag
from registry.scoring.rules import ScoringRules, cycle_of

Level = Literal["kind", "dimension", "scheme"]


class Answer(BaseModel):
    """A part of an explanation."""

    model_config = ConfigDict(frozen=True)


class Rule(Answer):
    """The row of the rulebook by which a fact counts, and the ground that it stands on."""

    code: str
    name_zh: str
    name_en: str
    dimension: str
    jurisdiction: str
    in_force_from: date
    source: Source | None
    tag: Tag | None


class Scheme(Answer):
    """The scheme by which a score was reckoned: its name, its scale, the ground that it stands on.

    Attributes:
        floor_points: Hundredths of a point; None: no score is too low. The ceiling likewise.
        higher_is_better: False where more points mean more risk.
        cycle_first_on: First day of the cycle that is counted; None where there are no cycles.
        cycle_last_on: Its last day.
    """

    name_zh: str
    name_en: str
    jurisdiction: str
    in_force_from: date
    source: Source | None
    tag: Tag | None
    note: str | None
    floor_points: int | None
    ceiling_points: int | None
    higher_is_better: bool
    grade_public: bool
    cycle_first_on: date | None
    cycle_last_on: date | None


class Missing(Answer):
    """A figure that nobody knows: the weight of a dimension, the points of a kind, the threshold of a grade.

    Attributes:
        name_zh: Of the dimension or the kind; the grade itself for a threshold.
    """

    what: Literal["weight", "points", "threshold"]
    code: str
    name_zh: str
    name_en: str


class Contribution(Answer):
    """What one fact adds, in hundredths of a point, before any cap.

    Attributes:
        weight_bp: Share at which its dimension counts, in basis points; None: unknown.
        unit_points: Worth of one unit, weighted and decayed; None: unknown, so that it adds nothing.
    """

    fact_id: str
    kind: str
    counts_from: date
    quantity: int
    weight_bp: int | None
    unit_points: int | None
    points: int | None
    direct_grade: str | None
    rule: Rule


class Adjustment(Answer):
    """What a cap takes away or gives back, so that the lines sum to the score.

    Attributes:
        level: What is capped: all facts of a kind, a dimension, or the whole score.
        code: The kind or the dimension; the scheme for the whole score.
        source: Where the cap stands.
    """

    level: Level
    code: str
    name_zh: str
    name_en: str
    source: Source | None
    tag: Tag | None
    points: int


class Account(Answer):
    """How a score comes about: base, contributions and adjustments sum to its points.

    Attributes:
        points: Where the worth of a fact is unknown, the sum of what is known.
        ungraded_because: Code of the reason where there is no grade.
        missing: What would have to be known for a grade.
    """

    base_points: int
    contributions: tuple[Contribution, ...]
    adjustments: tuple[Adjustment, ...]
    points: int
    grade: str | None
    ungraded_because: str | None
    missing: tuple[Missing, ...]


class Explanation(Account):
    """The account of a business on a legal day, as known at an instant."""

    business_id: str
    region: str
    as_of_on: date
    known_at: datetime
    rulebook_hash: str
    scheme: Scheme


def rule_of(row: ScorePoint) -> Rule:
    """Return a row of the rulebook as an explanation names it."""
    return Rule(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        dimension=row.dimension,
        jurisdiction=row.jurisdiction,
        in_force_from=row.in_force_from,
        source=row.source,
        tag=row.tag,
    )


def scheme_on(row: ScoreScheme, on: date) -> Scheme:
    """Return a scheme with the cycle in which a day lies."""
    cycle = cycle_of(row, on)
    return Scheme(
        name_zh=row.name_zh,
        name_en=row.name_en,
        jurisdiction=row.jurisdiction,
        in_force_from=row.in_force_from,
        source=row.source,
        tag=row.tag,
        note=row.note,
        floor_points=row.floor_points,
        ceiling_points=row.ceiling_points,
        higher_is_better=row.higher_is_better,
        grade_public=row.grade_public,
        cycle_first_on=cycle.first if cycle else None,
        cycle_last_on=cycle.last if cycle else None,
    )


def missing_of(rules: ScoringRules, counted: Iterable[ScorePoint]) -> Iterator[Missing]:
    """Yield what would have to be known for a grade: each figure once.

    Args:
        rules: What scores.
        counted: Rules of the facts that count.
    """
    for dimension in rules.dimensions:
        if dimension.weight is None:
            yield Missing(
                what="weight", code=dimension.code, name_zh=dimension.name_zh, name_en=dimension.name_en
            )
    for point in dict.fromkeys(counted):
        if point.points is None:
            yield Missing(what="points", code=point.code, name_zh=point.name_zh, name_en=point.name_en)
    for band in rules.bands:
        if band.from_points is None:
            yield Missing(what="threshold", code=band.code, name_zh=band.grade, name_en=band.grade)
