"""Cases for listing a business: opened, led step by step, and read with what each next step needs."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import Limit, OfBusiness, OfRegion, may_read, regions_read
from registry.audit.work import Work
from registry.documents import papers
from registry.errors import NotFound
from registry.lists import casefile, commands, dues, queries
from registry.lists.commands import ProposeListing, TakeStep
from registry.lists.following import steps_from
from registry.lists.papers import IssueForStep, issue_for_step, take_step
from registry.lists.pointer import RecordPointer, record_pointer
from registry.lists.procedures import Step
from registry.lists.tables import Proposal, ProposalDue, ProposalStep
from registry.regions import prefix
from registry.rulebook import ListRegime

OfState = Annotated[
    str | None, QueryParameter(name="state", pattern=r"^[a-z_]+$", description="Only those in this state.")
]


class StepTaken(BaseModel):
    """One step of a proposal: who took it, when, on which paper, and the period that it opened."""

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
    detail: dict[str, Any] = Field(description="What it stated, and the periods that it opened.")


class OwnDeadline(BaseModel):
    """A deadline of the office itself."""

    model_config = ConfigDict(frozen=True)

    seq: int = Field(description="Number of the step that began it.")
    rule: str
    due_on: date | None = Field(description="Last day; null: the rulebook lacks the figure.")
    met_on: date | None
    overdue: bool = Field(description="True where it was broken, whether or not it was met afterwards.")


class PossibleStep(BaseModel):
    """A step that the procedure offers from here, and what it needs."""

    model_config = ConfigDict(frozen=True)

    step: str
    reaches: str = Field(description="State after it.")
    role: str = Field(description="What the person must hold on the region.")
    documents: tuple[str, ...] = Field(description="Kinds of document; one of them must be on file.")
    paper: str | None = Field(description="Kind of the official paper that it must have.")
    issues_paper: bool = Field(
        description="True where its paper is issued with it; false: before it, because it is served."
    )
    needs: tuple[str, ...] = Field(description="Details that it must state.")
    takes: tuple[str, ...] = Field(description="Details that it may state besides.")
    another_person: bool = Field(description="True where who proposed may not take it.")
    superior: bool = Field(description="True where the office above the proposing one takes it.")
    not_before: date | None = Field(description="The period through this day must have gone by first.")


class OpenOrClosed(BaseModel):
    """A proposal in a collection."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    regime: str
    colour: str
    business_id: str
    region: str
    state: str
    ground: str
    next_deadline_on: date | None
    closed_on: date | None


class ProposalsPage(Page[OpenOrClosed]):
    """One page of proposals."""


