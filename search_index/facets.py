"""How what was found is spread over regions, sectors and lists, to the last one.

A dimension is counted without its own filter, so that a reader sees what else could be chosen. What
waits to be indexed is left out of the index's counts and read here, so the sum is exact at any time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from search_index.documents import SearchDocument
from search_index.matching import explain
from search_index.plan import plan
from search_index.protocol import Facets, Query

Dimension = Literal["region_prefix", "sector", "lists", "designated"]
DIMENSIONS: tuple[Dimension, ...] = ("region_prefix", "sector", "lists", "designated")


def without(query: Query, dimension: Dimension) -> Query:
    """Return a query without the filter of a dimension."""
    return replace(query, **{dimension: getattr(Query(), dimension)})


def rounds(query: Query) -> Iterator[tuple[Query, list[Dimension]]]:
    """Yield the question with what it counts, and for each filter the question without it."""
    filtered = [one for one in DIMENSIONS if without(query, one) != query]
    yield query, [one for one in DIMENSIONS if one not in filtered]
    for one in filtered:
        yield without(query, one), [one]


def tally(documents: Iterable[SearchDocument], query: Query) -> Facets:
    """Return the facets of some documents, read one by one."""
    matching = [one for one in documents if _found(one, query.text)]
    open_to = {one: [d for d in matching if passes(d, without(query, one))] for one in DIMENSIONS}
    return Facets(
        total=sum(passes(one, query) for one in matching),
        regions=Counter(one.region for one in open_to["region_prefix"]),
        sectors=Counter(one.sector for one in open_to["sector"] if one.sector),
        lists=Counter(regime for one in open_to["lists"] for regime in one.lists),
        designated=sum(one.designated for one in open_to["designated"]),
    )


def passes(document: SearchDocument, query: Query) -> bool:
    """Say whether the filters of a query let a document pass."""
    return (
        document.region.startswith(query.region_prefix or "")
        and (query.sector is None or document.sector == query.sector)
        and (query.lists is None or not set(query.lists).isdisjoint(document.lists))
        and (document.designated or not query.designated)
    )


def _found(document: SearchDocument, text: str) -> bool:
    planned = plan(text)
    if planned is None:
        return not text.strip()
    return explain(planned, document) is not None
