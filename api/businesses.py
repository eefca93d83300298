"""Businesses: found by any part of their name, code or stall, and shown as the public may see them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Raw
from msgspec.json import encode
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.acts import record
from api.answers import Recorded, recorded
from api.describing import act, moving, public
from api.edge import Edge
from api.facets import FacetCounts, counted
from api.fallback import ANSWERED_BY, AnsweredBy, answered_by, by_database
from api.lists import ShownEntry
from api.paging import Page, cursor_of, key_of
from registry.businesses import commands
from registry.businesses.commands import ChangeBusiness, RegisterBusiness
from registry.businesses.queries import surviving
from registry.businesses.rules import SECTORS
from registry.errors import Malformed, NotFound
from registry.publication import instruments, public_view
from registry.publication.answers import (
    BusinessCard,
    PlacedInstrument,
    PublicBusiness,
    PublicInstrument,
    PublicViolation,
)
from registry.publication.cards import Card
from registry.regions import prefix
from registry.regions import region as region_of
from registry.repair.queries import early_ends
from registry.rulebook import ListRegime
from registry.store.engine import reading
from search_index import search
from search_index.protocol import LARGEST_PAGE, LONGEST_TEXT, Facets, Query, Reason

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)]


class ShownViolation(PublicViolation):
    """A violation as the public sees it, with the day from which its record may be repaired."""

    repairable_from: date | None = Field(description="Null: not before its end, or the period is unknown.")


class ShownBusiness(PublicBusiness):
    """A business as the public sees it, with the days from which records and entries may be repaired."""

    violations: tuple[ShownViolation, ...]
    entries: tuple[ShownEntry, ...]


class InstrumentsPage(Page[PublicInstrument]):
    """One page of the instruments of a business."""


class Found(BaseModel):
    """A business that a search found, and why."""

    model_config = ConfigDict(frozen=True)

    business: BusinessCard
    reasons: tuple[Reason, ...]


class FoundPage(BaseModel):
    """One page of a search."""

    model_config = ConfigDict(frozen=True)

    items: tuple[Found, ...]
    instruments: tuple[PlacedInstrument, ...] = Field(
        description="On the first page: those whose factory or certificate number is exactly `q`."
    )
    total: int = Field(description="How many the index holds for the question.")
    next: str | None = Field(description="Pass it as `cursor` to read on; null at the end.")
    facets: FacetCounts | None = Field(
        default=None, description="Where `facets=true` was asked; null while much waits to be indexed."
    )
    answered_by: AnsweredBy = Field(description=ANSWERED_BY)


Result = search.FoundPage[Card]


def find(edge: Edge, query: Query) -> Result:
    """Search, and keep only what the database still shows.

    Raises:
        Malformed: The cursor was not made here.
    """
    today = edge.today()
    return search.search_public(
        edge.index,
        query,
        lambda ids: _still(query, edge.cards.shown(ids, today)),
        edge.unheard(),
        lambda asked: by_database(edge, asked),
    )


def _still(query: Query, cards: Mapping[str, Card]) -> Mapping[str, Card]:
    """Keep those that pass the filters still: the index may hold what was withdrawn a moment ago."""
    if query.designated:
        cards = {one: card for one, card in cards.items() if card.answer.designated}
    if not query.lists:
        return cards
    asked = set(query.lists)
    return {one: card for one, card in cards.items() if asked & {on.regime for on in card.answer.lists}}


def numbered(edge: Edge, query: Query) -> tuple[PlacedInstrument, ...]:
    """Return the instruments whose number is exactly what is asked for, where nothing else is."""
    if not instruments.is_number(query.text) or query != Query(text=query.text, limit=query.limit):
        return ()
    if not (perhaps := instruments.bearing(edge.engine, query.text)):
        return ()
    with reading(edge.engine) as session:
        return instruments.numbered(session, perhaps, query.text, edge.today(), edge.rulebook())


def answered(edge: Edge, asked: Query, *, facets: bool = False) -> bytes:
    """Return the page that answers a question, as JSON.

    Raises:
        Malformed: The cursor was not made here.
    """
    counts = counted(edge, asked) if facets else None
    return told(find(edge, asked), counts, numbered(edge, asked))


def told(found: Result, counts: Facets | None, numbers: Sequence[PlacedInstrument]) -> bytes:
    """Return a `FoundPage` as JSON; each card was written when it was made."""
    items = [{"business": Raw(card.json), "reasons": hit.reasons} for hit, card in found.items]
    borne = [Raw(one.model_dump_json().encode()) for one in numbers]
    facets = None if counts is None else vars(counts)
    page = {"items": items, "instruments": borne, "total": found.total, "next": found.next}
    return encode({**page, "facets": facets, "answered_by": answered_by(database=found.by_database)})


def question(
    edge: Edge,
    *,
    text: str = "",
    region: str | None = None,
    sector: str | None = None,
    lists: tuple[str, ...] = (),
    designated: bool = False,
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
        designated=designated,
        limit=limit,
        after=after,
    )


def _with_repair(edge: Edge, session: Session, found: PublicBusiness) -> ShownBusiness:
    """Say of each record and entry from when it may be repaired."""
    told = early_ends(session, edge.rulebook(), found.id, found.entries, edge.today())
    days = {one: day for one, day in told.items() if isinstance(day, date)}
    violations = tuple(
        ShownViolation(**dict(one), repairable_from=days.get(one.violation_id)) for one in found.violations
    )
    entries = tuple(ShownEntry(**dict(one), repairable_from=days.get(one.entry_id)) for one in found.entries)
    return ShownBusiness(**{**dict(found), "violations": violations, "entries": entries})


class Businesses(Controller):
    """Credit subjects (经营主体)."""

    path = "/api/v1/businesses"
    tags = ("businesses",)

    @get("/", **public(422, waits=True), summary="Search businesses")
    async def search(
        self,
        edge: NamedDependency[Edge],
        q: FromQuery[str] = "",
        region: FromQuery[str | None] = None,
        sector: FromQuery[str | None] = None,
        lists: Annotated[list[str] | None, QueryParameter(name="list")] = None,
        designated: FromQuery[bool] = False,
        facets: FromQuery[bool] = False,
        limit: Limit = 20,
        cursor: FromQuery[str | None] = None,
    ) -> Response[FoundPage]:
        """Find businesses by any run of name, former name, market, stall, address, code or pinyin."""

        def answer() -> bytes:
            asked = question(
                edge,
                text=q,
                region=region,
                sector=sector,
                lists=tuple(lists or ()),
                designated=designated,
                limit=limit,
                after=cursor,
            )
            return answered(edge, asked, facets=facets)

        # in this process all is at hand, and another thread costs more than the search
        body: Any = await sync_to_thread(answer) if edge.waits else answer()
        return Response(body, media_type=MediaType.JSON)

    @get("/{business_id:str}", **moving(ShownBusiness, 404), summary="One business")
    def show(self, edge: NamedDependency[Edge], business_id: FromPath[str]) -> ShownBusiness | Redirect:
        """Return what the public may see of a business; a merged one answers 308."""
        with reading(edge.engine) as session:
            found = public_view.business(session, business_id, edge.today(), edge.rulebook())
            shown = None if found is None else _with_repair(edge, session, found)
            carrier = surviving(session, business_id) if shown is None else None
        if carrier is not None and carrier.id != business_id:
            return Redirect(f"/api/v1/businesses/{carrier.id}", status_code=308)
        if shown is None:
            raise NotFound("business.unknown", business_id=business_id)
        return shown

    @get("/{business_id:str}/instruments", **public(404, 422), summary="Instruments of a business")
    def instruments(
        self,
        edge: NamedDependency[Edge],
        business_id: FromPath[str],
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> InstrumentsPage:
        """Return the instruments that a business uses today, with their verification."""
        after = key_of(cursor) or ""
        with reading(edge.engine) as session:
            found = instruments.page_of_business(
                session, business_id, edge.today(), edge.rulebook(), after=after, limit=limit
            )
        if found is None:
            raise NotFound("business.unknown", business_id=business_id)
        return InstrumentsPage(items=found.items, next=cursor_of(found.after) if found.after else None)

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
        return record(
            edge, request, data, lambda work: recorded(commands.change_business(work, data), request)
        )
