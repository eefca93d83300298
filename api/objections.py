"""Objections: taken in and marked at once, answered point by point, carried out — by an officer's key."""

from datetime import date
from typing import Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.repairs import CaseStepTaken, Open, Overdue, is_late, steps_of
from api.supervising import Limit, may_read, regions_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.repair import objections, papers, queries
from registry.repair.forms import (
    AcceptObjection,
    DecideObjection,
    DeclineObjection,
    FileObjection,
    SettleObjection,
    WithdrawObjection,
)
from registry.repair.tables import Objection


class ObjectionInList(BaseModel):
    """An objection in a collection."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    subject_kind: Literal["entry", "violation", "proposal"]
    subject_id: str
    business_id: str
    region: str
    state: Literal["received", "open", "upheld", "settled", "dismissed", "declined", "withdrawn"]
    filed_on: date
    accept_by_on: date | None = Field(description="Last day for taking it up; null: at once, or unknown.")
    accepted_on: date | None
    decide_by_on: date | None = Field(description="Last day; null: no rule of the place sets the period.")
    deadline_unknown: bool = Field(description="True until an office enters the period.")
    overdue: bool
    decided_on: date | None
    closed_on: date | None


class ObjectionFile(ObjectionInList):
    """An objection with its points, their answers and its steps, as officers see it."""

    objector: str
    points: tuple[str, ...]
    answers: tuple[str, ...]
    papers: tuple[str, ...]
    assisted: bool
    filed_by_person: str
    proposed_by_person: str | None
    listed_by_person: str | None
    decided_by_person: str | None
    rulebook_hash: str
    steps: tuple[CaseStepTaken, ...]


class ObjectionsPage(Page[ObjectionInList]):
    """One page of objections."""


class Objections(Controller):
    """Objections (异议) to entries, penalty records, red candidates and notices."""

    path = "/api/v1/objections"
    tags = ("objections",)

    @post("/", **act(), summary="Take in an objection")
    def file(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[FileObjection]
    ) -> Response[Recorded]:
        """Take in an objection; what it is about is marked in the same act."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.file_objection(work, edge.settings, data), request),
        )

    @get("/", **supervised(422), summary="Objections of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        open_only: Open = True,
        overdue: Overdue = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> ObjectionsPage:
        """Return the objections of the bearer's regions with their due days."""
        after = key_of(cursor) or ""
        asked = {"open_only": open_only, "overdue": overdue}
        return consult(edge, request, lambda work: objections_page(work, **asked, after=after, limit=limit))

    @get("/{objection_id:str}", **supervised(404), summary="An objection with its steps")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], objection_id: FromPath[str]
    ) -> ObjectionFile:
        """Return an objection: points, answers, due day, persons and steps."""
        return consult(edge, request, lambda work: objection_file(work, objection_id))

    @post("/{objection_id:str}/decision", **act(), summary="Uphold or dismiss")
    def decide(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        objection_id: FromPath[str],
        data: JSONBody[DecideObjection],
    ) -> Response[Recorded]:
        """Answer every point, by a person who had no part; an upheld one ends the entry."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.decide_objection(work, edge.settings, data), request),
        )

    @post("/{objection_id:str}/acceptance", **act(), summary="Take an objection up")
    def accept(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        objection_id: FromPath[str],
        data: JSONBody[AcceptObjection],
    ) -> Response[Recorded]:
        """Take up an objection whose acceptance was left open."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.accept_objection(work, edge.settings, data), request),
        )

    @post("/{objection_id:str}/declining", **act(), summary="Do not take an objection up")
    def decline(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        objection_id: FromPath[str],
        data: JSONBody[DeclineObjection],
    ) -> Response[Recorded]:
        """Close an objection that is not taken up, on a ground of the rulebook; its mark goes."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.decline_objection(work, edge.settings, data), request),
        )

    @post("/{objection_id:str}/settlement", **act(), summary="Carry out an upheld objection")
    def settle(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        objection_id: FromPath[str],
        data: JSONBody[SettleObjection],
    ) -> Response[Recorded]:
        """Correct or annul the record, or drop the case, as the upheld objection asks for."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.settle_objection(work, edge.settings, data), request),
        )

    @post("/{objection_id:str}/withdrawal", **act(), summary="Close an objection taken back")
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        objection_id: FromPath[str],
        data: JSONBody[WithdrawObjection],
    ) -> Response[Recorded]:
        """Close an objection that was taken back; its mark goes."""
        return record(
            edge, request, data, lambda work: recorded(objections.withdraw_objection(work, data), request)
        )


def objections_page(
    work: Work, *, open_only: bool = True, overdue: bool = False, after: str = "", limit: int
) -> ObjectionsPage:
    """Return objections of the regions that the person supervises, in order of identifier."""
    found = queries.objections(
        work.session,
        regions_read(work),
        open_only=open_only,
        overdue_on=work.today if overdue else None,
        after=after,
        limit=limit + 1,
    )
    listed = [ObjectionInList.model_validate(_listed(work, row)) for row in found]
    return ObjectionsPage.of(listed, limit, "id")


def _listed(work: Work, objection: Objection) -> dict[str, Any]:
    due = objections.due_on(work, objection)
    waits = objection.decided_on is None and objection.closed_on is None
    return {
        **objection.model_dump(),
        "decide_by_on": due,
        "deadline_unknown": due is None,
        "overdue": waits and (is_late(objection, work.today) or (due is not None and due < work.today)),
    }


def objection_file(work: Work, objection_id: str) -> ObjectionFile:
    """Return the file of an objection.

    Raises:
        NotFound: There is none, or none of the regions of who asks.
    """
    objection = work.session.get(Objection, objection_id)
    if objection is None or not may_read(work, objection.region):
        raise NotFound("objection.unknown", objection_id=objection_id)
    return file_of_objection(work, objection)


def file_of_objection(work: Work, objection: Objection) -> ObjectionFile:
    """Return the file of an objection, for a caller that has asked who may read it."""
    return ObjectionFile.model_validate({**_listed(work, objection), "steps": steps_of(work, objection.id)})
