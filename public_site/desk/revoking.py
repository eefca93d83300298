"""Revoking a paper at the desk: one that says what its case no longer is, so that another can be issued."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.asking import Asked
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults
from registry.audit.work import Work
from registry.documents.papers import RevokePaper, by_code, revoke_paper
from registry.documents.tables import Paper
from registry.errors import NotFound
from registry.lists.queries import current_entry
from registry.lists.tables import Proposal
from registry.repair.tables import Objection, Repair
from registry.texts import say

Asking = Request[Any, Any, Any]


@dataclass(frozen=True)
class Issued:
    """A paper that may be revoked, and the page of the case that it belongs to."""

    paper: Paper
    address: str


def _issued(work: Work, code: str) -> Issued:
    paper = by_code(work.session, code)
    if paper is None:
        raise NotFound("paper.unknown")
    tables = ((Proposal, "cases"), (Objection, "objections"), (Repair, "repairs"))
    found = (place for table, place in tables if work.session.get(table, paper.case_id) is not None)
    place = next(found, "entries" if current_entry(work.session, paper.case_id) is not None else None)
    return Issued(paper, f"/desk/{place}/{paper.case_id}" if place else "/desk")


def _show(edge: Edge, request: Asking, code: str, faults: Faults = NO_FAULTS) -> Response[str]:
    reader = forms.reader_at_desk(request, edge)
    found = forms.consult(edge, request, lambda work: _issued(work, code))
    paper = found.paper
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t("desk.act.revoke_paper"),
        lead=f"{reader.t.term('paper', paper.kind)} {paper.number}",
        back=((found.address, reader.t("desk.cases.papers")),),
        action=f"/desk/papers/{code}/revocation",
        fields=(
            Asked("ground", "text", reader.t("desk.cases.field.reasons"), hint=reader.t("desk.cases.stale")),
        ),
        refusal=None,
        button="desk.act.revoke_paper",
        say=lambda refusal: say(refusal, reader.language),
        faults=faults,
    )


@get("/desk/papers/{code:str}/revocation", sync_to_thread=True, include_in_schema=False)
def ask(request: Asking, edge: NamedDependency[Edge], code: FromPath[str]) -> Response[str]:
    """Show the form in which a paper is revoked."""
    return _show(edge, request, code)


@post("/desk/papers/{code:str}/revocation", sync_to_thread=True, include_in_schema=False)
def revoke(
    request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form], code: FromPath[str]
) -> Response[Any]:
    """Revoke a paper; its file and its number stay."""

    def done(work: Work, command: RevokePaper) -> str:
        revoke_paper(work, command)
        return _issued(work, command.code).address

    return forms.act(
        edge,
        request,
        form,
        RevokePaper,
        done,
        lambda address: f"{address}?done=revoked",
        partial(_show, edge, request, code),
        given={"code": code},
    )


ROUTES = (ask, revoke)
