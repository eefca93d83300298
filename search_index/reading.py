"""Finding in a few documents by reading each of them: what an engine found too much of, or could not."""

from collections.abc import Iterable, Sequence

from search_index.documents import SearchDocument
from search_index.facets import passes
from search_index.matching import explain
from search_index.ordering import Cursor
from search_index.plan import LOWEST_RANK, Plan
from search_index.protocol import LARGEST_PAGE, Hit, Hits, Query, Reason

Ranked = tuple[int, int, str, tuple[Reason, ...]]


def found_among(
    documents: Iterable[tuple[int, SearchDocument]], planned: Plan, query: Query, after: Cursor | None
) -> Hits:
    """Return a page of those of the documents that a query finds, and the number of all of them.

    Args:
        documents: Each with its order key.
        planned: The text of the query, taken apart.
        query: Its filters and its limit.
        after: Rank and order key of the hit that the page follows.
    """
    found: list[Ranked] = []
    for order, one in documents:
        explained = explain(planned, one) if passes(one, query) else None
        if explained is not None:
            found.append((explained[0], order, one.business_id, explained[1]))
    found.sort()
    return page_of([one for one in found if after is None or one[:2] > after], query.limit, len(found))


def page_of(ranked: Sequence[Ranked], limit: int, total: int) -> Hits:
    """Return the first hits of what was found, in order, as a page."""
    wanted = min(max(limit, 1), LARGEST_PAGE)
    items = tuple(
        Hit(business_id, LOWEST_RANK - rank, reasons, f"{rank}.{order}")
        for rank, order, business_id, reasons in ranked[:wanted]
    )
    return Hits(items, total, items[-1].next if len(ranked) > wanted else None)
