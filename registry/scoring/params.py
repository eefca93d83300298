"""The law of one day as the small tables that the score expression joins."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa

from registry.rulebook import Rulebook, ScoreDimension, ScorePoint, ScoreScheme
from registry.scoring.expression import PARAMS, Unknown
from registry.scoring.grades import bands_of, best_merit
from registry.scoring.rules import NO_LIMIT, ScoringRules, place_of, places_with_rules, rules_in, steps_on

UNBOUNDED = (-NO_LIMIT, NO_LIMIT)


class Cap(NamedTuple):
    """What is summed before it is bounded: a kind with bounds, or all kinds without of a dimension.

    Attributes:
        dimension: None for all dimensions without bounds.
        point: None for kinds without bounds.
    """

    scheme: int
    dimension: ScoreDimension | None
    point: ScorePoint | None


@dataclass(frozen=True)
class Law:
    """What scores on one day, and the numbers by which the tables speak of it.

    Attributes:
        on: Legal day.
        by_region: Scheme number of each region; a region without a scheme in force has none.
        schemes: Rules by scheme number.
        points: Scheme number and row by rule number.
    """

    on: date
    by_region: Mapping[str, int]
    schemes: tuple[ScoringRules, ...]
    points: tuple[tuple[int, ScorePoint], ...]

    @cached_property
    def caps(self) -> tuple[Cap, ...]:
        """Return the caps by number."""
        return tuple(dict.fromkeys(self.cap_of(scheme, point) for scheme, point in self.points))

    @cached_property
    def dimensions(self) -> tuple[tuple[int, ScoreDimension | None], ...]:
        """Return scheme number and row of the dimensions by number; None: those without bounds."""
        return tuple(dict.fromkeys((cap.scheme, cap.dimension) for cap in self.caps))

    @property
    def dimensions_capped(self) -> bool:
        """Say whether any dimension has bounds."""
        return any(row is not None for _, row in self.dimensions)

    def cap_of(self, scheme: int, point: ScorePoint) -> Cap:
        """Return the cap under which a rule of a scheme is summed."""
        bounded = (row for row in self.schemes[scheme].dimensions if row.code == point.dimension)
        dimension = next((row for row in bounded if _bounds(row) != UNBOUNDED), None)
        return Cap(scheme, dimension, None if _bounds(point) == UNBOUNDED else point)


def law_on(rulebook: Rulebook, regions: Iterable[str], on: date) -> Law:
    """Return what scores in some regions on a day; regions under the same rules share a scheme."""
    places = places_with_rules(rulebook)
    number: dict[str, int] = {}
    schemes: list[ScoringRules] = []
    by_region: dict[str, int] = {}
    for region in regions:
        place = place_of(region, places)
        if place is not None and place not in number:
            rules = rules_in(rulebook, place, on)
            if rules is None:
                continue
            number[place] = len(schemes)
            schemes.append(rules)
        if place is not None:
            by_region[region] = number[place]
    points = tuple((scheme, point) for scheme, rules in enumerate(schemes) for point in rules.points)
    return Law(on, by_region, tuple(schemes), points)


def params_of(law: Law) -> dict[str, pa.Table]:
    """Return the tables of `expression.PARAMS` for a day."""
    rows: dict[str, Iterator[tuple[Any, ...]]] = {
        "regions": iter(law.by_region.items()),
        "schemes": _schemes(law),
        "steps": _steps(law),
        "caps": _caps(law),
        "dimensions": _dimensions(law),
        "bands": _bands(law),
    }
    return {name: _table(name, list(made)) for name, made in rows.items()}


def _table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    schema = PARAMS[name].to_pyarrow()
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _schemes(law: Law) -> Iterator[tuple[Any, ...]]:
    for scheme, rules in enumerate(law.schemes):
        yield (
            scheme,
            rules.scheme.base_points,
            *_bounds(rules.scheme),
            1 if rules.scheme.higher_is_better else -1,
        )


def _steps(law: Law) -> Iterator[tuple[Any, ...]]:
    """Yield the steps of each region: by those of each scheme, an engine joins a fact to all schemes."""
    of_scheme: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for scheme, row in _steps_of_schemes(law):
        of_scheme[scheme].append(row)
    for region, scheme in law.by_region.items():
        for row in of_scheme[scheme]:
            yield (region, *row)


def _steps_of_schemes(law: Law) -> Iterator[tuple[int, tuple[Any, ...]]]:
    bands = [bands_of(rules) for rules in law.schemes]
    number = {cap: at for at, cap in enumerate(law.caps)}
    for rule, (scheme, point) in enumerate(law.points):
        direct_merit = best_merit(bands[scheme], point.direct_grade)
        for step in steps_on(law.on, point, law.schemes[scheme]):
            row = (
                point.code,
                rule,
                number[law.cap_of(scheme, point)],
                step.earliest,
                step.latest,
                law.on,
                step.points,
                point.per == "unit",
                NO_LIMIT if direct_merit is None else direct_merit,
                _unknown_of(law.schemes[scheme], point, direct_merit),
            )
            yield scheme, row


def _unknown_of(rules: ScoringRules, point: ScorePoint, direct_merit: int | None) -> Unknown:
    if not rules.is_known(point):
        return Unknown.POINTS
    return Unknown.PLACE if direct_merit is None else Unknown.NOTHING


def _caps(law: Law) -> Iterator[tuple[Any, ...]]:
    number = {dimension: at for at, dimension in enumerate(law.dimensions)}
    for at, cap in enumerate(law.caps):
        yield (at, number[cap.scheme, cap.dimension], *_bounds(cap.point))


def _dimensions(law: Law) -> Iterator[tuple[Any, ...]]:
    for at, (_, row) in enumerate(law.dimensions):
        yield (at, *_bounds(row))


def _bands(law: Law) -> Iterator[tuple[Any, ...]]:
    for scheme, rules in enumerate(law.schemes):
        for band in bands_of(rules):
            yield (scheme, band.merit_from, band.merit_to, band.grade)


def _bounds(row: ScorePoint | ScoreDimension | ScoreScheme | None) -> tuple[int, int]:
    if row is None:
        return UNBOUNDED
    return (
        -NO_LIMIT if row.floor_points is None else row.floor_points,
        NO_LIMIT if row.ceiling_points is None else row.ceiling_points,
    )
