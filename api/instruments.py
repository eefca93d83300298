"""Instruments: shown to everybody as they stand; registered, changed and retired by an officer's key."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, public, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import Limit, OfBusiness, may_read_business, regions_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.instruments import commands, queries
from registry.instruments.forms import ChangeInstrument, RegisterInstrument, RetireInstrument
from registry.instruments.queries import Which
from registry.instruments.rules import due_from, status_on
from registry.instruments.tables import Instrument, Verification
from registry.publication import instruments as public_instruments
from registry.publication.answers import PlacedInstrument
from registry.store.engine import reading
from registry.store.versions import versions


class RecordedInstrument(BaseModel):
    """An instrument as officers see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    instrument_id: str
    version: int
    business_id: str
    kind: str
    maker: str | None
    model: str | None
    serial_no: str
    capacity: str | None
    accuracy_class: str | None
    place: str | None
    in_use_on: date | None
    in_use_precision: str
    retired_on: date | None
    retired_reason: str | None
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None


class RecordedVerification(BaseModel):
    """A verification as officers see it, with what it lacks."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    verification_id: str
    version: int
    instrument_id: str
    certificate_no: str
    body: str
    result: str
    limitation: str | None
    verified_on: date
    stated_through: date | None
    valid_through: date | None
    possibly_through: date | None
    annulled_on: date | None
    annulled_reason: str | None
    document_id: str | None
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    incomplete: str | None


class StandingInstrument(RecordedInstrument):
    """An instrument, and the verification that speaks of it on the day."""

    status: str
    verification: RecordedVerification | None


class StandingInstruments(Page[StandingInstrument]):
    """One page of instruments as officers see them."""


class InstrumentFile(RecordedInstrument):
    """An instrument, all its versions, the present one first, and its verifications, the oldest first."""

    versions: tuple[RecordedInstrument, ...]
    verifications: tuple[RecordedVerification, ...]


OfMarket = Annotated[
    str | None, QueryParameter(name="market", description="Only those of the stalls of this market.")
]
Through = Annotated[
    date | None,
    QueryParameter(
        name="through",
        description="Only those whose verification runs out on this day or before, failed, or is unknown.",
    ),
]


class Instruments(Controller):
    """Measuring instruments in use (在用计量器具)."""

    path = "/api/v1/instruments"
    tags = ("instruments",)

    @get("/", **supervised(403, 422), summary="Instruments in use in the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: OfBusiness = None,
        market_id: OfMarket = None,
        kind: FromQuery[str | None] = None,
        through: Through = None,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> StandingInstruments:
        """Return those in use today of businesses in the bearer's regions, or only what runs out by a day."""
        key = key_of(cursor)

        def read(work: Work) -> StandingInstruments:
            which = Which(regions_read(work), business_id, market_id, kind, through)
            found = queries.standing(work.session, work.today, which, after=key or "", limit=limit + 1)
            return StandingInstruments.of([_standing(work, *row) for row in found], limit, "instrument_id")

        return consult(edge, request, read)

    @post("/", **act(), summary="Register an instrument")
    def register(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RegisterInstrument]
    ) -> Response[Recorded]:
        """Register an instrument of a business; the same maker and factory number again is `unchanged`."""
        return record(
            edge, request, data, lambda work: recorded(commands.register_instrument(work, data), request)
        )

    @get("/{instrument_id:str}", **public(404), summary="One instrument")
    def show(self, edge: NamedDependency[Edge], instrument_id: FromPath[str]) -> PlacedInstrument:
        """Return what the public may see of an instrument: kind, standing, certificate, and who uses it."""
        with reading(edge.engine) as session:
            found = public_instruments.instrument(session, instrument_id, edge.today(), edge.rulebook())
        if found is None:
            raise NotFound("instrument.unknown", instrument_id=instrument_id)
        return found

    @get("/{instrument_id:str}/file", **supervised(404), summary="An instrument, for officers")
    def file(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], instrument_id: FromPath[str]
    ) -> InstrumentFile:
        """Return an instrument with all its versions and verifications."""
        return consult(edge, request, lambda work: _file(work, instrument_id))

    @post("/{instrument_id:str}/change", **act(), summary="Change an instrument")
    def change(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        instrument_id: FromPath[str],
        data: JSONBody[ChangeInstrument],
    ) -> Response[Recorded]:
        """Record a change from a legal day on, also that another business uses it now."""
        return record(
            edge, request, data, lambda work: recorded(commands.change_instrument(work, data), request)
        )

    @post("/{instrument_id:str}/retirement", **act(), summary="Retire an instrument")
    def retirement(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        instrument_id: FromPath[str],
        data: JSONBody[RetireInstrument],
    ) -> Response[Recorded]:
        """Record that an instrument is out of use from a legal day on."""
        return record(
            edge, request, data, lambda work: recorded(commands.retire_instrument(work, data), request)
        )


def _standing(work: Work, one: Instrument, found: Verification | None, region: str) -> StandingInstrument:
    due = due_from(work.rulebook, region, work.today)
    return StandingInstrument(
        **dict(RecordedInstrument.model_validate(one)),
        status=status_on(found, work.today, due, one.retired_on),
        verification=None if found is None else RecordedVerification.model_validate(found),
    )


def _file(work: Work, instrument_id: str) -> InstrumentFile:
    known = [
        RecordedInstrument.model_validate(row)
        for row in versions(work.session, Instrument, Instrument.instrument_id, instrument_id)
    ]
    if not known or not may_read_business(work, known[0].business_id):
        raise NotFound("instrument.unknown", instrument_id=instrument_id)
    verified = queries.verifications_of(work.session, instrument_id)
    return InstrumentFile(
        **dict(known[0]),
        versions=tuple(known),
        verifications=tuple(RecordedVerification.model_validate(row) for row in verified),
    )
