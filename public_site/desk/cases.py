"""The list procedure at the desk: the work list, the file of a case, a form for each of its steps."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.edge import Edge
from api.paging import cursor_of, key_of
from api.supervising import OfRegion, regions_read
from public_site.desk import forms
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Filing, Sent
from public_site.desk.awaiting import A_GLANCE, Awaiting, Waiting
from public_site.desk.case_files import CaseFile, CaseLine, case_file, case_lines
from public_site.desk.case_forms import (
    BLANK_WITHOUT,
    LINES,
    files_of,
    paper_fields,
    papers_before,
    step_fields,
)
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from registry.audit.work import Work
from registry.documents.commands import read_document
from registry.errors import NotFound
from registry.lists import queries
from registry.lists.commands import TakeStep
from registry.lists.papers import PAPERS, IssueForStep, issue_for_step, take_step
from registry.lists.procedures import PROCEDURES, Step
from registry.lists.waiting import count_waiting, waiting
from registry.regions import prefix
from registry.texts import say

Asking = Request[Any, Any, Any]
A_PAGE = 30
STATES = (
    "all",
    *dict.fromkeys(step.after for steps in PROCEDURES.values() for step in steps if step.after is not None),
)
OfState = Annotated[str, QueryParameter(name="state", pattern=r"^[a-z_]*$")]


TAKING = Act(
    TakeStep,
    take_step,
    lines=LINES,
    rows=BLANK_WITHOUT,
)


def awaiting(work: Work) -> list[Awaiting]:
    """Return the cases with which the person is to go on."""
    found = []
    for line in case_lines(work, waiting(work, A_GLANCE)):
        one = line.next
        if one is not None and one.refusal is None:
            title = f"{line.business} · {line.regime.name_zh if line.regime else line.proposal.regime}"
            found.append(Awaiting(title, one.step.name, f"/desk/cases/{line.proposal.id}", line.due_on))
    return found


def in_all(work: Work) -> Waiting:
    """Return how many cases wait."""
    return Waiting("cases", "/desk/cases", count_waiting(work))


@get("/desk/cases", sync_to_thread=True, include_in_schema=False)
def all_cases(
    request: Asking,
    edge: NamedDependency[Edge],
    in_state: OfState = "",
    region: OfRegion = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show the cases of the person's regions, open ones unless a state is asked for."""

    def read(work: Work) -> tuple[list[CaseLine], str | None]:
        found = queries.proposals_within(
            work.session,
            regions_read(work),
            region=prefix(region),
            state=in_state if in_state not in ("", "all") else None,
            open_only=not in_state,
            after=key_of(cursor or None) or "",
            limit=A_PAGE + 1,
        )
        more = cursor_of(found[A_PAGE - 1].id) if len(found) > A_PAGE else None
        return case_lines(work, found[:A_PAGE]), more

    lines, more = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "cases.html",
        lines=lines,
        more=more,
        states=STATES,
        state=in_state,
        region=region,
        today=edge.today(),
    )


@get("/desk/cases/{proposal_id:str}", sync_to_thread=True, include_in_schema=False)
def one_case(request: Asking, edge: NamedDependency[Edge], proposal_id: FromPath[str]) -> Response[str]:
    """Show the file of a case and what the person may do next."""
    return _case(edge, request, proposal_id)


