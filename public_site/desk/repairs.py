"""Applications for repair of credit at the desk: the list, the file of one, the forms of its steps."""

from collections.abc import Sequence
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.edge import Edge
from api.paging import key_of
from api.repairs import RepairFile, repair_file, repairs_page
from public_site.desk import forms
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Asked, Group, Sent
from public_site.desk.awaiting import Awaiting
from public_site.desk.case_files import business_names, documents_of, office_names
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from public_site.desk.possible_acts import PossibleAct, one_of, possible_act
from public_site.desk.subjects import subject_of
from public_site.texts import Words
from registry.accounts.names import person_names
from registry.audit.work import Work
from registry.errors import NotFound
from registry.repair import commands, papers
from registry.repair.commands import STEPS
from registry.repair.forms import (
    ApplyForRepair,
    DecideRepair,
    ProposeRevocation,
    RequestCompletion,
    RevokeRepair,
    SupplementRepair,
    WithdrawRepair,
)
from registry.repair.queries import took_in
from registry.repair.rules import PAPER_KINDS
from registry.repair.tables import Repair
from registry.rulebook import PenaltyField, RepairCondition
from registry.texts import say

Asking = Request[Any, Any, Any]
A_PAGE = 30
MOST_AWAITED = 100
FILES = {f"papers.{paper}": kinds[0] for paper, kinds in PAPER_KINDS.items()}
APPLYING = Act(ApplyForRepair, papers.apply_for_repair, files=FILES)
ACTS: dict[str, Act] = {
    "supplement": Act(
        SupplementRepair,
        papers.supplement_repair,
        files=FILES,
    ),
    "request_completion": Act(RequestCompletion, papers.request_completion),
    "decide": Act(
        DecideRepair,
        papers.decide_repair,
        rows={"findings": ("met", "reason")},
    ),
    "withdraw": Act(
        WithdrawRepair,
        lambda work, _, asked: commands.withdraw_repair(work, asked),
        files={"document_id": "statement"},
        needed=("document_id",),
    ),
    "propose_revocation": Act(
        ProposeRevocation,
        lambda work, _, asked: commands.propose_revocation(work, asked),
        files={"document_id": "evidence"},
        needed=("document_id",),
    ),
    "revoke": Act(RevokeRepair, papers.revoke_repair),
}
AWAITED = ("request_completion", "decide", "revoke")  # with these the office goes on


def awaiting(work: Work) -> list[Awaiting]:
    """Return the applications with which the person is to go on."""
    if not work.actor.holds("officer", "approver"):
        return []
    found = []
    for one in repairs_page(work, limit=MOST_AWAITED).items:
        act = next((act for act in _acts(work, repair_file(work, one.id)) if _is_mine(act)), None)
        if act is not None:
            name = business_names(work.session, [one.business_id]).get(one.business_id, "")
            found.append(Awaiting(name, f"{act.name}_repair", f"/desk/repairs/{one.id}", one.decide_by_on))
    return found


def _is_mine(act: PossibleAct) -> bool:
    return act.awaited and act.refusal is None


@get("/desk/repairs", sync_to_thread=True, include_in_schema=False)
def all_repairs(
    request: Asking, edge: NamedDependency[Edge], closed: FromQuery[bool] = False, cursor: FromQuery[str] = ""
) -> Response[str]:
    """Show the applications of the person's regions, the open ones unless all are asked for."""

    def read(work: Work) -> tuple[Any, dict[str, str]]:
        page = repairs_page(work, open_only=not closed, after=key_of(cursor or None) or "", limit=A_PAGE)
        return page, business_names(work.session, (one.business_id for one in page.items))

    found, businesses = forms.consult(edge, request, read)
    return forms.show(edge, request, "repairs.html", found=found, businesses=businesses, closed=closed)


