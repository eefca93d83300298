"""Counting in the tantivy index, by its columns."""

from collections.abc import Collection, Mapping
from typing import Any

import tantivy

from search_index.facets import DIMENSIONS, Dimension, rounds
from search_index.protocol import Facets, Query
from search_index.tantivy_queries import filters, only
from search_index.tantivy_rows import DESIGNATED, SCHEMA

COLUMNS: Mapping[Dimension, str] = {
    "region_prefix": "county",
    "sector": "sector",
    "lists": "lists",
    "designated": "marks",
}
_MOST_VALUES = 10_000  # the counties of the country are some 3,000
_EVERY = "county"  # each document has exactly one


def counted(
    searcher: tantivy.Searcher, anywhere: tantivy.Query, query: Query, but_not: Collection[str]
) -> Facets:
    """Return the facets of what a query finds, under the filters of a question, leaving some out."""
    left_out = tantivy.Query.term_set_query(SCHEMA, "id", list(but_not)) if but_not else None
    told: dict[str, Any] = {}
    for asked, dimensions in rounds(query):
        within = filters(asked)
        if within is None:
            continue
        wanted: dict[str, Any] = {
            one: {"terms": {"field": COLUMNS[one], "size": _MOST_VALUES}} for one in dimensions
        }
        if asked == query:
            wanted["total"] = {"value_count": {"field": _EVERY}}
        told |= searcher.aggregate(only(anywhere, but_not=left_out, within=within), wanted)
    numbers = {one: {key["key"]: int(key["doc_count"]) for key in _buckets(told, one)} for one in DIMENSIONS}
    return Facets(
        total=int(told["total"]["value"]) if "total" in told else 0,
        regions=numbers["region_prefix"],
        sectors=numbers["sector"],
        lists=numbers["lists"],
        designated=numbers["designated"].get(DESIGNATED, 0),
    )


def _buckets(told: Mapping[str, Any], dimension: Dimension) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told[dimension]["buckets"] if dimension in told else []
    return found