@get("/desk/cases/{proposal_id:str}/steps/{step:str}", sync_to_thread=True, include_in_schema=False)
def step_form(
    request: Asking, edge: NamedDependency[Edge], proposal_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show the form of a step that the procedure knows from here."""
    return _step_form(edge, request, proposal_id, step)


@post(
    "/desk/cases/{proposal_id:str}/steps/{step:str}",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def take(
    request: Asking,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    proposal_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Take a step; its file is filed and its paper issued in the same act."""
    file = forms.consult(edge, request, lambda work: case_file(work, proposal_id))
    forms.checked(edge, request, form)
    act = replace(TAKING, files=files_of(_step(file, step)))
    return carry_out(
        edge,
        request,
        form,
        act,
        Filing(file.proposal.region),
        lambda _: f"/desk/cases/{proposal_id}?done=step",
        lambda faults, sent: _step_form(edge, request, proposal_id, step, faults, sent),
        proposal_id=proposal_id,
        step=step,
    )


@get("/desk/cases/{proposal_id:str}/papers/{step:str}", sync_to_thread=True, include_in_schema=False)
def paper_form(
    request: Asking,
    edge: NamedDependency[Edge],
    proposal_id: FromPath[str],
    step: FromPath[str],
    kind: FromQuery[str] = "",
) -> Response[str]:
    """Show the form of a paper that goes before its step."""
    return _paper_form(edge, request, proposal_id, step, kind)


@post("/desk/cases/{proposal_id:str}/papers/{step:str}", sync_to_thread=True, include_in_schema=False)
def issue(
    request: Asking,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    proposal_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Issue a paper that goes before its step; the case shows it to print."""
    kind = form.one("kind")
    return forms.act(
        edge,
        request,
        form,
        IssueForStep,
        lambda work, asked: issue_for_step(work, edge.settings, asked),
        lambda _: f"/desk/cases/{proposal_id}?done=paper",
        partial(_paper_form, edge, request, proposal_id, step, kind),
        given={"proposal_id": proposal_id, "step": step},
    )


@get("/desk/documents/{document_id:str}", sync_to_thread=True, include_in_schema=False)
def document(request: Asking, edge: NamedDependency[Edge], document_id: FromPath[str]) -> Response[bytes]:
    """Return the bytes of a document as a download; they are never shown in the page."""
    found, content = forms.consult(
        edge, request, lambda work: read_document(work, edge.settings.data_dir, document_id)
    )
    ending = ".pdf" if found.media_type == "application/pdf" else ""
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{found.id}{ending}"'},
    )


def _step(file: CaseFile, name: str) -> Step:
    """Return a step of the case's procedure that follows another.

    Raises:
        NotFound: The procedure has none of that name.
    """
    found = (one for one in PROCEDURES[file.proposal.colour] if one.name == name and one.before)
    step = next(found, None)
    if step is None:
        raise NotFound("proposal.unknown", proposal_id=file.proposal.id)
    return step


def _case(edge: Edge, request: Asking, proposal_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    file = forms.consult(edge, request, lambda work: case_file(work, proposal_id))
    reader = reader_at_desk(request, edge)
    return forms.show(
        edge,
        request,
        "case.html",
        file=file,
        before={one.step.name: papers_before(one.step) for one in file.line.possible},
        say=lambda refusal: say(refusal, reader.language),
        names=reader.names(edge.rulebook(), edge.today()),
        today=edge.today(),
        faults=faults,
    )


def _step_form(
    edge: Edge,
    request: Asking,
    proposal_id: str,
    name: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    """Show the form of a step; where the case has moved on from it, show the case."""
    file = forms.consult(edge, request, lambda work: case_file(work, proposal_id))
    step = _step(file, name)
    known = next((one for one in file.line.possible if one.step == step), None)
    if known is None:
        return _case(edge, request, proposal_id, placed(faults, sent, ()))
    reader = reader_at_desk(request, edge)
    fields = step_fields(step, file.steps, file.proposal.version, reader.t)
    return forms.show(
        edge,
        request,
        "case_step.html",
        file=file,
        known=known,
        fields=fields,
        before=papers_before(step),
        issued={(paper.step, paper.kind): paper for paper in file.papers if paper.revoked_on is None},
        say=lambda refusal: say(refusal, reader.language),
        faults=placed(faults, sent, fields),
    )


def _paper_form(
    edge: Edge, request: Asking, proposal_id: str, name: str, kind: str, faults: Faults = NO_FAULTS
) -> Response[str]:
    file = forms.consult(edge, request, lambda work: case_file(work, proposal_id))
    known = next((one for one in PAPERS.get(name, ()) if one == kind), None)
    if known is None:
        raise NotFound("proposal.unknown", proposal_id=proposal_id)
    fields = paper_fields(known, reader_at_desk(request, edge).t)
    shown = placed(faults, Sent(Form(()), {}, {}), fields)
    return forms.show(
        edge, request, "case_paper.html", file=file, step=name, kind=known, fields=fields, faults=shown
    )


ROUTES = (all_cases, one_case, step_form, take, paper_form, issue, document)