class PaperOfCase(BaseModel):
    """An official paper that was issued in a case; its file is the document."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    document_id: str
    kind: str
    number: str
    step: str
    issued_on: date
    code: str
    revoked_on: date | None


class ProposalFile(OpenOrClosed):
    """A proposal with its persons, papers and deadlines, as officers see it."""

    evidence: tuple[str, ...]
    proposed_by_person: str
    decided_by_person: str | None
    rulebook_hash: str
    papers: tuple[PaperOfCase, ...]
    steps: tuple[StepTaken, ...]
    next_steps: tuple[PossibleStep, ...]
    open_points: tuple[str, ...] = Field(description="Numbers of the points that wait for an answer.")
    deadlines: tuple[OwnDeadline, ...] = Field(description="Of the office itself.")
    overdue: bool = Field(description="True where the office broke a deadline of its own.")


class Proposals(Controller):
    """Cases for listing a business (列入程序)."""

    path = "/api/v1/proposals"
    tags = ("proposals",)

    @get("/", **supervised(422), summary="Cases of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        region: OfRegion = "",
        in_state: OfState = None,
        business_id: OfBusiness = None,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> ProposalsPage:
        """Return the cases in the bearer's regions, open and closed."""
        key = key_of(cursor)

        def read(work: Work) -> ProposalsPage:
            found = queries.proposals_within(
                work.session,
                regions_read(work),
                region=prefix(region),
                state=in_state,
                business_id=business_id,
                after=key or "",
                limit=limit + 1,
            )
            return ProposalsPage.of(found, limit, "id")

        return consult(edge, request, read)

    @post("/", **act(), summary="Open a case")
    def propose(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[ProposeListing]
    ) -> Response[Recorded]:
        """Open a case on facts that are complete, effective and final."""
        return record(
            edge, request, data, lambda work: recorded(commands.propose_listing(work, data), request)
        )

    @post("/pointer", **act(), summary="Record a decision of the national list")
    def point(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RecordPointer]
    ) -> Response[Recorded]:
        """Record that an authority put a business on the national list; another person confirms it."""
        return record(edge, request, data, lambda work: recorded(record_pointer(work, data), request))

    @get("/{proposal_id:str}", **supervised(404), summary="A case with its steps")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], proposal_id: FromPath[str]
    ) -> ProposalFile:
        """Return a case: steps, persons, papers and deadlines, and what each next step needs."""
        return consult(edge, request, lambda work: _file(work, proposal_id))

    @post("/{proposal_id:str}/papers", **act(), summary="Issue a paper that goes before its step")
    def issue(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        proposal_id: FromPath[str],
        data: JSONBody[IssueForStep],
    ) -> Response[Recorded]:
        """Issue a notice or a form that is served or signed before its step, and name its document."""
        return record(
            edge,
            request,
            data,
            lambda work: Recorded(what="created", id=issue_for_step(work, edge.settings, data)),
        )

    @post("/{proposal_id:str}/{step:str}", **act(), summary="Take the next step")
    def take(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        proposal_id: FromPath[str],
        step: FromPath[str],
        data: JSONBody[TakeStep],
    ) -> Response[Recorded]:
        """Take the step that the path names, on its document; a paper of its own is issued with it."""
        return record(
            edge, request, data, lambda work: recorded(take_step(work, edge.settings, data), request)
        )


def _file(work: Work, proposal_id: str) -> ProposalFile:
    found = queries.proposal(work.session, proposal_id)
    if found is None or not may_read(work, found.region):
        raise NotFound("proposal.unknown", proposal_id=proposal_id)
    taken = queries.steps(work.session, proposal_id)
    deadlines = [_deadline(due, work.today) for due in dues.of_case(work.session, proposal_id)]
    return ProposalFile.model_validate(
        {
            **found.model_dump(),
            "papers": [PaperOfCase.model_validate(one) for one in papers.of_case(work.session, proposal_id)],
            "steps": [StepTaken.model_validate(step) for step in taken],
            "next_steps": _next_steps(work, found, taken),
            "open_points": casefile.unanswered(taken),
            "deadlines": deadlines,
            "overdue": any(deadline.overdue for deadline in deadlines),
        }
    )


def _next_steps(work: Work, proposal: Proposal, taken: Sequence[ProposalStep]) -> tuple[PossibleStep, ...]:
    """Return what may follow; nothing does while the list is not in force."""
    regime = work.rulebook.in_force(ListRegime, proposal.region, work.today).get(proposal.regime)
    if regime is None:
        return ()
    offered = steps_from(proposal.colour, proposal.state, consent_required=regime.consent_required)
    return tuple(_possible(step, proposal.state, taken) for step in offered)


def _possible(step: Step, state: str, taken: Sequence[ProposalStep]) -> PossibleStep:
    waits = [found.last_on for rule in step.waits if (found := casefile.period(taken, rule)) is not None]
    return PossibleStep(
        step=step.name,
        reaches=step.after or state,
        role=step.role,
        documents=step.documents,
        paper=step.paper,
        issues_paper=step.issues,
        needs=step.needs,
        takes=step.takes,
        another_person=step.another_person or step.not_proposer,
        superior=step.superior,
        not_before=max(waits, default=None),
    )


def _deadline(due: ProposalDue, on: date) -> OwnDeadline:
    return OwnDeadline(
        seq=due.seq,
        rule=due.rule,
        due_on=due.due_on,
        met_on=due.met_on,
        overdue=dues.is_broken(due, on),
    )
