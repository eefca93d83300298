"""Businesses: found by any part of their name, code or stall, and shown as the public may see them."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect
from pydantic import BaseModel, ConfigDict, Field

from api.acts import record
from api.answers import Recorded, recorded
from api.describing import act, public
from api.edge import Edge
from api.paths import same_id
from registry.businesses import commands
from registry.businesses.commands import ChangeBusiness, RegisterBusiness
from registry.businesses.queries import surviving
from registry.businesses.rules import SECTORS
from registry.errors import Malformed, NotFound
from registry.publication import public_view
from registry.publication.answers import BusinessCard, PublicBusiness
from registry.regions import prefix
from registry.regions import region as region_of
from registry.rulebook import ListRegime
from registry.store.engine import reading
from search_index.protocol import LARGEST_PAGE, LONGEST_TEXT, Query, Reason
from search_index.search import search_public

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)]


class Found(BaseModel):
    """A business that a search found, and why."""

    model_config = ConfigDict(frozen=True)

    business: BusinessCard
    reasons: tuple[Reason, ...]


class FoundPage(BaseModel):
    """One page of a search."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Found, ...]
    total: int = Field(description="How many the index holds for the question.")
    next: str | None = Field(description="Pass it as `cursor` to read on; null at the end.")


def find(edge: Edge, query: Query) -> FoundPage:
    """Search, and keep only what the database still shows.

    Raises:
        Malformed: The cursor was not made here.
    """
    with reading(edge.engine) as session:
        today = edge.today()
        found = search_public(
            edge.index, query, lambda ids: _still(query, public_view.cards(session, ids, today))
        )
    items = tuple(Found(business=card, reasons=hit.reasons) for hit, card in found.items)
    return FoundPage(items=items, total=found.total, next=found.next)


def _still(query: Query, cards: Mapping[str, BusinessCard]) -> dict[str, BusinessCard]:
    """Keep those that stand on a list asked for: the index may hold an entry withdrawn a moment ago."""
    asked = set(query.lists or ())
    return {one: card for one, card in cards.items() if not asked or asked & {on.regime for on in card.lists}}


def question(
    edge: Edge,
    *,
    text: str = "",
    region: str | None = None,
    sector: str | None = None,
    lists: tuple[str, ...] = (),
    limit: int = 20,
    after: str | None = None,
) -> Query:
    """Return a search whose filters name things that exist.

    Raises:
        Malformed: The text is too long, or a filter names no region, sector or list.
    """
    if len(text) > LONGEST_TEXT:
        raise Malformed("query.too_long", field="q", longest=LONGEST_TEXT)
    if region and region_of(region.ljust(6, "0")) is None:
        raise Malformed("query.region", field="region", region=region)
    if sector and sector not in SECTORS:
        raise Malformed("query.sector", field="sector", sector=sector, known=", ".join(SECTORS))
    known = {row.code for row in edge.rulebook().rows(ListRegime)} if lists else set()
    for code in lists:
        if code not in known:
            raise Malformed("query.list", field="list", list=code, known=", ".join(sorted(known)))
    return Query(
        text=text,
        region_prefix=prefix(region) or None if region else None,
        sector=sector or None,
        lists=lists or None,
        limit=limit,
        after=after,
    )


class Businesses(Controller):
    """Credit subjects (经营主体)."""

    path = "/api/v1/businesses"
    tags = ("businesses",)

    @get("/", **public(422), summary="Search businesses")
    def search(
        self,
        edge: NamedDependency[Edge],
        q: FromQuery[str] = "",
        region: FromQuery[str | None] = None,
        sector: FromQuery[str | None] = None,
        lists: Annotated[list[str] | None, QueryParameter(name="list")] = None,
        limit: Limit = 20,
        cursor: FromQuery[str | None] = None,
    ) -> FoundPage:
        """Find businesses by any run of name, former name, market, stall, address, code or pinyin."""
        return find(
            edge,
            question(
                edge,
                text=q,
                region=region,
                sector=sector,
                lists=tuple(lists or ()),
                limit=limit,
                after=cursor,
            ),
        )

    @get("/{business_id:str}", **public(404), summary="One business")
    def show(self, edge: NamedDependency[Edge], business_id: FromPath[str]) -> PublicBusiness | Redirect:
        """Return what the public may see of a business; a merged one answers 308."""
        with reading(edge.engine) as session:
            carrier = surviving(session, business_id)
            if carrier is not None and carrier.id != business_id:
                return Redirect(f"/api/v1/businesses/{carrier.id}", status_code=308)
            shown = public_view.business(session, business_id, edge.today(), edge.rulebook())
        if shown is None:
            raise NotFound("business.unknown", business_id=business_id)
        return shown

    @post("/", **act(), summary="Register a business")
    def register(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RegisterBusiness]
    ) -> Response[Recorded]:
        """Register a business, or say again what is known of it."""
        return record(
            edge, request, data, lambda work: recorded(commands.register_business(work, data), request)
        )

    @post("/{business_id:str}/change", **act(), summary="Change a business")
    def change(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: FromPath[str],
        data: JSONBody[ChangeBusiness],
    ) -> Response[Recorded]:
        """Record a change from a legal day on; the former name stays as an alias."""
        same_id(business_id, data.business_id, "business_id")
        return record(
            edge, request, data, lambda work: recorded(commands.change_business(work, data), request)
        )
