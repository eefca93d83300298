"""Grades: the band of a score, and how often a grade is drawn for inspection.

Bands are compared by merit, which is points where more is better and their negative where more
means risk, so that "at best this grade" is one comparison whichever way a scheme reads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.rulebook import Rulebook, SamplingRatio, ScorePoint
from registry.scoring.rules import NO_LIMIT, ScoringRules


@dataclass(frozen=True)
class Band:
    """A grade and the merit that it spans, both ends inclusive."""

    grade: str
    merit_from: int
    merit_to: int


def bands_of(rules: ScoringRules) -> tuple[Band, ...]:
    """Return the bands that give a grade; the lowest one reaches down without end.

    What is unknown is never guessed: an unknown weight leaves every score ungraded; an unknown
    threshold leaves those that no band with both its ends holds; a band that is itself tagged
    `unknown` leaves its own span.
    """
    if any(dimension.weight is None for dimension in rules.dimensions):
        return ()
    return tuple(_known_bands(rules))


def _known_bands(rules: ScoringRules) -> Iterator[Band]:
    starts = sorted(band.from_points for band in rules.bands if band.from_points is not None)
    complete = len(starts) == len(rules.bands)
    after = dict(zip(starts, [*starts[1:], NO_LIMIT + 1], strict=False))
    for band in rules.bands:
        if band.from_points is None or band.tag == "unknown" or not (complete or band.to_points is not None):
            continue
        lowest = band.from_points == starts[0] and (complete or _nothing_below(rules, starts[0]))
        first = -NO_LIMIT if lowest else band.from_points
        last = after[band.from_points] - 1 if band.to_points is None else band.to_points
        if rules.scheme.higher_is_better:
            yield Band(band.grade, first, last)
        else:
            yield Band(band.grade, -last, -first)


def _nothing_below(rules: ScoringRules, points: int) -> bool:
    """Say whether no score can be below these points."""
    return rules.scheme.floor_points is not None and rules.scheme.floor_points >= points


def best_merit(bands: tuple[Band, ...], grade: str | None) -> int | None:
    """Return the most merit that a grade set directly leaves; a bonus lifts no one above it.

    Returns:
        None where nobody knows where the grade lies.
    """
    if grade is None:
        return NO_LIMIT
    return next((band.merit_to for band in bands if band.grade == grade), None)


def why_ungraded(rules: ScoringRules, counted: Iterable[ScorePoint]) -> str:
    """Return the code of the reason for which a score has no grade.

    Args:
        rules: What scores.
        counted: Rules of the facts that count.
    """
    if any(dimension.weight is None for dimension in rules.dimensions):
        return "score.weights_unknown"
    if not rules.bands:
        return "score.bands_absent"
    if any(not rules.is_known(point) for point in counted):
        return "score.points_unknown"
    return "score.bands_unknown"


def sampling_bp(rulebook: Rulebook, region: str, on: date, grade: str) -> int | None:
    """Return the share of businesses of a grade that inspections draw, in basis points.

    Returns:
        None where the jurisdiction sets no ratio for the grade, or it is unknown.
    """
    ratios = rulebook.in_force(SamplingRatio, region, on).values()
    return next((ratio.bp for ratio in ratios if ratio.grade == grade), None)
