"""Applications for repair of credit at the desk: the list, the file of one, the forms of its steps."""

from collections.abc import Sequence
from typing import Any, get_args

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.edge import Edge
from api.paging import key_of
from api.repairs import RepairFile, repair_file, repairs_page
from public_site.desk import forms
from public_site.desk.accepting import accepting, decline_grounds
from public_site.desk.acting import Act
from public_site.desk.asking import Asked, Filing, Group
from public_site.desk.awaiting import A_GLANCE, Awaiting, Waiting
from public_site.desk.case_files import business_names, documents_of, office_names, papers_of_steps
from public_site.desk.possible_acts import PossibleAct, possible_act
from public_site.desk.stepping import Opening, Sort
from public_site.desk.subjects import subject_of
from public_site.reader import Reader
from public_site.texts import Words
from registry.accounts.names import person_names
from registry.audit.work import Work
from registry.repair import commands, papers
from registry.repair.commands import STEPS
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
from registry.repair.queries import took_in
from registry.repair.rules import PAPER_KINDS
from registry.repair.tables import Repair
from registry.repair.waiting import count_repairs_waiting, repairs_waiting
from registry.rulebook import PenaltyField, RepairCondition

Asking = Request[Any, Any, Any]
A_PAGE = 30
FILES = {f"papers.{paper}": kinds[0] for paper, kinds in PAPER_KINDS.items()}
APPLYING = Act(ApplyForRepair, papers.apply_for_repair, files=FILES)
ACTS: dict[str, Act] = {
    "accept": Act(AcceptRepair, papers.accept_repair),
    "decline": Act(DeclineRepair, papers.decline_repair),
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
AWAITED = ("accept", "request_completion", "decide", "revoke")  # with these the office goes on


def awaiting(work: Work) -> list[Awaiting]:
    """Return the applications with which the person is to go on."""
    found = []
    for one in repairs_waiting(work, A_GLANCE):
        act = next((act for act in _acts(work, repair_file(work, one.id)) if _is_mine(act)), None)
        if act is not None:
            name = business_names(work.session, [one.business_id]).get(one.business_id, "")
            due_on = one.accept_by_on if one.accepted_on is None else one.decide_by_on
            found.append(Awaiting(name, f"{act.name}_repair", f"/desk/repairs/{one.id}", due_on))
    return found


def in_all(work: Work) -> Waiting:
    """Return how many applications wait."""
    return Waiting("repairs", "/desk/repairs", count_repairs_waiting(work))


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


def _acts(work: Work, found: RepairFile) -> tuple[PossibleAct, ...]:
    took: Sequence[str] = tuple(took_in(work.session, work.session.get_one(Repair, found.id)))
    barred = {"decide": took, "decline": took, "revoke": (*took, found.revocation_proposed_by_person)}
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
    fields: tuple[Asked | Group, ...] = (reasons, where)
    match name:
        case "accept":
            fields = ()
        case "decline":
            fields = (decline_grounds(work, "repair", found.region, t), reasons, where)
        case "supplement":
            fields = tuple(papers_asked(found.papers_missing, t))
        case "request_completion":
            fields = (where,)
        case "decide":
            grants = (("true", t("desk.repairs.grant")), ("false", t("desk.repairs.refuse")))
            grant = Asked("grant", "choice", t("desk.repairs.result"), choices=grants)
            fields = (*_findings(work, found, t), grant, reasons, where)
        case "withdraw":
            fields = (Asked("document_id", "file", t("desk.repairs.statement"), hint=hint),)
        case "propose_revocation":
            fields = (reasons, Asked("document_id", "file", t("desk.repairs.evidence"), hint=hint))
    return (version, *fields)


def papers_asked(wanted: Sequence[str], t: Words) -> list[Asked]:
    """Return the fields of the papers that an application brings."""
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


def _shown(work: Work, found: RepairFile, _reader: Reader) -> dict[str, Any]:
    held = [*found.papers.values(), *papers_of_steps(found.steps)]
    return {
        "about": subject_of(work, found.subject_kind, found.subject_id)[1],
        "documents": documents_of(work.session, held),
        "people": person_names(work.session, (step.person_id for step in found.steps)),
        "offices": office_names(work, (step.office_code for step in found.steps)),
    }


def _applying(kind: str, subject: str, _about: str, t: Words) -> tuple[Asked, ...]:
    sorts = tuple((code, t(f"desk.repairs.field.{code}")) for code in get_args(PenaltyField))
    return (
        Asked("subject_kind", "hidden", "", value=kind),
        Asked("subject_id", "hidden", "", value=subject),
        Asked("applicant", "line", t("desk.repairs.applicant")),
        Asked("field", "choice", t("desk.repairs.sort"), choices=sorts, value="metrology"),
        *papers_asked(tuple(PAPER_KINDS), t),
        accepting(t),
        Asked("note", "text", t("desk.cases.field.note"), required=False),
    )


OPENING = Opening(
    "/desk/repairs",
    APPLYING,
    about=subject_of,
    fields=_applying,
    title="desk.act.apply_repair",
    crumb=("/desk/repairs", "desk.repairs.title"),
    done="repair_received",
)
SORT = Sort(
    "/desk/repairs",
    "repair_id",
    find=repair_file,
    filing=lambda found: Filing(found.region),
    acts=ACTS,
    possible=_acts,
    fields=_fields,
    shown=_shown,
    template="repair.html",
    crumb=("/desk/repairs", "desk.repairs.title"),
    word="desk.repairs.file",
    tail="_repair",
)
ROUTES = (all_repairs, *OPENING.routes(), *SORT.routes())
