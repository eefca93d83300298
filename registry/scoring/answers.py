"""What an explanation of a score says, apart from the engine that computes it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from registry.rulebook import ScorePoint, Source, Tag

Level = Literal["kind", "dimension", "scheme"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Rule(_Answer):
    """The row of the rulebook by which a fact counts, and the ground that it stands on."""

    code: str
    name_zh: str
    name_en: str
    dimension: str
    jurisdiction: str
    in_force_from: date
    source: Source | None
    tag: Tag | None


class Contribution(_Answer):
    """What one fact adds, in hundredths of a point, before any cap."""

    fact_id: str
    kind: str
    counts_from: date
    quantity: int
    unit_points: int
    points: int
    direct_grade: str | None
    rule: Rule


class Adjustment(_Answer):
    """What a cap takes away or gives back, so that the lines sum to the score.

    Attributes:
        level: What is capped: all facts of a kind, a dimension, or the whole score.
        code: The kind or the dimension; the scheme for the whole score.
    """

    level: Level
    code: str
    points: int


class Account(_Answer):
    """How a score comes about: base, contributions and adjustments sum to its points.

    Attributes:
        ungraded_because: Code of the reason where there is no grade.
    """

    base_points: int
    contributions: tuple[Contribution, ...]
    adjustments: tuple[Adjustment, ...]
    points: int
    grade: str | None
    ungraded_because: str | None


class Explanation(Account):
    """The account of a business on a legal day, as known at an instant."""

    business_id: str
    region: str
    as_of_on: date
    known_at: datetime
    rulebook_hash: str
    scheme_jurisdiction: str
    grade_public: bool


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
