"""Reading the tantivy index: one page of hits in order, rank after rank."""

import re
from collections import deque
from collections.abc import Iterator, Sequence

import tantivy
from tantivy import Order

from registry.errors import Malformed
from search_index.documents import SearchDocument
from search_index.matching import reasons_for
from search_index.plan import LOWEST_RANK, Plan
from search_index.protocol import Hit
from search_index.tantivy_queries import Rung, any_of, beyond, only
from search_index.tantivy_rows import BUCKETS, ORDER, SCHEMA, STORED

_CURSOR = re.compile(r"([0-9]{1,2})\.([0-9]{1,19})")
_ORDERS = 1 << 63

Found = tuple[int, int, tantivy.DocAddress]


def climb(
    searcher: tantivy.Searcher,
    rungs: list[Rung],
    within: list[tantivy.Query],
    wanted: int,
    after: tuple[int, int] | None,
) -> tuple[list[Found], int]:
    """Return the first hits in order, beginning after a cursor, and the number of all.

    Words apart make many ranks, most of them empty: there all are counted first, so that the climb
    ends when all are found. Otherwise what is left after the climb is counted, which costs less.
    """
    found: list[Found] = []
    seen = 0
    shown: tantivy.Query | None = None
    total: int | None = None
    if after is not None or any(rung.apart for rung in rungs):
        total = _number(searcher, only(rungs[-1].so_far, but_not=None, within=within))
    left = deque(rungs)
    while left and len(found) < wanted and seen != total:
        rung = left.popleft()
        if after is not None and rung.rank < after[0]:
            shown = rung.so_far
            continue
        beginning = [beyond(after[1])] if after is not None and rung.rank == after[0] else []
        asked = only(rung.query, but_not=shown, within=[*within, *beginning])
        result = searcher.search(
            asked, limit=wanted - len(found), count=True, order_by_field=ORDER, order=Order.Asc
        )
        found.extend((rung.rank, int(order), address) for order, address in result.hits)
        seen += _count(result)
        if seen or after is not None:
            shown = rung.so_far
    if total is None:
        rest = only(any_of([rung.query for rung in left]), but_not=shown, within=within)
        total = seen + (_number(searcher, rest) if left else 0)
    return found, total


def _number(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """Return how many documents a query finds."""
    return _count(searcher.search(query, limit=1, count=True, order_by_field=ORDER))


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


def hit(searcher: tantivy.Searcher, planned: Plan | None, found: Found) -> Hit:
    """Return a hit with its reasons."""
    rank, order, address = found
    document = SearchDocument.model_validate_json(stored(searcher, address))
    reasons = reasons_for(planned, rank, document) if planned is not None else ()
    return Hit(document.business_id, LOWEST_RANK - rank, reasons, f"{rank}.{order}")


def stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    """Return the canonical form of a document."""
    return bytes(searcher.doc(address).get_first(STORED) or b"")


def read_cursor(text: str | None) -> tuple[int, int] | None:
    """Return rank and order key of the hit that a page follows.

    Raises:
        Malformed: `cursor.broken`: no index made it.
    """
    if text is None:
        return None
    read = _CURSOR.fullmatch(text)
    if read is None or int(read[1]) > LOWEST_RANK or int(read[2]) >= _ORDERS:
        raise Malformed("cursor.broken", field="cursor")
    return int(read[1]), int(read[2])
