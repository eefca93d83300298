"""Complaints: taken in, led by deadline — by an officer's key; for the public, counts of regions alone."""

from datetime import date
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, public, supervised
from api.edge import Edge
from api.paging import Page, cursor_of, key_of
from api.supervising import Limit, may_read, regions_read
from registry.audit.work import Work
from registry.complaints import queries
from registry.complaints.commands import record_complaint, take_complaint_step
from registry.complaints.figures import complaint_cells, substantiation
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.queries import WithDues
from registry.complaints.rules import Finding, Matter, Outcome, State
from registry.errors import Malformed, NotFound
from registry.rulebook.periods import Due, Standing
from registry.rulebook.reward_rows import Proof
from registry.store.engine import reading

HANDLERS = ("officer", "approver")
Open = Annotated[
    bool, QueryParameter(name="open", description="Only those in which something is to be done.")
]
Overdue = Annotated[bool, QueryParameter(description="Only those in which a deadline was missed.")]
Year = Annotated[
    int | None, QueryParameter(ge=2000, le=2999, description="Of acceptance; unset: the present one.")
]
Within = Annotated[
    str, QueryParameter(name="region", pattern=r"^(\d{2}|\d{4})?$", description="Its parts are counted.")
]


class OwedByDay(BaseModel):
    """What the office owes in a complaint, by which day, and the rule that says so."""

    model_config = ConfigDict(frozen=True)

    rule: str
    opened_on: date
    due_on: date | None = Field(description="Inclusive last day; null: unknown, or testing is under way.")
    met_on: date | None
    standing: Standing
    source: str = Field(description="Instrument and article, or the tag that says there is none.")
    tag: str | None = Field(description="`unknown`: two officers must enter the figure first.")


class ComplaintInList(BaseModel):
    """A complaint in the work list; who complained is not in it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    office_code: str
    region: str
    business_id: str | None
    matter: Matter
    state: State
    received_on: date
    closed_on: date | None
    next_due_on: date | None
    deadline_unknown: bool = Field(description="True where what is next has no last day.")
    overdue: bool


class ComplaintContentRead(BaseModel):
    """Who complains and what they wrote; only the office that handles it reads this."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    complainant: str | None
    phone: str | None
    address: str | None
    request: str | None
    facts: str | None
    blanked_on: date | None


class ComplaintStepTaken(BaseModel):
    """One step in the handling of a complaint."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    seq: int
    step: str
    state: State
    taken_on: date
    person_id: str
    office_code: str
    note: str | None = Field(description="Only the office that handles it reads this.")


class BorneOut(BaseModel):
    """How often what was said of a business was borne out; never public, never in a score."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    matters: int
    looked_into: int
    borne_out: int
    rate_bp: int | None = Field(description="Basis points; null: too few make no rate.")


class ComplaintFile(ComplaintInList):
    """A complaint with its days, what is owed, its steps and what it may belong together with."""

    instrument_id: str | None
    respondent: str | None
    place: str | None
    proof: Proof | None
    happened_on: date | None
    known_on: date | None
    decided_on: date | None
    ground: str | None
    decision_told_on: date | None
    ended_on: date | None
    outcome: Outcome | None
    finding: Finding | None
    end_told_on: date | None
    withdrawn_on: date | None
    transferred_on: date | None
    came_from_id: str | None
    disputed_on: date | None
    agreed_on: date | None
    split_on: date | None
    dues: tuple[OwedByDay, ...]
    steps: tuple[ComplaintStepTaken, ...]
    alike: tuple[str, ...] = Field(description="Others at the office about the very same thing.")
    business: BorneOut | None
    content: ComplaintContentRead | None


class ComplaintsPage(Page[ComplaintInList]):
    """One page of complaints."""


class EscalatedDeadline(BaseModel):
    """A missed deadline that the office above was told of."""

    model_config = ConfigDict(frozen=True)

    complaint_id: str
    office_code: str
    rule: str
    due_on: date
    escalated_on: date


class ComplaintCell(BaseModel):
    """Complaints of a region in a year, only beside what could be complained of there."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    region: str
    businesses: int
    instruments: int
    complaints: int | None = Field(description="Null: too few, or left out so that another stays hidden.")
    agreed_bp: int | None
    per_businesses: int | None = Field(description="For every 10,000 businesses.")
    per_instruments: int | None = Field(description="For every 10,000 instruments.")


class ComplaintStatistics(BaseModel):
    """Accepted complaints of a year by region; what is about one thing counts once, no business is named."""

    model_config = ConfigDict(frozen=True)

    year: int
    region: str
    items: tuple[ComplaintCell, ...]


class Complaints(Controller):
    """Complaints (投诉) of consumers: they score nothing, and nobody is shown for them."""

    path = "/api/v1/complaints"
    tags = ("complaints",)

    @post("/", **act(), summary="Take in a complaint")
    def take_in(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RecordComplaint]
    ) -> Response[Recorded]:
        """Take in a complaint for the own office, complete or not."""
        return record(edge, request, data, lambda work: recorded(record_complaint(work, data), request))

    @get("/", **supervised(422), summary="Complaints of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        open_only: Open = True,
        overdue: Overdue = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> ComplaintsPage:
        """Return the complaints of the bearer's regions with what is due next."""
        after = key_of(cursor) or ""
        asked = {"open_only": open_only, "overdue": overdue}
        return consult(edge, request, lambda work: complaints_page(work, **asked, after=after, limit=limit))

    @get("/escalated", **supervised(), summary="Deadlines missed by the offices below")
    def escalated(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge]
    ) -> tuple[EscalatedDeadline, ...]:
        """Return the missed deadlines that the own office was told of, in complaints still open."""
        return consult(edge, request, escalated_deadlines)

    @get("/{complaint_id:str}", **supervised(404), summary="A complaint with its due days and steps")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], complaint_id: FromPath[str]
    ) -> ComplaintFile:
        """Return a complaint; who complained only to the office that handles it."""
        return consult(edge, request, lambda work: complaint_file(work, complaint_id))

    @post("/{complaint_id:str}/steps", **act(), summary="Take a step")
    def take(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        complaint_id: FromPath[str],
        data: JSONBody[TakeComplaintStep],
    ) -> Response[Recorded]:
        """Accept, refuse, tell, mediate, test, end, hand over, split: one step at a time."""
        return record(edge, request, data, lambda work: recorded(take_complaint_step(work, data), request))


