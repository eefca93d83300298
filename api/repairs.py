"""Applications for repair of credit: taken in, completed, decided, revoked — by an officer's key."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import Limit, may_read, regions_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.repair import commands, papers, queries, rules
from registry.repair.forms import (
    AcceptRepair,
    ApplyForRepair,
    DecideRepair,
    DeclineRepair,
    ProposeRevocation,
    RequestCompletion,
    RevokeRepair,
    SupplementRepair,
    WithdrawRepair,
)
from registry.repair.removals import removals
from registry.repair.tables import CaseStep, Objection, Repair

Open = Annotated[bool, QueryParameter(name="open", description="Only those that nobody has decided yet.")]
Overdue = Annotated[bool, QueryParameter(description="Only those whose decision is overdue.")]


class CaseStepTaken(BaseModel):
    """One step of a repair or an objection: who took it, when, on which paper."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    seq: int
    step: str
    state: str
    taken_on: date
    deadline_on: date | None = Field(description="Last day of the period that it opened.")
    person_id: str
    office_code: str
    document_id: str | None
    note: str | None
    detail: dict[str, Any]


class UnmetCondition(BaseModel):
    """A condition of repair that was not met."""

    model_config = ConfigDict(frozen=True)

    need: str
    rule: str
    source: str = Field(description="Instrument and article, or the tag that says there is none.")
    until: date | None = Field(description="For `period`: the first day on which it is over.")


class RepairInList(BaseModel):
    """An application for repair in a collection."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    subject_kind: Literal["entry", "violation"]
    subject_id: str
    business_id: str
    region: str
    state: Literal[
        "received", "incomplete", "complete", "granted", "refused", "declined", "withdrawn", "revoked"
    ]
    received_on: date
    accept_by_on: date | None = Field(description="Last day for taking it up; null: at once, or unknown.")
    accepted_on: date | None
    complete_on: date | None
    decide_by_on: date | None = Field(description="Last day; null: incomplete, or the figure is unknown.")
    overdue: bool
    decided_on: date | None
    closed_on: date | None


class RepairFile(RepairInList):
    """An application with papers, findings, grounds and steps, as officers see it."""

    applicant: str
    field: str
    papers: dict[str, str]
    papers_missing: tuple[str, ...]
    conditions: tuple[str, ...] = Field(description="Codes of the rows that govern; one of them suffices.")
    repairable_from: date | None = Field(description="Null: never before the end, or unknown.")
    taken_in_by_person: str
    decided_by_person: str | None
    rule: str | None
    reasons: str | None
    unmet: tuple[UnmetCondition, ...]
    revoked_on: date | None
    revocation_proposed_by_person: str | None
    revoked_by_person: str | None
    restored_entry_ids: tuple[str, ...] = Field(
        description="Entries that put back what the repair had ended."
    )
    rulebook_hash: str
    steps: tuple[CaseStepTaken, ...]


class RepairsPage(Page[RepairInList]):
    """One page of applications."""


class EntryDue(BaseModel):
    """An entry that is due to go: its decisions fell, its records were repaired, or it was asked for."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    entry_id: str
    version: int
    regime: str
    region: str
    business_id: str
    listed_on: date
    because: Literal["annulled", "corrected", "repaired", "asked"]
    since: date | None = Field(description="Day of the annulment, correction or request.")
    due_on: date | None = Field(
        description="Last day on which it must be gone, or decided about; null: no rule sets one."
    )
    overdue: bool


