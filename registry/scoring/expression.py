"""The score, written once: one Ibis expression for one business and for ten million.

What the law says about a day is worked out beforehand (`params.py`): which days a fact may count
from, and what one unit of it is then worth. So the expression only joins, compares days, multiplies
and adds integers; it divides nothing, and every engine gives the same digits.

    facts ─ contributions ─ kinds ─ dimensions ─ scores

Each level is a named part of the same definition, so an explanation shows what was computed, not
a second computation.
"""

from enum import IntEnum
from typing import NamedTuple

import ibis
from ibis import Schema, Table, _

from registry.scoring.rules import NO_LIMIT


class Unknown(IntEnum):
    """What nobody knows of a fact that counts; the greatest of a business's facts says it of its score."""

    NOTHING = 0
    PLACE = 1  # it sets a grade directly of which nobody knows where it lies
    POINTS = 2


FACTS = ibis.schema(
    {
        "business_id": "!string",
        "region": "!string",
        "fact_id": "!string",
        "kind": "!string",
        "counts_from": "!date",
        "held_to": "!date",
        "quantity": "!int64",
    }
)
BUSINESSES = ibis.schema({"business_id": "!string", "region": "!string"})
PARAMS: dict[str, Schema] = {
    "regions": ibis.schema({"region": "!string", "scheme": "!int32"}),
    "schemes": ibis.schema(
        {
            "scheme": "!int32",
            "base": "!int64",
            "floor": "!int64",
            "ceiling": "!int64",
            "direction": "!int64",
        }
    ),
    "steps": ibis.schema(
        {
            "region": "!string",
            "kind": "!string",
            "rule": "!int32",
            "cap": "!int32",
            "earliest": "!date",
            "latest": "!date",
            "as_of": "!date",
            "points": "!int64",
            "per_unit": "!boolean",
            "direct_merit": "!int64",
            "unknown": "!int64",
        }
    ),
    "caps": ibis.schema({"cap": "!int32", "dimension": "!int32", "floor": "!int64", "ceiling": "!int64"}),
    "dimensions": ibis.schema({"dimension": "!int32", "floor": "!int64", "ceiling": "!int64"}),
    "bands": ibis.schema(
        {"scheme": "!int32", "merit_from": "!int64", "merit_to": "!int64", "grade": "!string"}
    ),
}


class Levels(NamedTuple):
    """The score from the single fact up to the grade.

    Attributes:
        contributions: One row a fact that counts: rule, points in hundredths, direct merit; `unknown` is
            one of `Unknown`.
        kinds: One row a business and capped kind: sum of its facts (`raw`), and within the cap. Kinds
            without a cap of their own are one.
        dimensions: One row a business and capped dimension: sum of its kinds, and within the cap.
            Dimensions without a cap are one.
        scores: One row a business: `raw` sum on the base, `points` clamped, `merit`, `grade`.
    """

    contributions: Table
    kinds: Table
    dimensions: Table
    scores: Table


def score_expression(*, dimensions_capped: bool) -> Levels:
    """Return the levels over unbound tables named as in `FACTS`, `BUSINESSES` and `PARAMS`.

    Args:
        dimensions_capped: False where no dimension has a cap: a sum of sums is then the sum, and a
            million businesses need not be gathered once more.
    """
    tables = {name: ibis.table(schema, name=name) for name, schema in PARAMS.items()}
    facts = ibis.table(FACTS, name="facts")
    businesses = ibis.table(BUSINESSES, name="businesses")
    contributions = _contributions(facts, tables)
    kinds = _kinds(contributions, tables["caps"])
    dimensions = _dimensions(kinds, tables["dimensions"])
    summed = dimensions if dimensions_capped else kinds
    return Levels(contributions, kinds, dimensions, _scores(businesses, summed, tables))


def _contributions(facts: Table, params: dict[str, Table]) -> Table:
    steps = params["steps"]
    counted = facts.join(
        steps,
        [
            facts.region == steps.region,
            facts.kind == steps.kind,
            facts.counts_from >= steps.earliest,
            facts.counts_from <= steps.latest,
            facts.held_to > steps.as_of,
        ],
    )
    units = ibis.ifelse(counted.per_unit, counted.quantity, ibis.literal(1, "int64"))
    return counted.select(
        "business_id",
        "fact_id",
        "kind",
        "counts_from",
        "quantity",
        "rule",
        "cap",
        unit_points=counted.points,
        points=counted.points * units,
        direct_merit=counted.direct_merit,
        unknown=counted.unknown,
    )


def _kinds(contributions: Table, caps: Table) -> Table:
    summed = contributions.group_by(["business_id", "cap"]).aggregate(
        raw=_.points.sum().cast("int64"), direct_merit=_.direct_merit.min(), unknown=_.unknown.max()
    )
    return summed.join(caps, "cap").select(
        "business_id",
        "cap",
        "dimension",
        "raw",
        "direct_merit",
        "unknown",
        points=_within(summed.raw, caps.floor, caps.ceiling),
    )


def _dimensions(kinds: Table, dimensions: Table) -> Table:
    summed = kinds.group_by(["business_id", "dimension"]).aggregate(
        raw=_.points.sum().cast("int64"), direct_merit=_.direct_merit.min(), unknown=_.unknown.max()
    )
    return summed.join(dimensions, "dimension").select(
        "business_id",
        "dimension",
        "raw",
        "direct_merit",
        "unknown",
        points=_within(summed.raw, dimensions.floor, dimensions.ceiling),
    )


def _scores(businesses: Table, capped: Table, params: dict[str, Table]) -> Table:
    summed = capped.group_by("business_id").aggregate(
        points=_.points.sum().cast("int64"), direct_merit=_.direct_merit.min(), unknown=_.unknown.max()
    )
    placed = businesses.join(params["regions"], "region").join(params["schemes"], "scheme")
    joined = placed.left_join(summed, "business_id")
    raw = joined.base + joined.points.fill_null(0)
    clamped = joined.select(
        "business_id",
        "scheme",
        "direction",
        "direct_merit",
        raw=raw,
        unknown=joined.unknown.fill_null(Unknown.NOTHING),
        points=_within(raw, joined.floor, joined.ceiling),
    )
    points_known = clamped.unknown < Unknown.POINTS
    reached = ibis.ifelse(points_known, clamped.points * clamped.direction, NO_LIMIT)
    merit = ibis.least(reached, clamped.direct_merit.fill_null(NO_LIMIT))
    ranked = clamped.mutate(merit=merit)
    bands = params["bands"]
    return ranked.left_join(
        bands,
        [
            ranked.scheme == bands.scheme,
            ranked.merit >= bands.merit_from,
            ranked.merit <= bands.merit_to,
            # what is unknown can only lower the merit that is known: then only the lowest grade is sure
            (ranked.unknown == Unknown.NOTHING) | (bands.merit_from == -NO_LIMIT),
        ],
    ).select("business_id", "scheme", "raw", "points", "merit", "grade")


def _within(points: ibis.Value, floor: ibis.Value, ceiling: ibis.Value) -> ibis.Value:
    return ibis.greatest(floor, ibis.least(ceiling, points))
