"""Matching lists of names and codes with what is on record, for everybody."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from pydantic import BaseModel, ConfigDict, Field

from api.businesses import find
from api.describing import public
from api.edge import Edge
from api.fallback import ANSWERED_BY, AnsweredBy, answered_by
from api.limits import count_names
from registry.imports.asked import Line
from registry.publication.matching import (
    Because,
    Candidate,
    Matched,
    Wanted,
    WantedOnes,
    bearers,
    candidate,
    is_code,
    told,
)
from registry.regions import prefix
from registry.store.engine import reading
from search_index.protocol import Query

NAMED = ("name", "former_name", "alias")
LIKE = 5  # what is like a name, at most
SPELLED = ("exact", "prefix", "substring")  # how a name is spelled; not how it sounds


class MatchedOnes(BaseModel):
    """What was found for each name or code, in the order in which they were asked."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Matched, ...]
    answered_by: AnsweredBy = Field(description=ANSWERED_BY)


class Matching(Controller):
    """Who is meant by the names and codes of a list."""

    path = "/api/v1/businesses"
    tags = ("businesses",)

    @post("/match", **public(413, 415, 422), status_code=200, summary="Match up to 1,000 names or codes")
    def match(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[WantedOnes]
    ) -> MatchedOnes:
        """Return for each name or code who bears it, or what is like it, and why."""
        count_names(request, len(data.items))
        return match_all(edge, data.items)


def match_all(edge: Edge, wanted: Sequence[Wanted]) -> MatchedOnes:
    """Return what was found for each name or code, in their order.

    Who bears it exactly is read from the database and complete; what is like it, from the index.
    """
    silent = False

    def like(one: Wanted) -> tuple[Candidate, ...]:
        nonlocal silent
        found, by_database = _like(edge, one)
        silent |= by_database
        return found

    today = edge.today()
    with reading(edge.engine) as session:
        exact = bearers(session, wanted, lambda ids: edge.cards.shown(ids, today))
    items = tuple(
        told(one, found, () if found else like(one)) for one, found in zip(wanted, exact, strict=True)
    )
    return MatchedOnes(items=items, answered_by=answered_by(database=silent))


def match_lines(edge: Edge, lines: Sequence[Line]) -> MatchedOnes:
    """Return what was found for each line of a list that could be read, in their order.

    Where nobody bears the code of a line, its name is asked, and who bears that is `maybe`: the code differs.
    """
    first = match_all(edge, [line.ways[0] for line in lines])
    items, by_database = list(first.items), first.answered_by == "database"
    again = [
        number
        for number, (line, found) in enumerate(zip(lines, items, strict=True))
        if found.state == "none" and len(line.ways) > 1
    ]
    if again:
        named = match_all(edge, [lines[number].ways[1] for number in again])
        by_database |= named.answered_by == "database"
        for number, found in zip(again, named.items, strict=True):
            items[number] = found.model_copy(update={"state": "maybe" if found.candidates else "none"})
    return MatchedOnes(items=tuple(items), answered_by=answered_by(database=by_database))


def _like(edge: Edge, one: Wanted) -> tuple[tuple[Candidate, ...], bool]:
    """Return the businesses whose name is spelled like what was asked, and whether the database told.

    There are none of a code.
    """
    text = one.text.strip()
    if is_code(text):
        return (), False
    region = prefix(one.region.ljust(6, "0")) if one.region else None
    because: Because = "like"
    found = find(edge, Query(text=text, region_prefix=region or None, limit=LIKE))
    alike = tuple(
        candidate(card.answer, because, hit.reasons[0].matched)
        for hit, card in found.items
        if hit.reasons and all(one.kind in SPELLED and one.field in NAMED for one in hit.reasons)
    )
    return alike, found.by_database