@get(
    "/api/v1/statistics/complaints",
    **public(422),
    tags=["statistics"],
    summary="Complaints by region, against what could be complained of",
)
def complaint_statistics(
    edge: NamedDependency[Edge], year: Year = None, region: Within = ""
) -> ComplaintStatistics:
    """Return accepted complaints of a year by region; small numbers are left out."""
    asked, exposure = year or edge.today().year, edge.exposure()
    with reading(edge.engine) as session:
        cells = complaint_cells(session, edge.rulebook(), exposure, asked, region)
    items = tuple(ComplaintCell.model_validate(cell) for cell in cells)
    return ComplaintStatistics(year=asked, region=region, items=items)


def complaints_page(
    work: Work, *, open_only: bool = True, overdue: bool = False, after: str = "", limit: int
) -> ComplaintsPage:
    """Return complaints of the regions that the person supervises, what is due first on top.

    Raises:
        Malformed: The cursor was not made here.
    """
    within, place = regions_read(work), _place(after)
    found: list[tuple[queries.Place, ComplaintInList]] = []
    while len(found) <= limit:
        rows = queries.complaints(
            work.session, within, open_only=open_only, after=place, limit=queries.AT_ONCE
        )
        listed = [(queries.place_of(one[0]), in_list(work, one)) for one in queries.with_dues(work, rows)]
        found += [one for one in listed if one[1].overdue or not overdue]
        if len(rows) < queries.AT_ONCE:
            break
        place = queries.place_of(rows[-1])
    items = tuple(one for _, one in found[:limit])
    last = "{} {}".format(*found[limit - 1][0]) if len(found) > limit else None
    return ComplaintsPage(items=items, next=None if last is None else cursor_of(last))


def _place(after: str) -> queries.Place | None:
    """Return where the page before ended, as its cursor says."""
    if not after:
        return None
    day, _, own = after.partition(" ")
    try:
        return date.fromisoformat(day), own
    except ValueError as broken:
        raise Malformed("cursor.broken", field="cursor") from broken


def in_list(work: Work, found: WithDues) -> ComplaintInList:
    """Return a complaint as the work list shows it."""
    return ComplaintInList.model_validate(_listed(work, found))


def _listed(work: Work, found: WithDues) -> dict[str, Any]:
    row, upcoming = found[0], queries.next_due(found)
    return {
        **row.model_dump(),
        "next_due_on": None if upcoming is None else upcoming.due_on,
        "deadline_unknown": upcoming is not None and upcoming.standing(work.today) == "unknown",
        "overdue": queries.overdue(found, work.today),
    }


def escalated_deadlines(work: Work) -> tuple[EscalatedDeadline, ...]:
    """Return the missed deadlines that the person's office was told of."""
    return tuple(
        EscalatedDeadline(
            complaint_id=row.id,
            office_code=row.office_code,
            rule=told.rule,
            due_on=told.due_on,
            escalated_on=told.escalated_on,
        )
        for told, row in queries.escalated(work.session, work.actor.office_code)
        if may_read(work, row.region)
    )


def complaint_file(work: Work, complaint_id: str) -> ComplaintFile:
    """Return the file of a complaint.

    Raises:
        NotFound: There is none, or none of the regions of who asks.
    """
    row = None if "\0" in complaint_id else queries.complaint(work.session, complaint_id)
    if row is None or not may_read(work, row.region):
        raise NotFound("complaint.unknown", complaint_id=complaint_id)
    found = queries.with_dues(work, [row])[0]
    own = handles(work, row.office_code, row.region)
    taken = [ComplaintStepTaken.model_validate(one) for one in queries.steps(work.session, row.id)]
    content = queries.content(work.session, row.id) if own else None
    return ComplaintFile.model_validate(
        {
            **_listed(work, found),
            "respondent": row.respondent if own else None,
            "place": row.place if own else None,
            "dues": [_owed(one, work.today) for one in found[1]],
            "steps": taken if own else [one.model_copy(update={"note": None}) for one in taken],
            "alike": queries.alike(work, row),
            "business": _borne_out(work, row.business_id),
            "content": content and ComplaintContentRead.model_validate(content),
        }
    )


def handles(work: Work, office_code: str, region: str) -> bool:
    """Say whether the person works at the office that handles a complaint, and handles complaints."""
    mine = work.actor.office_code == office_code
    return mine and any(work.actor.may(role, region) for role in HANDLERS)


def _borne_out(work: Work, business_id: str | None) -> BorneOut | None:
    return None if business_id is None else BorneOut.model_validate(substantiation(work, business_id))


def _owed(one: Due, on: date) -> OwedByDay:
    return OwedByDay(
        rule=one.rule,
        opened_on=one.opened_on,
        due_on=one.due_on,
        met_on=one.met_on,
        standing=one.standing(on),
        source=one.source,
        tag=None if one.row is None else one.row.tag,
    )
