"""Rulebooks for scores: the package's own law, and schemes of other places laid over it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from registry.rulebook import Row, Rulebook, parse_row
from tests import given

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
    if table in ("score_points", "score_dimensions"):
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


def point(jurisdiction: str, kind: str, points: int, dimension: str = "all", **fields: Any) -> Row:
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