class Repairs(Controller):
    """Repair of credit (信用修复) of list entries and penalty records."""

    path = "/api/v1/repairs"
    tags = ("repairs",)

    @post("/", **act(), summary="Take in an application")
    def apply(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[ApplyForRepair]
    ) -> Response[Recorded]:
        """Take in an application; a warning names what is missing, and the period waits for it."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.apply_for_repair(work, edge.settings, data), request),
        )

    @get("/", **supervised(422), summary="Applications of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        open_only: Open = True,
        overdue: Overdue = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> RepairsPage:
        """Return the applications of the bearer's regions with their due days."""
        after = key_of(cursor) or ""
        asked = {"open_only": open_only, "overdue": overdue}
        return consult(edge, request, lambda work: repairs_page(work, **asked, after=after, limit=limit))

    @get("/removals", **supervised(), summary="Entries due for removal")
    def removals(self, request: Request[Any, Any, Any], edge: NamedDependency[Edge]) -> tuple[EntryDue, ...]:
        """Return the entries of the bearer's regions that are due to go, the earliest last day first."""
        return consult(edge, request, lambda work: tuple(_due(work)))

    @get("/{repair_id:str}", **supervised(404), summary="An application with its steps")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], repair_id: FromPath[str]
    ) -> RepairFile:
        """Return an application: papers, conditions, due day, grounds and steps."""
        return consult(edge, request, lambda work: repair_file(work, repair_id))

    @post("/{repair_id:str}/papers", **act(), summary="Take in further papers")
    def supplement(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[SupplementRepair],
    ) -> Response[Recorded]:
        """Take in further papers; with the last one the period for the decision begins."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.supplement_repair(work, edge.settings, data), request),
        )

    @post("/{repair_id:str}/acceptance", **act(), summary="Take an application up")
    def accept(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[AcceptRepair],
    ) -> Response[Recorded]:
        """Take up an application whose acceptance was left open."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.accept_repair(work, edge.settings, data), request),
        )

    @post("/{repair_id:str}/declining", **act(), summary="Do not take an application up")
    def decline(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[DeclineRepair],
    ) -> Response[Recorded]:
        """Close an application that is not taken up, on a ground of the rulebook, by another person."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.decline_repair(work, edge.settings, data), request),
        )

    @post("/{repair_id:str}/completion", **act(), summary="Ask for missing papers")
    def request_completion(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[RequestCompletion],
    ) -> Response[Recorded]:
        """Record that the applicant was told in writing which papers are missing."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.request_completion(work, edge.settings, data), request),
        )

    @post("/{repair_id:str}/decision", **act(), summary="Grant or refuse")
    def decide(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[DecideRepair],
    ) -> Response[Recorded]:
        """Grant, so that it ends today, or refuse with the unmet conditions; by another person."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.decide_repair(work, edge.settings, data), request),
        )

    @post("/{repair_id:str}/withdrawal", **act(), summary="Close an application taken back")
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[WithdrawRepair],
    ) -> Response[Recorded]:
        """Close an application that the merchant took back."""
        return record(
            edge, request, data, lambda work: recorded(commands.withdraw_repair(work, data), request)
        )

    @post("/{repair_id:str}/revocation/proposal", **act(), summary="Propose to revoke a grant")
    def propose_revocation(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[ProposeRevocation],
    ) -> Response[Recorded]:
        """Propose that a grant on false papers be revoked; another person revokes it."""
        return record(
            edge, request, data, lambda work: recorded(commands.propose_revocation(work, data), request)
        )

    @post("/{repair_id:str}/revocation", **act(), summary="Revoke a grant on false papers")
    def revoke(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        repair_id: FromPath[str],
        data: JSONBody[RevokeRepair],
    ) -> Response[Recorded]:
        """Revoke a grant: entry or record is back, and its period begins today."""
        return record(
            edge,
            request,
            data,
            lambda work: recorded(papers.revoke_repair(work, edge.settings, data), request),
        )


def _due(work: Work) -> Iterator[EntryDue]:
    for one in removals(work, tuple(regions_read(work))):
        said = {"because": one.because, "since": one.since, "due_on": one.due_on}
        yield EntryDue.model_validate({**one.entry.model_dump(), **said, "overdue": one.overdue(work.today)})


def steps_of(work: Work, case_id: str) -> tuple[CaseStepTaken, ...]:
    """Return the steps that a repair or an objection has taken."""
    taken: list[CaseStep] = list(queries.steps(work.session, case_id))
    return tuple(CaseStepTaken.model_validate(step) for step in taken)


def repairs_page(
    work: Work, *, open_only: bool = True, overdue: bool = False, after: str = "", limit: int
) -> RepairsPage:
    """Return applications of the regions that the person supervises, in order of identifier."""
    found = queries.repairs(
        work.session,
        regions_read(work),
        open_only=open_only,
        overdue_on=work.today if overdue else None,
        after=after,
        limit=limit + 1,
    )
    listed = [RepairInList.model_validate(_listed(row, work.today)) for row in found]
    return RepairsPage.of(listed, limit, "id")


def _listed(repair: Repair, today: date) -> dict[str, Any]:
    waits = repair.closed_on is None
    return {**repair.model_dump(), "overdue": waits and is_late(repair, today)}


def is_late(case: Repair | Objection, today: date) -> bool:
    """Say whether the day by which a case had to be taken up, or decided, has passed."""
    up = case.accept_by_on if case.accepted_on is None else None
    return any(day is not None and day < today for day in (up, case.decide_by_on))


def repair_file(work: Work, repair_id: str) -> RepairFile:
    """Return the file of an application.

    Raises:
        NotFound: There is none, or none of the regions of who asks.
    """
    repair = work.session.get(Repair, repair_id)
    if repair is None or not may_read(work, repair.region):
        raise NotFound("repair.unknown", repair_id=repair_id)
    return file_of_repair(work, repair)


def file_of_repair(work: Work, repair: Repair) -> RepairFile:
    """Return the file of an application, for a caller that has asked who may read it."""
    found = queries.subject(work.session, repair.subject_kind, repair.subject_id, lock=False)
    asked = None if found is None else queries.as_subject(found, repair.field)
    law = () if asked is None else rules.conditions(work.rulebook, asked, repair.received_on).rows
    days = [] if asked is None else [rules.possible_from(row, asked) for row in law]
    return RepairFile.model_validate(
        {
            **_listed(repair, work.today),
            "papers_missing": rules.papers_missing(law, repair.papers),
            "conditions": [row.code for row in law],
            "repairable_from": min((day for day in days if day is not None), default=None),
            "steps": steps_of(work, repair.id),
        }
    )
