"""Mergers and successions of businesses: proposed by an officer, decided by another person."""

from datetime import datetime
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
from api.supervising import Limit, OfBusiness, regions_read
from registry.audit.work import Work
from registry.businesses.queries import mergers_within
from registry.mergers import commands
from registry.mergers.commands import DecideMerger, MergeBusinesses, UndoMerger


class RecordedMerger(BaseModel):
    """A merger, succession or separation as officers see it; `decision` is null while it is open."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    kind: str
    former_id: str
    survivor_id: str
    undoes_id: str | None
    reason: str
    document_id: str
    proposed_at: datetime
    decision: str | None
    decided_at: datetime | None
    undone_at: datetime | None


class RecordedMergers(Page[RecordedMerger]):
    """One page of mergers as officers see them."""


class Mergers(Controller):
    """Records that belong together: duplicates merged (归并), successions linked (承继)."""

    path = "/api/v1/mergers"
    tags = ("mergers",)

    @get("/", **supervised(422), summary="Mergers of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: OfBusiness = None,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> RecordedMergers:
        """Return those whose survivor is in the bearer's regions, open and decided."""
        key = key_of(cursor)

        def read(work: Work) -> RecordedMergers:
            found = mergers_within(
                work.session,
                regions_read(work),
                business_id=business_id,
                after=key or "",
                limit=limit + 1,
            )
            return RecordedMergers.of(found, limit, "id")

        return consult(edge, request, read)

    @post("/", **act(), summary="Propose a merger or succession")
    def propose(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[MergeBusinesses]
    ) -> Response[Recorded]:
        """Propose that two records are of one business, or that one succeeded the other."""
        return record(
            edge, request, data, lambda work: recorded(commands.merge_businesses(work, data), request)
        )

    @post("/{merger_id:str}/decision", **act(), summary="Decide a merger")
    def decide(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        merger_id: FromPath[str],
        data: JSONBody[DecideMerger],
    ) -> Response[Recorded]:
        """Approve or reject what another person proposed; an approval takes effect at once."""
        return record(edge, request, data, lambda work: recorded(commands.decide_merger(work, data), request))

    @post("/{merger_id:str}/undoing", **act(), summary="Propose to undo a merger")
    def undo(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        merger_id: FromPath[str],
        data: JSONBody[UndoMerger],
    ) -> Response[Recorded]:
        """Propose to undo a merger; decided like one, under the identifier that is answered."""
        return record(edge, request, data, lambda work: recorded(commands.undo_merger(work, data), request))
