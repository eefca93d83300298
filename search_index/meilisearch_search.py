"""Searching and counting on a Meilisearch server.

What a question finds is read whole while it is little, and verified document by document. Where it is
more, the server's filters decide: they find all that should be found, and beside it only texts that
repeat themselves in another order. Such a hit is not shown, but stands in the total.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from search_index.facets import rounds, tally
from search_index.ladder import Rung
from search_index.matching import reasons_for
from search_index.meilisearch_filters import EVERYTHING, LANGUAGE, all_of, among, beyond, filters_of
from search_index.meilisearch_server import Found, Placed, Server
from search_index.ordering import Cursor, read_cursor
from search_index.plan import LOWEST_RANK, Plan, plan
from search_index.protocol import LARGEST_PAGE, Facets, Hit, Hits, Query
from search_index.reading import found_among

READ = 200  # documents are read and verified where no more were found
COLUMNS = {"region_prefix": "county", "sector": "sector", "lists": "lists", "designated": "designated"}


@dataclass(frozen=True)
class Asked:
    """A question in the server's terms: anywhere, on which ranks, within which filters, after which hit."""

    anywhere: str
    rungs: list[Rung[str]]
    within: list[str]
    after: Cursor | None
    limit: int


def searched(server: Server, query: Query, read: int) -> Hits:
    """Return a page of what was found.

    Raises:
        Malformed: `cursor.broken`.
        IndexSilent: The server does not answer.
    """
    after = read_cursor(query.after)
    planned = plan(query.text)
    anything = not query.text.strip()
    anywhere = LANGUAGE.anywhere(planned, anything=anything)
    within = filters_of(query)
    if anywhere is None or within is None:
        return Hits((), 0, None)
    asked = Asked(
        anywhere,
        LANGUAGE.ladder(planned, anything=anything),
        within,
        after,
        min(max(query.limit, 1), LARGEST_PAGE),
    )
    if planned is None:
        return _climbed(server, asked, None)
    (all_found,) = server.ask([{"filter": all_of([asked.anywhere, *within]), "limit": read}])
    if all_found.total <= read:
        return found_among(all_found.documents, planned, query, after)
    return _climbed(server, asked, planned)


def counted(server: Server, query: Query, but_not: Collection[str], read: int) -> Facets:
    """Return the facets of a question, leaving some businesses out.

    Raises:
        IndexSilent: The server does not answer.
    """
    planned = plan(query.text)
    everywhere = LANGUAGE.anywhere(planned, anything=not query.text.strip())
    if everywhere is None:
        return Facets()
    anywhere = [everywhere]
    if but_not:
        anywhere.append(f"NOT {among(but_not)}")
    if planned is not None:
        (all_found,) = server.ask([{"filter": all_of(anywhere), "limit": read}])
        if all_found.total <= read:
            return tally((one for _, one in all_found.documents), query)
    return _counted_there(server, query, anywhere)


def _counted_there(server: Server, query: Query, anywhere: list[str]) -> Facets:
    """Return the facets as the server counts them."""
    open_to = [(dimensions, filters_of(asked)) for asked, dimensions in rounds(query)]
    questions = [
        {"filter": all_of([*anywhere, *within]), "facets": [COLUMNS[one] for one in dimensions]}
        for dimensions, within in open_to
        if within is not None
    ]
    answers = iter(server.ask(questions) if questions else [])
    nothing = Found(0, {}, ())
    told = [next(answers) if within is not None else nothing for _, within in open_to]
    numbers: dict[str, dict[str, int]] = {}
    for one in told:
        numbers |= one.facets
    return Facets(
        total=told[0].total,
        regions=numbers.get("county", {}),
        sectors=numbers.get("sector", {}),
        lists=numbers.get("lists", {}),
        designated=numbers.get("designated", {}).get("true", 0),
    )


def _climbed(server: Server, asked: Asked, planned: Plan | None) -> Hits:
    """Return a page rank by rank, as the server filters and orders them, by one request."""
    ranks, questions = [], [{"filter": all_of([asked.anywhere, *asked.within])}]
    for place, rung in enumerate(asked.rungs):
        if asked.after is None or rung.rank >= asked.after[0]:
            ranks.append(rung.rank)
            questions.append(_rank(asked, place, rung))
    total, *answers = server.ask(questions)
    found = [(rank, one) for rank, answer in zip(ranks, answers, strict=True) for one in answer.documents]
    hits = [_hit(planned, rank, one) for rank, one in found[: asked.limit]]
    shown = tuple(hit for hit in hits if planned is None or hit.reasons)
    return Hits(shown, total.total, hits[-1].next if len(found) > asked.limit else None)


def _rank(asked: Asked, place: int, rung: Rung[str]) -> dict[str, Any]:
    """Return the question for what is found on one rank, on none before it, and after the cursor."""
    parts = [rung.query, *asked.within]
    if place:
        parts.append(f"NOT {LANGUAGE.so_far(asked.rungs, place)}")
    if asked.after is not None and rung.rank == asked.after[0]:
        parts.append(beyond(asked.after[1]))
    return {"filter": all_of(parts), "limit": asked.limit + 1}


def _hit(planned: Plan | None, rank: int, placed: Placed) -> Hit:
    order, document = placed
    reasons = reasons_for(planned, rank, document) if planned is not None else ()
    return Hit(document.business_id, LOWEST_RANK - rank, reasons, f"{rank}.{order}")


def number_of_all(server: Server) -> int:
    """Return the number of rows that searches see.

    Raises:
        IndexSilent: The server does not answer.
    """
    return server.ask([{"filter": EVERYTHING}])[0].total
