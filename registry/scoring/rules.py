"""What scores in a place on a legal day, and from which days a fact may count to be worth how much.

A fact counts from its day until the day before the last anniversary of its period. Decay goes by
whole months of age: in the steps that the rulebook names, or month by month down to nothing. In a
scheme of cycles a fact counts in the cycle in which it falls, and every score begins anew with the next.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from registry.calendar import add_months
from registry.regions import ancestors
from registry.rulebook import GradeBand, Rulebook, ScoreDimension, ScorePoint, ScoreScheme
from registry.rulebook.score_rows import WHOLE_BP

NO_LIMIT = 2**52  # beyond any sum of points; still exact where an engine counts in 64-bit floats
ONE_DAY = timedelta(days=1)
SCORE_TABLES = (ScoreScheme, ScoreDimension, ScorePoint, GradeBand)


@dataclass(frozen=True)
class ScoringRules:
    """The rows that score in one place on one day, the narrowest jurisdiction's own."""

    scheme: ScoreScheme
    dimensions: tuple[ScoreDimension, ...]
    points: tuple[ScorePoint, ...]
    bands: tuple[GradeBand, ...]

    def weight_of(self, point: ScorePoint) -> int | None:
        """Return the weight of a kind's dimension in basis points; None: unknown."""
        found = (row.weight for row in self.dimensions if row.code == point.dimension)
        return next(found, WHOLE_BP)

    def is_known(self, point: ScorePoint) -> bool:
        """Say whether the worth of a kind is known: its points and the weight of its dimension."""
        return point.points is not None and self.weight_of(point) is not None


@dataclass(frozen=True)
class Step:
    """What one unit of a fact is worth if it counts from one of these days.

    Attributes:
        earliest: First such day, inclusive.
        latest: Last such day, inclusive.
        points: Hundredths; 0 where it is unknown.
    """

    earliest: date
    latest: date
    points: int


@dataclass(frozen=True)
class Days:
    """Legal days from one to another, both inclusive."""

    first: date
    last: date


def places_with_rules(rulebook: Rulebook) -> frozenset[str]:
    """Return the jurisdictions that say anything of their own about scores."""
    return frozenset(row.jurisdiction for table in SCORE_TABLES for row in rulebook.rows(table))


def place_of(region: str, places: frozenset[str]) -> str | None:
    """Return the narrowest of these jurisdictions that a region lies in, or None where it is in none."""
    return next((place for place in reversed(ancestors(region)) if place in places), None)


def rules_in(rulebook: Rulebook, place: str, on: date) -> ScoringRules | None:
    """Return what scores in a place on a day, or None where no scheme is in force."""
    scheme = rulebook.in_force(ScoreScheme, place, on).get("default")
    if scheme is None:
        return None
    return ScoringRules(
        scheme,
        tuple(rulebook.in_force(ScoreDimension, place, on).values()),
        tuple(rulebook.in_force(ScorePoint, place, on).values()),
        tuple(rulebook.in_force(GradeBand, place, on).values()),
    )


def steps_on(on: date, point: ScorePoint, rules: ScoringRules) -> Iterator[Step]:
    """Yield what a fact of this kind is worth on a day, newest facts first.

    Weighted and decayed points are floored to the hundredth for one unit, so that twice the
    instruments are exactly twice the points. What lies before the present cycle is worth nothing.
    """
    marks = [
        *_shares(point, months_that_count(point, rules.scheme)),
        (months_that_count(point, rules.scheme), 0),
    ]
    since_cycle = cycle_of(rules.scheme, on)
    whole = (point.points or 0) * (rules.weight_of(point) or 0)
    for (since, share_bp), (until, _) in pairwise(marks):
        earliest = first_counting_day(on, until)
        yield Step(
            earliest if since_cycle is None else max(earliest, since_cycle.first),
            first_counting_day(on, since) - ONE_DAY,
            whole * share_bp // WHOLE_BP**2,
        )


def months_that_count(point: ScorePoint, scheme: ScoreScheme) -> int:
    """Return the age in months at which a fact of this kind ends to count."""
    return min(point.counts_months, scheme.window_months)


def cycle_of(scheme: ScoreScheme, on: date) -> Days | None:
    """Return the first and the last day of the cycle in which a day lies; None where there are no cycles."""
    begun, months = scheme.cycle_from, scheme.cycle_months
    if begun is None or months is None:
        return None
    passed = (on.year - begun.year) * 12 + on.month - begun.month
    number = passed // months
    if add_months(begun, number * months) > on:
        number -= 1
    first = add_months(begun, number * months)
    if first.year * 12 + first.month + months > (date.max.year + 1) * 12:
        return Days(first, date.max)  # the calendar ends before the cycle
    return Days(first, add_months(begun, (number + 1) * months) - ONE_DAY)


def days_of_change(counts_from: date, point: ScorePoint, scheme: ScoreScheme) -> Iterator[date]:
    """Yield the days on which a fact of this kind is worth something else, the last those that end it."""
    months = months_that_count(point, scheme)
    yield from (add_months(counts_from, age) for age, _ in _shares(point, months) if age)
    yield add_months(counts_from, months)
    cycle = cycle_of(scheme, counts_from)
    if cycle is not None:
        yield cycle.last + ONE_DAY


def _shares(point: ScorePoint, months: int) -> list[tuple[int, int]]:
    """Return from which age in months on which share counts, in basis points."""
    if point.decay == "linear":
        return [(age, WHOLE_BP * (months - age) // months) for age in range(months)]
    named = [(step.from_month, step.bp) for step in point.steps if step.from_month < months]
    whole = [] if named and named[0][0] == 0 else [(0, WHOLE_BP)]
    return [*whole, *named]


@lru_cache(maxsize=4096)
def first_counting_day(on: date, months: int) -> date:
    """Return the first day from which a period of months has not ended on a day.

    Args:
        on: Legal day; a fact that counts from the day after it has not begun.
        months: Length of the period.
    """
    day = add_months(on.replace(day=1), -months)
    while add_months(day, months) <= on:
        day += ONE_DAY
    return day


def days_that_move(earlier: date, later: date, rules: Iterable[ScoringRules]) -> list[Days]:
    """Return from which days a fact may count to be worth something else on the later day.

    The rules must be the same on both days. Facts that have begun in between are among them.
    """
    edges = {(earlier + ONE_DAY, later)}
    for scored in rules:
        for point in scored.points:
            before, after = (list(steps_on(day, point, scored)) for day in (earlier, later))
            edges |= {(old.earliest, new.earliest - ONE_DAY) for old, new in zip(before, after, strict=True)}
    return [Days(first, last) for first, last in sorted(edges) if first <= last]
