"""Pledges: filed, broken, withdrawn — by an officer's key."""

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
from registry.errors import NotFound
from registry.pledges import commands, queries
from registry.pledges.commands import BreakPledge, FilePledge, WithdrawPledge
from registry.pledges.tables import Pledge
from registry.store.versions import versions


class RecordedPledge(BaseModel):
    """A pledge as officers see it, with what it lacks."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    pledge_id: str
    version: int
    business_id: str
    matter: str
    pledged_on: date | None
    pledged_precision: str
    valid_through: date | None
    broken_on: date | None
    broken_reason: str | None
    withdrawn_on: date | None
    receiving_office: str
    document_id: str | None
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    incomplete: str | None


class PledgeFile(RecordedPledge):
    """A pledge as it stands, and all its versions, the present one first."""

    versions: tuple[RecordedPledge, ...]


class RecordedPledges(Page[RecordedPledge]):
    """One page of pledges as officers see them."""


class Pledges(Controller):
    """Pledges to measure honestly (诚信计量自我承诺)."""

    path = "/api/v1/pledges"
    tags = ("pledges",)

    @get("/", **supervised(422), summary="Pledges of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: OfBusiness = None,
        incomplete: Incomplete = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> RecordedPledges:
        """Return those of businesses in the bearer's regions, or only what still lacks something."""
        key = key_of(cursor)

        def read(work: Work) -> RecordedPledges:
            found = queries.pledges_within(
                work.session,
                regions_read(work),
                business_id=business_id,
                incomplete=incomplete,
                after=key or "",
                limit=limit + 1,
            )
            return RecordedPledges.of(found, limit, "pledge_id")

        return consult(edge, request, read)

    @post("/", **act(), summary="File a pledge")
    def file(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[FilePledge]
    ) -> Response[Recorded]:
        """File a pledge that a business made; the same pledge again is `unchanged`."""
        return record(edge, request, data, lambda work: recorded(commands.file_pledge(work, data), request))

    @get("/{pledge_id:str}", **supervised(404), summary="A pledge, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], pledge_id: FromPath[str]
    ) -> PledgeFile:
        """Return a pledge as it stands, with all its versions."""
        return consult(edge, request, lambda work: _read(work, pledge_id))

    @post("/{pledge_id:str}/breach", **act(), summary="Record that a pledge was broken")
    def breach(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        pledge_id: FromPath[str],
        data: JSONBody[BreakPledge],
    ) -> Response[Recorded]:
        """Record the breach, on the day on which it was established."""
        return record(edge, request, data, lambda work: recorded(commands.break_pledge(work, data), request))

    @post("/{pledge_id:str}/withdrawal", **act(), summary="Record that a pledge was withdrawn")
    def withdrawal(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        pledge_id: FromPath[str],
        data: JSONBody[WithdrawPledge],
    ) -> Response[Recorded]:
        """Record that the business took the pledge back."""
        return record(
            edge, request, data, lambda work: recorded(commands.withdraw_pledge(work, data), request)
        )


def _read(work: Work, pledge_id: str) -> PledgeFile:
    known = [
        RecordedPledge.model_validate(row)
        for row in versions(work.session, Pledge, Pledge.pledge_id, pledge_id)
    ]
    if not known or not may_read_business(work, known[0].business_id):
        raise NotFound("pledge.unknown", pledge_id=pledge_id)
    return PledgeFile(**dict(known[0]), versions=tuple(known))
