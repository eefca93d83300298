"""Rulebooks for scores: the package's own law, schemes of other places laid over it, and accounts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from registry.rulebook import Row, Rulebook, parse_row
from registry.scoring.answers import Account
from registry.scoring.explain import account_of
from registry.scoring.expression import BUSINESSES, FACTS
from registry.scoring.params import law_on
from tests import given
from tests.scoring.oracle import Fact

SINCE = date(1990, 1, 1)


def row(table: str, code: str, jurisdiction: str, **fields: Any) -> Row:
    """Return a row of the scheme `default` of a place, tagged as our own proposal."""
    stated: dict[str, Any] = {
        "code": code,
        "jurisdiction": jurisdiction,
        "in_force_from": SINCE,
        "tag": "default",
        **fields,
    }
    if table != "score_schemes":
        stated = {"scheme": "default", **stated}
    if table in ("score_schemes", "score_points", "score_dimensions"):
        stated = {"name_zh": code, "name_en": code, **stated}
    return parse_row(table, stated)


def scheme(jurisdiction: str, **fields: Any) -> Row:
    """Return a scheme: base 100, clamped to 0-100, window of three years, unless said otherwise."""
    usual = {
        "base_points": 10_000,
        "floor_points": 0,
        "ceiling_points": 10_000,
        "higher_is_better": True,
        "grade_public": False,
        "window_months": 36,
    }
    return row("score_schemes", "default", jurisdiction, **{**usual, **fields})


def point(jurisdiction: str, kind: str, points: int | None, dimension: str = "all", **fields: Any) -> Row:
    """Return the points of a kind of fact, three years without decay unless said otherwise."""
    usual = {"points": points, "dimension": dimension, "counts_months": 36}
    return row("score_points", kind, jurisdiction, **{**usual, **fields})


def dimension(jurisdiction: str, code: str = "all", **fields: Any) -> Row:
    """Return a dimension, unbounded unless said otherwise."""
    return row("score_dimensions", code, jurisdiction, **fields)


def band(jurisdiction: str, grade: str, from_points: int | None, **fields: Any) -> Row:
    """Return a grade and the first points that reach it."""
    return row("grade_bands", grade, jurisdiction, grade=grade, from_points=from_points, **fields)


def national_and(rows: Iterable[Row]) -> Rulebook:
    """Return the package's rulebook with rows of other places added."""
    return given.rulebook().with_rows(rows)


# Every shape that a scheme can have, somewhere: no bands, more is worse, decay, negative floors,
# caps of a kind and of a dimension, weights, cycles, unbounded totals, points that change on a day; and
# every figure that can be unknown: weights, points, thresholds, the place of a grade set directly.
LOCAL_LAW = national_and(
    [
        scheme("2102", ceiling_points=18_000, window_months=24),
        dimension("2102", "rules", weight_bp=6_667, floor_points=-2_500),
        dimension("2102", "bonus", ceiling_points=777),
        point("2102", "violation.M48", -3_333, "rules", decay="linear", counts_months=13),
        point("2102", "violation.M43", -101, "rules", per="unit", decay="linear", counts_months=36),
        point("2102", "pledge", 501, "bonus", decay="linear", counts_months=7),
        point("2102", "designation", 333, "bonus", ceiling_points=600, counts_months=60),
        scheme("320582", base_points=1_200, floor_points=None, ceiling_points=None, window_months=30),
        dimension("320582"),
        point(
            "320582",
            "violation.M46",
            -777,
            decay="steps",
            steps=[{"from_month": 6, "bp": 6_667}, {"from_month": 12, "bp": 3_333}],
        ),
        point("320582", "violation.K03", -155, per="unit", floor_points=-400, direct_grade="C"),
        point("320582", "pledge", 99, decay="steps", steps=[{"from_month": 0, "bp": 5_001}]),
        band("320582", "A", 900),
        band("320582", "C", 301),
        band("320582", "D", 0),
        scheme("37", base_points=0, floor_points=-500, ceiling_points=9_000, higher_is_better=False),
        dimension("37", ceiling_points=5_000, floor_points=-700),
        point("37", "violation.M43", 250, per="unit", ceiling_points=1_500),
        point("37", "violation.M48", 2_000, decay="linear", direct_grade="D"),
        point("37", "violation.C03", 800),
        point("37", "designation", -300),
        band("37", "A", 0),
        band("37", "B", 500),
        band("37", "C", 1_500),
        band("37", "D", 4_000),
        scheme("44", cycle_months=7, cycle_from=date(2022, 8, 31)),
        dimension("44", weight_bp=12_345),
        point("44", "violation.M43", -999, per="unit"),
        point("44", "violation.M46", -3_333, decay="linear", counts_months=9),
        point("44", "violation.K03", -100, direct_grade="B"),
        point("44", "violation.C03", -100, direct_grade="D"),
        point("44", "violation.M48", None, tag="unknown"),
        point("44", "pledge", None, tag="unknown"),
        point("44", "designation", 55),
        band("44", "A", None, tag="unknown"),
        band("44", "B", None, tag="unknown"),
        band("44", "C", 6_100, to_points=9_000),
        band("44", "D", 0, to_points=5_000),
        scheme("46", base_points=0, floor_points=None, higher_is_better=False),
        dimension("46"),
        dimension("46", "bonus", weight_bp=0),
        point("46", "violation.M43", 250, per="unit", ceiling_points=1_500),
        point("46", "violation.M46", None, tag="unknown"),
        point("46", "violation.M48", None, tag="unknown", direct_grade="D"),
        point("46", "violation.K03", 700, direct_grade="C"),
        point("46", "pledge", -300, "bonus"),
        band("46", "A", 0),
        band("46", "C", 400),
        band("46", "D", 1_400),
        scheme("53", cycle_months=12, cycle_from=date(2031, 1, 1)),
        dimension("53", weight_bp=5_000),
        dimension("53", "bonus", tag="unknown"),
        point("53", "violation.M48", -4_000, direct_grade="D"),
        point("53", "violation.M43", -101, per="unit", decay="linear"),
        point("53", "pledge", 300, "bonus"),
        band("53", "A", 9_000),
        band("53", "D", 0),
        point("4115", "violation.M48", -2_500, "violations", per="unit", in_force_from=date(2025, 1, 1)),
        point("411503", "pledge", 150, "commitment", ceiling_points=450),
    ]
)


def account(rulebook: Rulebook, region: str, facts: list[Fact], on: date) -> Account:
    """Return the account of a business that has just these facts."""
    rows = [
        {
            "business_id": "b",
            "region": region,
            "fact_id": f"f{number}",
            "kind": fact.kind,
            "counts_from": fact.counts_from,
            "held_to": fact.held_to or date.max,
            "quantity": fact.quantity,
        }
        for number, fact in enumerate(facts)
    ]
    return account_of(
        pa.Table.from_pylist([{"business_id": "b", "region": region}], BUSINESSES.to_pyarrow()),
        pa.Table.from_pylist(rows, FACTS.to_pyarrow()),
        law_on(rulebook, [region], on),
    )
