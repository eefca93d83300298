"""Lists and boards for everybody; proposals, steps and withdrawals for those who hold a key."""

from datetime import date
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, public, supervised
from api.edge import Edge
from api.paging import LARGEST, cursor_of, key_of
from api.paths import same_id
from api.supervising import may_read
from registry.audit.work import Work
from registry.errors import Gone, NotFound
from registry.lists import commands, queries
from registry.lists.commands import ProposeListing, TakeStep
from registry.publication import public_view, withdrawal
from registry.publication.answers import PublicEntry, PublicRegime, Tombstone
from registry.publication.withdrawal import WithdrawEntry
from registry.regions import prefix
from registry.store.engine import reading

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST)]


class EntriesPage(BaseModel):
    """One page of the entries of a list."""

    model_config = ConfigDict(frozen=True)

    items: tuple[PublicEntry, ...]
    next: str | None = Field(description="Pass it as `cursor` to read on; null at the end.")


class Lists(Controller):
    """Red lists, black lists and boards, each with its legal basis."""

    path = "/api/v1/lists"
    tags = ("lists",)

    @get("/", **public(), summary="Lists and boards in force")
    def all(self, edge: NamedDependency[Edge]) -> tuple[PublicRegime, ...]:
        """Return every list and board in force today, with basis, term and number of entries."""
        with reading(edge.engine) as session:
            return public_view.lists(session, edge.rulebook(), edge.today())

    @get("/{regime:str}/entries", **public(404, 422), summary="Entries of a list")
    def entries(
        self,
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        region: Annotated[str | None, QueryParameter(pattern=r"^\d{2}(\d{2})?(\d{2})?$")] = None,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> EntriesPage:
        """Return the entries shown today, the newest listing first."""
        key = key_of(cursor)
        with reading(edge.engine) as session:
            page = public_view.entries(
                session,
                regime,
                edge.today(),
                region_prefix=prefix(region) if region else "",
                after=key,
                limit=limit,
            )
        return EntriesPage(items=page.items, next=cursor_of(page.after) if page.after else None)

    @get("/{regime:str}/entries/{entry_id:str}", **public(404, 410), summary="One entry")
    def entry(
        self, edge: NamedDependency[Edge], regime: FromPath[str], entry_id: FromPath[str]
    ) -> PublicEntry:
        """Return an entry; a withdrawn one answers 410 with ground and rule, never a name."""
        with reading(edge.engine) as session:
            found = public_view.entry(session, entry_id, edge.today())
        if found is None or found.regime != regime:
            raise NotFound("entry.unknown", entry_id=entry_id)
        if isinstance(found, Tombstone):
            raise Gone(
                "entry.withdrawn",
                entry_id=entry_id,
                on=found.withdrawn_on.isoformat(),
                ground=found.ground,
                rule=found.rule or "",
            )
        return found

    @post(
        "/{regime:str}/entries/{entry_id:str}/withdrawal",
        **act(),
        summary="Withdraw an entry",
    )
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        regime: FromPath[str],
        entry_id: FromPath[str],
        data: JSONBody[WithdrawEntry],
    ) -> Response[Recorded]:
        """Withdraw an entry from its list and from everything published."""
        same_id(entry_id, data.entry_id, "entry_id")
        return record(
            edge, request, data, lambda work: recorded(withdrawal.withdraw_entry(work, data), request)
        )


class StepTaken(BaseModel):
    """One step of a proposal."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    seq: int
    step: str
    state: str
    taken_on: date
    deadline_on: date | None
    person_id: str
    office_code: str
    document_id: str | None
    note: str | None


class ProposalFile(BaseModel):
    """A proposal with its steps, as officers see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    regime: str
    colour: Literal["red", "black"]
    business_id: str
    region: str
    state: str
    ground: str
    evidence: tuple[str, ...]
    next_deadline_on: date | None
    steps: tuple[StepTaken, ...]


class Proposals(Controller):
    """Cases for listing a business (列入程序)."""

    path = "/api/v1/proposals"
    tags = ("proposals",)

    @post("/", **act(), summary="Open a case")
    def propose(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[ProposeListing]
    ) -> Response[Recorded]:
        """Open a case on facts that are complete, effective and final."""
        return record(
            edge, request, data, lambda work: recorded(commands.propose_listing(work, data), request)
        )

    @get("/{proposal_id:str}", **supervised(404), summary="A case with its steps")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], proposal_id: FromPath[str]
    ) -> ProposalFile:
        """Return a case with its steps, persons, documents and deadlines."""
        return consult(edge, request, lambda work: _file(work, proposal_id))

    @post("/{proposal_id:str}/{step:str}", **act(), summary="Take the next step")
    def take(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        proposal_id: FromPath[str],
        step: FromPath[str],
        data: JSONBody[TakeStep],
    ) -> Response[Recorded]:
        """Take a step; the path and the body name the same one."""
        same_id(proposal_id, data.proposal_id, "proposal_id")
        same_id(step, data.step, "step")
        return record(edge, request, data, lambda work: recorded(commands.take_step(work, data), request))


def _file(work: Work, proposal_id: str) -> ProposalFile:
    found = queries.proposal(work.session, proposal_id)
    if found is None or not may_read(work, found.region):
        raise NotFound("proposal.unknown", proposal_id=proposal_id)
    steps = [StepTaken.model_validate(step) for step in queries.steps(work.session, proposal_id)]
    return ProposalFile.model_validate({**found.model_dump(), "steps": steps})
