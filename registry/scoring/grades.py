"""Grades: the band of a score, and how often a grade is drawn for inspection.

Bands are compared by merit, which is points where more is better and their negative where more
means risk, so that "at best this grade" is one comparison whichever way a scheme reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from registry.rulebook import Rulebook, SamplingRatio
from registry.scoring.rules import NO_LIMIT, ScoringRules


@dataclass(frozen=True)
class Band:
    """A grade and the merit that it spans, both ends inclusive."""

    grade: str
    merit_from: int
    merit_to: int


def bands_of(rules: ScoringRules) -> tuple[Band, ...]:
    """Return the bands that give a grade; the lowest one reaches down without end.

    A threshold that is unknown is never guessed: one such band leaves every score ungraded, and a
    band that is itself tagged `unknown` leaves its own span so.
    """
    return tuple(_known_bands(rules))


def _known_bands(rules: ScoringRules) -> Iterator[Band]:
    starts = [band.from_points for band in rules.bands if band.from_points is not None]
    if not starts or len(starts) < len(rules.bands):
        return
    starts.sort()
    edges = pairwise([-NO_LIMIT, *starts[1:], NO_LIMIT + 1])
    spans = dict(zip(starts, edges, strict=True))
    for band in rules.bands:
        if band.from_points is None or band.tag == "unknown":
            continue
        first, after = spans[band.from_points]
        if rules.scheme.higher_is_better:
            yield Band(band.grade, first, after - 1)
        else:
            yield Band(band.grade, 1 - after, -first)


def best_merit(bands: tuple[Band, ...], grade: str | None) -> int:
    """Return the most merit that a grade set directly leaves; a bonus lifts no one above it."""
    return next((band.merit_to for band in bands if band.grade == grade), NO_LIMIT)


def why_ungraded(rules: ScoringRules) -> str:
    """Return the code of the reason for which a score has no grade."""
    return "score.bands_unknown" if rules.bands else "score.bands_absent"


def sampling_bp(rulebook: Rulebook, region: str, on: date, grade: str) -> int | None:
    """Return the share of businesses of a grade that inspections draw, in basis points.

    Returns:
        None where the jurisdiction sets no ratio for the grade, or it is unknown.
    """
    ratios = rulebook.in_force(SamplingRatio, region, on).values()
    return next((ratio.bp for ratio in ratios if ratio.grade == grade), None)
