"""Demonstration units: designated and cancelled — by an officer's key."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BaseModel, ConfigDict

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import Incomplete, Limit, OfBusiness, may_read_business, regions_read
from registry.audit.work import Work
from registry.demonstration import commands, queries
from registry.demonstration.commands import CancelDesignation, Designate
from registry.demonstration.tables import DemonstrationUnit
from registry.errors import NotFound
from registry.store.versions import versions


class RecordedDesignation(BaseModel):
    """A designation as officers see it, with what it lacks."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    designation_id: str
    version: int
    business_id: str
    level: str
    category: str | None
    title: str | None
    authority: str
    designated_on: date | None
    designated_precision: str
    valid_through: date | None
    cancelled_on: date | None
    cancelled_reason: str | None
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    incomplete: str | None


class DesignationFile(RecordedDesignation):
    """A designation as it stands, and all its versions, the present one first."""

    versions: tuple[RecordedDesignation, ...]


class RecordedDesignations(Page[RecordedDesignation]):
    """One page of designations as officers see them."""


class Designations(Controller):
    """Demonstration units of honest metrology (诚信计量示范单位)."""

    path = "/api/v1/designations"
    tags = ("designations",)

    @get("/", **supervised(422), summary="Designations of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: OfBusiness = None,
        incomplete: Incomplete = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> RecordedDesignations:
        """Return those of businesses in the bearer's regions, or only what still lacks something."""
        key = key_of(cursor)

        def read(work: Work) -> RecordedDesignations:
            found = queries.designations_within(
                work.session,
                regions_read(work),
                business_id=business_id,
                incomplete=incomplete,
                after=key or "",
                limit=limit + 1,
            )
            return RecordedDesignations.of(found, limit, "designation_id")

        return consult(edge, request, read)

    @post("/", **act(), summary="Designate a demonstration unit")
    def designate(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[Designate]
    ) -> Response[Recorded]:
        """Record a designation; the same one again is `unchanged`."""
        return record(
            edge, request, data, lambda work: recorded(commands.designate_unit(work, data), request)
        )

    @get("/{designation_id:str}", **supervised(404), summary="A designation, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], designation_id: FromPath[str]
    ) -> DesignationFile:
        """Return a designation as it stands, with all its versions."""
        return consult(edge, request, lambda work: _read(work, designation_id))

    @post("/{designation_id:str}/cancellation", **act(), summary="Cancel a designation")
    def cancel(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        designation_id: FromPath[str],
        data: JSONBody[CancelDesignation],
    ) -> Response[Recorded]:
        """Record that a designation was cancelled, from a day on."""
        return record(
            edge, request, data, lambda work: recorded(commands.cancel_designation(work, data), request)
        )


def _read(work: Work, designation_id: str) -> DesignationFile:
    known = [
        RecordedDesignation.model_validate(row)
        for row in versions(work.session, DemonstrationUnit, DemonstrationUnit.designation_id, designation_id)
    ]
    if not known or not may_read_business(work, known[0].business_id):
        raise NotFound("designation.unknown", designation_id=designation_id)
    return DesignationFile(**dict(known[0]), versions=tuple(known))
