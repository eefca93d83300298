"""Reading the tantivy index: one page of hits in order, rank after rank."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import tantivy
from tantivy import Order

from search_index.documents import SearchDocument
from search_index.matching import explain, reasons_for
from search_index.ordering import Cursor
from search_index.pinyin import segmentations
from search_index.plan import LOWEST_RANK, Plan, Term, Tier, rank_of
from search_index.protocol import Hit
from search_index.tantivy_queries import any_of, beyond, clause, ladder, only, so_far
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
    found = None if after is not None else _on_one_rank(asked, result.hits)
    if found is None:
        found = climb(asked, wanted, after, total)
    return [_hit(searcher, planned, one) for one in found], total


def _told(searcher: tantivy.Searcher, planned: Plan, order: int, address: tantivy.DocAddress) -> Hit | None:
    document = SearchDocument.read(stored(searcher, address))
    explained = explain(planned, document)
    if explained is None:
        return None
    rank, reasons = explained
    return Hit(document.business_id, LOWEST_RANK - rank, reasons, f"{rank}.{order}")


def _on_one_rank(asked: Asked, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[Found] | None:
    """Return the hits with their rank where all are on the one on which such a text mostly is found.

    To see that there is nothing on the others costs less than to find all of it once more.
    """
    if asked.planned is None or asked.planned.words:
        return None
    term = asked.planned.whole
    likely = _likely(term)
    others = any_of([clause(term, tier) for tier in term.tiers if tier is not likely])
    if asked.searcher.search(only(others, but_not=None, within=asked.within), limit=1, count=False).hits:
        return None
    return [(rank_of(likely, apart=False), int(order), address) for order, address in hits]


def _likely(term: Term) -> Tier:
    """Return the tier on which a text is most likely found."""
    if Tier.PINYIN in term.tiers and segmentations(term.text):
        return Tier.PINYIN
    if Tier.INITIALS in term.tiers:
        return Tier.INITIALS
    return Tier.CODE if Tier.CODE in term.tiers else Tier.NAME


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
