"""The public's search: what the index found, as far as the database still shows it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from search_index.protocol import LARGEST_PAGE, Hit, Hits, Index, IndexSilent, Query

Shown = TypeVar("Shown")

_MOST_PAGES = 20


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
    instead: Callable[[Query], Hits],
) -> FoundPage[Shown]:
    """Return a page of hits that the database still shows, filled up where some are dropped.

    Only a page most of whose followers were withdrawn a moment ago can stay short of its limit.

    Args:
        index: Asked first.
        query: What is asked.
        still_visible: Returns what the database shows of the named businesses, by identifier.
        instead: Finds what it can where the index does not answer.

    Raises:
        Malformed: `cursor.broken`: `after` was not made by this index.
    """
    try:
        return _filled_up(index.search, query, still_visible)
    except IndexSilent:
        return replace(_filled_up(instead, query, still_visible), by_database=True)


def _filled_up(
    search: Callable[[Query], Hits],
    query: Query,
    still_visible: Callable[[Sequence[str]], Mapping[str, Shown]],
) -> FoundPage[Shown]:
    wanted = min(max(query.limit, 1), LARGEST_PAGE)
    items: list[tuple[Hit, Shown]] = []
    dropped: list[str] = []
    after, total = query.after, 0
    for _ in range(_MOST_PAGES):
        page = search(query)
        total, after = page.total, page.next
        shown = still_visible([hit.business_id for hit in page.items]) if page.items else {}
        for hit in page.items:
            if hit.business_id in shown:
                items.append((hit, shown[hit.business_id]))
            else:
                dropped.append(hit.business_id)
        if after is None or len(items) == wanted:
            break
        query = replace(query, limit=wanted - len(items), after=after)
    return FoundPage(tuple(items), total - len(dropped), after, tuple(dropped))
