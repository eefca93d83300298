"""A second, naive way to the same score: plain Python, one business at a time, its own calendar.

It shares nothing with `registry.scoring` but the rows of the rulebook, and is written from the
words of the design: each fact in its window, times the points of its kind, capped by kind and by
dimension, summed onto the base, clamped; direct grades last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

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
    direct: list[str] = []
    for rule in points.values():
        alive = [fact for fact in facts if fact.kind == rule.code and _counts(fact, rule, scheme, on)]
        total = sum(_worth(fact, rule, scheme, on) for fact in alive)
        capped = _bounded(total, rule.floor_points, rule.ceiling_points)
        by_dimension[rule.dimension] = by_dimension.get(rule.dimension, 0) + capped
        if rule.direct_grade is not None and alive:
            direct.append(rule.direct_grade)
    total = scheme.base_points
    for code, summed in by_dimension.items():
        row = dimensions.get(code)
        total += _bounded(summed, row.floor_points, row.ceiling_points) if row else summed
    total = _bounded(total, scheme.floor_points, scheme.ceiling_points)
    return Verdict(total, _grade(total, list(bands.values()), scheme, direct))


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
    age = months_old(fact.counts_from, on)
    return age < rule.counts_months and age < scheme.window_months


def _worth(fact: Fact, rule: ScorePoint, scheme: ScoreScheme, on: date) -> int:
    age = months_old(fact.counts_from, on)
    share = Fraction(1)
    if rule.decay == "linear":
        whole = min(rule.counts_months, scheme.window_months)
        share = Fraction(floor(Fraction(10_000 * (whole - age), whole)), 10_000)
    for step in rule.steps:
        if age >= step.from_month:
            share = Fraction(step.bp, 10_000)
    return floor(rule.points * share) * (fact.quantity if rule.per == "unit" else 1)


def _bounded(value: int, least: int | None, most: int | None) -> int:
    if least is not None and value < least:
        return least
    if most is not None and value > most:
        return most
    return value


def _grade(points, bands, scheme, direct):
    """Return the worst of the grade that the points reach and the grades that facts set directly."""
    if not bands or any(band.from_points is None for band in bands):
        return None
    bands = sorted(bands, key=lambda band: band.from_points)
    reached = [index for index, band in enumerate(bands) if points >= band.from_points]
    at = max(reached, default=0)
    known = [index for index, band in enumerate(bands) if band.grade in direct and band.tag != "unknown"]
    worst = min([at, *known]) if scheme.higher_is_better else max([at, *known])
    return None if bands[worst].tag == "unknown" else bands[worst].grade