@get("/desk/repairs/new", sync_to_thread=True, include_in_schema=False)
def new_repair(
    request: Asking, edge: NamedDependency[Edge], kind: FromQuery[str], subject: FromQuery[str]
) -> Response[str]:
    """Show the form that takes in an application for repair of an entry or a record."""
    return _new_repair(edge, request, kind, subject)


@post("/desk/repairs", sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD)
def apply(request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Take in an application with the papers that came with it."""
    forms.checked(edge, request, form)
    kind, subject = form.one("subject_kind"), form.one("subject_id")
    region, _ = forms.consult(edge, request, lambda work: subject_of(work, kind, subject))
    return carry_out(
        edge,
        request,
        form,
        APPLYING,
        region,
        lambda repair_id: f"/desk/repairs/{repair_id}?done=repair_received",
        lambda faults, sent: _new_repair(edge, request, kind, subject, faults, sent),
    )


@get("/desk/repairs/{repair_id:str}", sync_to_thread=True, include_in_schema=False)
def one_repair(request: Asking, edge: NamedDependency[Edge], repair_id: FromPath[str]) -> Response[str]:
    """Show the file of an application and what the person may do with it."""
    return _repair(edge, request, repair_id)


@get("/desk/repairs/{repair_id:str}/{step:str}", sync_to_thread=True, include_in_schema=False)
def step_form(
    request: Asking, edge: NamedDependency[Edge], repair_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show the form of a step of an application."""
    return _step_form(edge, request, repair_id, step)


@post(
    "/desk/repairs/{repair_id:str}/{step:str}",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def take(
    request: Asking,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    repair_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Take a step of an application; what it tells the applicant is issued in the same act."""
    forms.checked(edge, request, form)
    if step not in ACTS:
        raise NotFound("repair.unknown", repair_id=repair_id)
    found = forms.consult(edge, request, lambda work: repair_file(work, repair_id))
    return carry_out(
        edge,
        request,
        form,
        ACTS[step],
        found.region,
        lambda _: f"/desk/repairs/{repair_id}?done=step",
        lambda faults, sent: _step_form(edge, request, repair_id, step, faults, sent),
        repair_id=repair_id,
    )


def _acts(work: Work, found: RepairFile) -> tuple[PossibleAct, ...]:
    took: Sequence[str] = tuple(took_in(work.session, work.session.get_one(Repair, found.id)))
    barred = {"decide": took, "revoke": (*took, found.revocation_proposed_by_person)}
    proposed = found.revocation_proposed_by_person is not None
    return tuple(
        possible_act(
            work,
            name,
            role,
            found.region,
            barred=barred.get(name, ()),
            awaited=name in AWAITED,
        )
        for name, (role, states) in STEPS.items()
        if found.state in states
        and not (name == "revoke" and not proposed)
        and not (name == "propose_revocation" and proposed)
    )


def _fields(work: Work, found: RepairFile, name: str, t: Words) -> tuple[Asked | Group, ...]:
    version = Asked("expected_version", "hidden", "", value=str(found.version))
    where = Asked(
        "where", "line", t("desk.cases.field.where"), hint=t("desk.cases.hint.where"), required=False
    )
    reasons = Asked("reasons", "text", t("desk.cases.field.reasons"))
    hint = t("desk.cases.hint.document")
    match name:
        case "supplement":
            return (version, *_papers(found.papers_missing, t))
        case "request_completion":
            return (version, where)
        case "decide":
            grants = (("true", t("desk.repairs.grant")), ("false", t("desk.repairs.refuse")))
            grant = Asked("grant", "choice", t("desk.repairs.result"), choices=grants)
            return (version, *_findings(work, found, t), grant, reasons, where)
        case "withdraw":
            return (version, Asked("document_id", "file", t("desk.repairs.statement"), hint=hint))
        case "propose_revocation":
            return (version, reasons, Asked("document_id", "file", t("desk.repairs.evidence"), hint=hint))
        case _:
            return (version, reasons, where)


def _papers(wanted: Sequence[str], t: Words) -> list[Asked]:
    hint = t("desk.cases.hint.document")
    return [
        Asked(f"papers.{paper}", "file", t.term("repair_paper", paper), hint=hint, required=False)
        for paper in wanted
    ]


def _findings(work: Work, found: RepairFile, t: Words) -> list[Group]:
    """Return a row for each need of the conditions that govern the application."""
    rows = [row for row in work.rulebook.rows(RepairCondition) if row.code in found.conditions]
    needs = dict.fromkeys(need for row in rows for need in row.needs)
    met = (("true", t("desk.repairs.met")), ("false", t("desk.repairs.unmet")))
    return [
        Group(
            f"findings.{number}",
            t.term("need", need),
            (
                Asked(f"findings.{number}.need", "hidden", "", value=need),
                Asked(f"findings.{number}.met", "choice", t("desk.repairs.found"), choices=met),
                Asked(f"findings.{number}.reason", "line", t("desk.cases.field.finding")),
            ),
        )
        for number, need in enumerate(needs)
    ]


def _repair(edge: Edge, request: Asking, repair_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, Any]:
        found = repair_file(work, repair_id)
        held = [*found.papers.values(), *(step.document_id for step in found.steps)]
        return {
            "found": found,
            "acts": _acts(work, found),
            "about": subject_of(work, found.subject_kind, found.subject_id)[1],
            "documents": documents_of(work.session, held),
            "people": person_names(work.session, (step.person_id for step in found.steps)),
            "offices": office_names(work, (step.office_code for step in found.steps)),
        }

    shown = forms.consult(edge, request, read)
    language = reader_at_desk(request, edge).language
    return forms.show(
        edge, request, "repair.html", **shown, say=lambda refusal: say(refusal, language), faults=faults
    )


def _step_form(
    edge: Edge,
    request: Asking,
    repair_id: str,
    name: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    """Show the form of a step; where the application has moved on from it, show the application."""
    reader = reader_at_desk(request, edge)

    def read(work: Work) -> tuple[PossibleAct | None, tuple[Asked | Group, ...]]:
        found = repair_file(work, repair_id)
        return one_of(_acts(work, found), name), _fields(work, found, name, reader.t)

    act, fields = forms.consult(edge, request, read)
    if act is None:
        return _repair(edge, request, repair_id, placed(faults, sent, ()))
    here = f"/desk/repairs/{repair_id}"
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t(f"desk.act.{name}_repair"),
        lead="",
        back=(("/desk/repairs", reader.t("desk.repairs.title")), (here, reader.t("desk.repairs.file"))),
        action=f"{here}/{name}",
        fields=fields,
        refusal=act.refusal,
        say=lambda refusal: say(refusal, reader.language),
        faults=placed(faults, sent, fields),
    )


def _new_repair(
    edge: Edge,
    request: Asking,
    kind: str,
    subject: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    reader = reader_at_desk(request, edge)
    t = reader.t
    _, about = forms.consult(edge, request, lambda work: subject_of(work, kind, subject))
    sorts = tuple((code, t(f"desk.repairs.field.{code}")) for code in get_args(PenaltyField))
    fields = (
        Asked("subject_kind", "hidden", "", value=kind),
        Asked("subject_id", "hidden", "", value=subject),
        Asked("applicant", "line", t("desk.repairs.applicant")),
        Asked("field", "choice", t("desk.repairs.sort"), choices=sorts, value="metrology"),
        *_papers(tuple(PAPER_KINDS), t),
        Asked("note", "text", t("desk.cases.field.note"), required=False),
    )
    return forms.show(
        edge,
        request,
        "act.html",
        title=t("desk.act.apply_repair"),
        lead=about,
        back=(("/desk/repairs", t("desk.repairs.title")),),
        action="/desk/repairs",
        fields=fields,
        refusal=None,
        faults=placed(faults, sent, fields),
    )


ROUTES = (all_repairs, new_repair, apply, one_repair, step_form, take)
