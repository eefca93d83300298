"""The public's search: what the index found, as far as the database still shows it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from search_index.documents import SearchDocument
from search_index.facets import passes
from search_index.matching import explain
from search_index.plan import plan
from search_index.protocol import LARGEST_PAGE, Hit, Hits, Index, IndexSilent, Query

Shown = TypeVar("Shown")

_MOST_PAGES = 20

Unheard = Callable[[Sequence[str]], Mapping[str, SearchDocument | None]]


@dataclass(frozen=True)
class FoundPage(Generic[Shown]):
    """One page of what the public may see of what was found.

    Attributes:
        items: Each hit with what the database shows of it.
        total: Number of all businesses found, less those dropped here.
        next: Pass it as `after` to read on; None at the end.
        dropped: Businesses that the index still holds and the database no longer shows.
        by_database: The index did not answer; this is what the database found instead.
    """

    items: tuple[tuple[Hit, Shown], ...]
    total: int
    next: str | None
    dropped: tuple[str, ...]
    by_database: bool = False


def search_public(
    index: Index,
    query: Query,
    still_visible: Callable[[Sequence[str]], Mapping[str, Shown]],
    unheard: Unheard,
    instead: Callable[[Query], Hits],
) -> FoundPage[Shown]:
    """Return a page of hits that the database still shows, filled up where some are dropped.

    Only a page most of whose followers were withdrawn a moment ago can stay short of its limit.

    Args:
        index: Asked first.
        query: What is asked.
        still_visible: Returns what the database shows of the named businesses, by identifier.
        unheard: Returns those of the named businesses of which the index holds something old, with what
            it will hold: they are shown for reasons that stand, or not at all.
        instead: Finds what it can where the index does not answer.

    Raises:
        Malformed: `cursor.broken`: `after` was not made by this index.
    """
    try:
        return _filled_up(index.search, query, still_visible, unheard)
    except IndexSilent:
        return replace(_filled_up(instead, query, still_visible, lambda _: {}), by_database=True)


def _told_anew(hit: Hit, document: SearchDocument | None, query: Query) -> Hit | None:
    """Return a hit for what a business is called now, or None where the query no longer finds it."""
    if document is None or not passes(document, query):
        return None
    planned = plan(query.text)
    explained = (0, ()) if planned is None else explain(planned, document)
    return None if explained is None else replace(hit, reasons=explained[1])


def _filled_up(
    search: Callable[[Query], Hits],
    query: Query,
    still_visible: Callable[[Sequence[str]], Mapping[str, Shown]],
    unheard: Unheard,
) -> FoundPage[Shown]:
    wanted = min(max(query.limit, 1), LARGEST_PAGE)
    items: list[tuple[Hit, Shown]] = []
    dropped: list[str] = []
    after, total = query.after, 0
    for _ in range(_MOST_PAGES):
        page = search(query)
        total, after = page.total, page.next
        ids = [hit.business_id for hit in page.items]
        shown = still_visible(ids) if ids else {}
        anew = unheard(ids) if ids else {}
        for hit in page.items:
            one = hit.business_id
            told = _told_anew(hit, anew[one], query) if one in anew else hit
            if told is not None and one in shown:
                items.append((told, shown[one]))
            else:
                dropped.append(one)
        if after is None or len(items) == wanted:
            break
        query = replace(query, limit=wanted - len(items), after=after)
    return FoundPage(tuple(items), total - len(dropped), after, tuple(dropped))
