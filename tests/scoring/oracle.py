"""A second, naive way to the same score: plain Python, one business at a time, its own calendar.

It shares nothing with `registry.scoring` but the rows of the rulebook, and is written from the
words of the design: each fact in its window, times the points of its kind, capped by kind and by
dimension, summed onto the base, clamped; direct grades last; no grade that hangs on an unknown figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor, inf

from registry.rulebook import GradeBand, Rulebook, ScoreDimension, ScorePoint, ScoreScheme

MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Fact:
    """A fact as an officer would tell it: of a kind, from a day, until a day or open."""

    kind: str
    counts_from: date
    held_to: date | None = None
    quantity: int = 1


@dataclass(frozen=True)
class Verdict:
    """What the oracle says."""

    points: int
    grade: str | None


def score(rulebook: Rulebook, region: str, facts: Sequence[Fact], on: date) -> Verdict | None:
    """Return the score of a business with these facts on a day; None where no scheme is in force."""
    scheme = _narrowest(rulebook.rows(ScoreScheme), region, on, "", "default").get("default")
    if scheme is None:
        return None
    points = _narrowest(rulebook.rows(ScorePoint), region, on, scheme.jurisdiction, "default")
    dimensions = _narrowest(rulebook.rows(ScoreDimension), region, on, scheme.jurisdiction, "default")
    bands = _narrowest(rulebook.rows(GradeBand), region, on, scheme.jurisdiction, "default")
    by_dimension: dict[str, int] = {}
    counted: list[ScorePoint] = []
    for rule in points.values():
        alive = [fact for fact in facts if fact.kind == rule.code and _counts(fact, rule, scheme, on)]
        weight = _weight(dimensions.get(rule.dimension))
        total = sum(_worth(fact, rule, scheme, on, weight) for fact in alive)
        capped = _bounded(total, rule.floor_points, rule.ceiling_points)
        by_dimension[rule.dimension] = by_dimension.get(rule.dimension, 0) + capped
        counted += [rule] * bool(alive)
    total = scheme.base_points
    for code, summed in by_dimension.items():
        row = dimensions.get(code)
        total += _bounded(summed, row.floor_points, row.ceiling_points) if row else summed
    total = _bounded(total, scheme.floor_points, scheme.ceiling_points)
    if any(_weight(row) is None for row in dimensions.values()):
        return Verdict(total, None)
    return Verdict(total, _grade(total, list(bands.values()), scheme, counted))


def _narrowest(rows, region, on, widest, scheme):
    """Return by code the row in force whose jurisdiction is the longest prefix of the region."""
    best = {}
    for row in rows:
        if getattr(row, "scheme", scheme) != scheme or not row.jurisdiction.startswith(widest):
            continue
        begun = row.in_force_from <= on
        ended = row.in_force_to is not None and row.in_force_to <= on
        if not begun or ended or not region.startswith(row.jurisdiction):
            continue
        if row.code not in best or len(row.jurisdiction) > len(best[row.code].jurisdiction):
            best[row.code] = row
    return best


def months_old(day: date, on: date) -> int:
    """Return how many whole months have passed; a month ends on the same number or the last day."""
    months = (on.year - day.year) * 12 + on.month - day.month
    leap = on.year % 4 == 0 and (on.year % 100 != 0 or on.year % 400 == 0)
    length = 29 if on.month == 2 and leap else MONTH_LENGTHS[on.month - 1]
    return months if on.day >= min(day.day, length) else months - 1


def _counts(fact: Fact, rule: ScorePoint, scheme: ScoreScheme, on: date) -> bool:
    if on < fact.counts_from or (fact.held_to is not None and on >= fact.held_to):
        return False
    if scheme.cycle_from is not None and fact.counts_from < _cycle_begun(scheme, on):
        return False
    age = months_old(fact.counts_from, on)
    return age < rule.counts_months and age < scheme.window_months


def _cycle_begun(scheme: ScoreScheme, on: date) -> date:
    """Return the first day of the present cycle: so many whole cycles after, or before, some other one."""
    day = scheme.cycle_from
    while months_old(day, on) >= scheme.cycle_months:
        day = _later(scheme.cycle_from, day, scheme.cycle_months)
    while day > on:
        day = _later(scheme.cycle_from, day, -scheme.cycle_months)
    return day


def _later(first: date, day: date, months: int) -> date:
    """Return the day so many months after another, of the number of the first where the month has it."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, min(first.day, 29 if month == 2 and leap else MONTH_LENGTHS[month - 1]))


def _weight(dimension: ScoreDimension | None) -> Fraction | None:
    if dimension is None or (dimension.weight_bp is None and dimension.tag != "unknown"):
        return Fraction(1)
    return None if dimension.weight_bp is None else Fraction(dimension.weight_bp, 10_000)


def _worth(fact: Fact, rule: ScorePoint, scheme: ScoreScheme, on: date, weight: Fraction | None) -> int:
    if rule.points is None or weight is None:
        return 0
    age = months_old(fact.counts_from, on)
    share = Fraction(1)
    if rule.decay == "linear":
        whole = min(rule.counts_months, scheme.window_months)
        share = Fraction(floor(Fraction(10_000 * (whole - age), whole)), 10_000)
    for step in rule.steps:
        if age >= step.from_month:
            share = Fraction(step.bp, 10_000)
    return floor(rule.points * share * weight) * (fact.quantity if rule.per == "unit" else 1)


def _bounded(value: int, least: int | None, most: int | None) -> int:
    if least is not None and value < least:
        return least
    if most is not None and value > most:
        return most
    return value


def _spans(bands: list[GradeBand], scheme: ScoreScheme) -> dict[str, tuple[float, float]]:
    """Return by grade the first and last points that are known to give it."""
    starts = sorted(band.from_points for band in bands if band.from_points is not None)
    all_known = len(starts) == len(bands)
    spans: dict[str, tuple[float, float]] = {}
    for band in bands:
        first, last = band.from_points, band.to_points
        if first is None or band.tag == "unknown" or (last is None and not all_known):
            continue
        if last is None:
            last = min((start - 1 for start in starts if start > first), default=inf)
        at_the_bottom = scheme.floor_points is not None and scheme.floor_points >= first
        nothing_below = first == starts[0] and (all_known or at_the_bottom)
        spans[band.grade] = (-inf if nothing_below else first, last)
    return spans


def _grade(points: int, bands: list[GradeBand], scheme: ScoreScheme, counted: list[ScorePoint]) -> str | None:
    """Return the grade that a business has whatever the figures that nobody knows; None: it depends on them.

    A grade set directly is the best that it can have. What is unknown can only make it worse.
    """
    spans = _spans(bands, scheme)
    direct = {rule.direct_grade for rule in counted if rule.direct_grade is not None}
    any_points = any(rule.points is None for rule in counted)
    at: float = points
    if any_points:
        at = inf if scheme.higher_is_better else -inf
    for grade in direct & set(spans):
        at = min(at, spans[grade][1]) if scheme.higher_is_better else max(at, spans[grade][0])
    for grade, (first, last) in spans.items():
        if first <= at <= last:
            worst = first == -inf if scheme.higher_is_better else last == inf
            return grade if worst or not (any_points or direct - set(spans)) else None
    return None
