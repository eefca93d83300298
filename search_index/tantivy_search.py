"""Reading the tantivy index: one page of hits in order, rank after rank."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import tantivy
from tantivy import Order

from search_index.documents import SearchDocument
from search_index.matching import explain, reasons_for
from search_index.ordering import Cursor
from search_index.plan import LOWEST_RANK, Plan
from search_index.protocol import Hit
from search_index.tantivy_queries import beyond, ladder, only, so_far
from search_index.tantivy_rows import BUCKETS, ORDER, SCHEMA, STORED

Found = tuple[int, int, tantivy.DocAddress]


class Asked(NamedTuple):
    """A question in the engine's terms.

    Attributes:
        planned: The text, taken apart; None where only filters are asked.
        anywhere: Finds what is on any rank.
        within: The filters.
    """

    searcher: tantivy.Searcher
    planned: Plan | None
    anywhere: tantivy.Query
    within: list[tantivy.Query]


def first_hits(asked: Asked, wanted: int, after: Cursor | None) -> tuple[list[Hit], int]:
    """Return the first hits in order, beginning after a cursor, and the number of all.

    Most questions find little. All of it is then taken at once, and each document tells its rank and
    reasons; where it is more than wanted, or a document does not tell, the ranks are climbed.
    """
    searcher, planned = asked.searcher, asked.planned
    anywhere = only(asked.anywhere, but_not=None, within=asked.within)
    result = searcher.search(anywhere, limit=wanted, count=True, order_by_field=ORDER, order=Order.Asc)
    total = _count(result)
    if planned is not None and after is None and total <= wanted:
        told = [_told(searcher, planned, int(order), address) for order, address in result.hits]
        hits = [one for one in told if one is not None]
        if len(hits) == total:
            return sorted(hits, key=lambda one: -one.score), total  # within a rank they stand in order
    found = climb(asked, wanted, after, total)
    return [_hit(searcher, planned, one) for one in found], total


def _told(searcher: tantivy.Searcher, planned: Plan, order: int, address: tantivy.DocAddress) -> Hit | None:
    document = SearchDocument.read(stored(searcher, address))
    explained = explain(planned, document)
    if explained is None:
        return None
    rank, reasons = explained
    return Hit(document.business_id, LOWEST_RANK - rank, reasons, f"{rank}.{order}")


def climb(asked: Asked, wanted: int, after: Cursor | None, total: int) -> list[Found]:
    """Return the first hits in order, beginning after a cursor, of so many in all."""
    searcher, within = asked.searcher, asked.within
    rungs = ladder(asked.planned, anything=asked.planned is None)
    found: list[Found] = []
    seen = 0
    shown: tantivy.Query | None = None
    left = deque(enumerate(rungs, 1))
    while left and len(found) < wanted and seen != total:
        place, rung = left.popleft()
        if after is not None and rung.rank < after[0]:
            shown = so_far(rungs, place)
            continue
        beginning = [beyond(after[1])] if after is not None and rung.rank == after[0] else []
        here = only(rung.query, but_not=shown, within=[*within, *beginning])
        result = searcher.search(
            here, limit=wanted - len(found), count=True, order_by_field=ORDER, order=Order.Asc
        )
        found.extend((rung.rank, int(order), address) for order, address in result.hits)
        seen += _count(result)
        if seen or after is not None:
            shown = so_far(rungs, place)
    return found


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # its type stub forgot the attribute


def parts(searcher: tantivy.Searcher, ids: Sequence[str] | None) -> Iterator[tuple[tantivy.Query, int]]:
    """Yield queries for the named businesses, or for all part by part, and how many each finds at most."""
    if ids is None:
        for bucket in BUCKETS:
            if most := searcher.doc_freq("bucket", bucket):
                yield tantivy.Query.term_query(SCHEMA, "bucket", bucket, index_option="basic"), most
    elif ids:
        yield tantivy.Query.term_set_query(SCHEMA, "id", list(ids)), len(ids)


def _hit(searcher: tantivy.Searcher, planned: Plan | None, found: Found) -> Hit:
    """Return a hit with its reasons."""
    rank, order, address = found
    document = SearchDocument.read(stored(searcher, address))
    reasons = reasons_for(planned, rank, document) if planned is not None else ()
    return Hit(document.business_id, LOWEST_RANK - rank, reasons, f"{rank}.{order}")


def stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    """Return the canonical form of a document."""
    return bytes(searcher.doc(address).get_first(STORED) or b"")
