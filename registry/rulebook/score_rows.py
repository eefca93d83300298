"""Rows of the score: a scheme, its dimensions, points, grades and sampling ratios.

The scheme of a region is the row `default` of the narrowest jurisdiction; the other rows of that
scheme come from its jurisdiction and below, so a local scheme inherits nothing from a wider one.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from registry.rulebook.model import BasisPoints, Frozen, Months, Points, Row

WHOLE_BP = 10_000


def _check_bounds(floor: int | None, ceiling: int | None) -> None:
    """Hold that a floor is not above its ceiling."""
    if floor is not None and ceiling is not None and floor > ceiling:
        raise ValueError("floor_points must not be above ceiling_points")


class ScoreScheme(Row):
    """A scheme of points (计分方案): where a score starts, where it is clamped, how it reads.

    Attributes:
        higher_is_better: False where more points mean more risk.
        grade_public: True where the jurisdiction publishes the grade.
        window_months: How far back facts are looked for.
        cycle_months: Length of a cycle (计分周期), at whose end every score begins anew; None: no cycles.
        cycle_from: First day of some cycle, given with its length; those before and after follow from it.
    """

    table: ClassVar[str] = "score_schemes"

    name_zh: str
    name_en: str
    base_points: Points
    floor_points: Points | None = None
    ceiling_points: Points | None = None
    higher_is_better: bool
    grade_public: bool
    window_months: Months
    cycle_months: Annotated[int, Field(ge=1)] | None = None
    cycle_from: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.cycle_months is None) != (self.cycle_from is None):
            raise ValueError("a cycle has a length and a first day")
        _check_bounds(self.floor_points, self.ceiling_points)
        return self


class SchemeRow(Row):
    """A row that belongs to a scheme."""

    scheme: str

    @property
    def identity(self) -> tuple[str, ...]:
        """Return code, jurisdiction and scheme."""
        return (self.code, self.jurisdiction, self.scheme)


class ScoreDimension(SchemeRow):
    """A part of the scheme (评价维度) with its own weight and bounds.

    Attributes:
        weight_bp: Share at which the points of its kinds count; None: see `weight`.
        floor_points: Least that the part adds, weighted; None: unbounded. The ceiling likewise.
    """

    table: ClassVar[str] = "score_dimensions"
    lacking: ClassVar[tuple[str, ...]] = ("weight_bp",)

    name_zh: str
    name_en: str
    weight_bp: BasisPoints | None = None
    floor_points: Points | None = None
    ceiling_points: Points | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check_bounds(self.floor_points, self.ceiling_points)
        return self

    @property
    def weight(self) -> int | None:
        """Return the weight in basis points, the whole where none is set.

        Returns:
            None where the tag says that it is unknown, so that nobody is graded.
        """
        return WHOLE_BP if self.weight_bp is None and self.tag != "unknown" else self.weight_bp


class Step(Frozen):
    """From a number of whole months on, the share of the points that still counts."""

    from_month: Months
    bp: BasisPoints


class ScorePoint(SchemeRow):
    """The points of a kind of fact (计分规则), e.g. `violation.M48`, `pledge`.

    Attributes:
        points: Added to the base; negative deducts; None: unknown, so whoever has such a fact is graded only
            where another sets the lowest grade directly.
        per: `fact`, or `unit` where the quantity of the fact multiplies.
        floor_points: Least that all facts of the kind add together; None: unbounded.
        ceiling_points: Most that they add together; None: unbounded.
        counts_months: From the day of the fact to the day before it is so many months old.
        steps: Shares by age, for decay `steps`.
        direct_grade: Grade that the fact sets whatever the points are.
    """

    table: ClassVar[str] = "score_points"
    figures: ClassVar[tuple[str, ...]] = ("points",)

    name_zh: str
    name_en: str
    dimension: str
    points: Points | None = None
    per: Literal["fact", "unit"] = "fact"
    floor_points: Points | None = None
    ceiling_points: Points | None = None
    counts_months: Months
    decay: Literal["none", "linear", "steps"] = "none"
    steps: tuple[Step, ...] = ()
    direct_grade: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.decay == "steps") != bool(self.steps):
            raise ValueError("steps are given exactly when decay is `steps`")
        months = [step.from_month for step in self.steps]
        if months != sorted(set(months)):
            raise ValueError("steps must rise by month")
        _check_bounds(self.floor_points, self.ceiling_points)
        return self


class GradeBand(SchemeRow):
    """A grade (等级) and the points that it spans, both ends inclusive.

    Attributes:
        from_points: None: unknown.
        to_points: None: up to where the next grade begins. A grade with both ends is given even where
            those of others are unknown.
    """

    table: ClassVar[str] = "grade_bands"
    figures: ClassVar[tuple[str, ...]] = ("from_points",)

    grade: str = Field(min_length=1)
    from_points: Points | None = None
    to_points: Points | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.to_points is not None and self.from_points is None:
            raise ValueError("to_points needs from_points")
        if self.to_points is not None and self.from_points is not None and self.to_points < self.from_points:
            raise ValueError("to_points must not be below from_points")
        return self


class SamplingRatio(SchemeRow):
    """The share of businesses of a grade that random inspections draw (抽查比例)."""

    table: ClassVar[str] = "sampling_ratios"
    figures: ClassVar[tuple[str, ...]] = ("bp",)

    grade: str = Field(min_length=1)
    bp: BasisPoints | None = None
