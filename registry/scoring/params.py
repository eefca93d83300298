"""The law of one day as the small tables that the score expression joins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from registry.rulebook import Rulebook, ScorePoint
from registry.scoring.expression import NO_LIMIT, PARAMS
from registry.scoring.grades import bands_of, best_merit
from registry.scoring.rules import ScoringRules, place_of, places_with_rules, rules_in, steps_on


@dataclass(frozen=True)
class Law:
    """What scores on one day, and the numbers by which the tables speak of it.

    Attributes:
        on: Legal day.
        by_region: Scheme number of each region; a region without a scheme in force has none.
        schemes: Rules by scheme number.
        points: Scheme number and row by rule number.
        dimensions: Scheme number and code by dimension number.
    """

    on: date
    by_region: Mapping[str, int]
    schemes: tuple[ScoringRules, ...]
    points: tuple[tuple[int, ScorePoint], ...]
    dimensions: tuple[tuple[int, str], ...]


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
    return Law(
        on,
        by_region,
        tuple(schemes),
        tuple((scheme, point) for scheme, rules in enumerate(schemes) for point in rules.points),
        tuple(
            (scheme, code)
            for scheme, rules in enumerate(schemes)
            for code in sorted({point.dimension for point in rules.points})
        ),
    )


def params_of(law: Law) -> dict[str, pa.Table]:
    """Return the tables of `expression.PARAMS` for a day."""
    rows: dict[str, Iterator[tuple[Any, ...]]] = {
        "day": iter([(law.on,)]),
        "regions": iter(law.by_region.items()),
        "schemes": _schemes(law),
        "steps": _steps(law),
        "rules": _rules(law),
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
            *_bounds(rules.scheme.floor_points, rules.scheme.ceiling_points),
            1 if rules.scheme.higher_is_better else -1,
        )


def _steps(law: Law) -> Iterator[tuple[Any, ...]]:
    bands = [bands_of(rules) for rules in law.schemes]
    for rule, (scheme, point) in enumerate(law.points):
        direct_merit = best_merit(bands[scheme], point.direct_grade)
        for step in steps_on(law.on, point, law.schemes[scheme].scheme):
            yield (
                scheme,
                point.code,
                rule,
                step.earliest,
                step.latest,
                step.points,
                point.per == "unit",
                direct_merit,
            )


def _rules(law: Law) -> Iterator[tuple[Any, ...]]:
    number = {named: dimension for dimension, named in enumerate(law.dimensions)}
    for rule, (scheme, point) in enumerate(law.points):
        bounds = _bounds(point.floor_points, point.ceiling_points)
        yield (rule, number[scheme, point.dimension], *bounds)


def _dimensions(law: Law) -> Iterator[tuple[Any, ...]]:
    for dimension, (scheme, code) in enumerate(law.dimensions):
        row = next((row for row in law.schemes[scheme].dimensions if row.code == code), None)
        yield (dimension, *(_bounds(row.floor_points, row.ceiling_points) if row else _bounds(None, None)))


def _bands(law: Law) -> Iterator[tuple[Any, ...]]:
    for scheme, rules in enumerate(law.schemes):
        for band in bands_of(rules):
            yield (scheme, band.merit_from, band.merit_to, band.grade)


def _bounds(floor: int | None, ceiling: int | None) -> tuple[int, int]:
    return (-NO_LIMIT if floor is None else floor, NO_LIMIT if ceiling is None else ceiling)
