"""Objections at the desk: the list with due days, the file of one, and the forms of its steps."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.edge import Edge
from api.objections import ObjectionFile, objection_file, objections_page
from api.paging import key_of
from public_site.desk import forms
from public_site.desk.accepting import accepting, decline_grounds
from public_site.desk.acting import Act
from public_site.desk.asking import Asked, Filing, Group
from public_site.desk.awaiting import A_GLANCE, Awaiting, Waiting
from public_site.desk.case_files import business_names, documents_of, office_names, papers_of_steps
from public_site.desk.entries import grounds_known
from public_site.desk.possible_acts import PossibleAct, possible_act
from public_site.desk.stepping import Opening, Sort
from public_site.desk.subjects import subject_of
from public_site.reader import Reader
from public_site.texts import Words
from registry.accounts.names import person_names
from registry.audit.work import Work
from registry.lists import queries as lists
from registry.repair import objections as registry_objections
from registry.repair import papers
from registry.repair.forms import (
    AcceptObjection,
    DecideObjection,
    DeclineObjection,
    FileObjection,
    SettleObjection,
    WithdrawObjection,
)
from registry.repair.steps import RECEIVED
from registry.repair.waiting import count_objections_waiting, objections_waiting
from registry.violations.queries import violation as violation_of

Asking = Request[Any, Any, Any]
A_PAGE = 30
FILES = 3  # papers that a form has room for
FILING = Act(
    FileObjection,
    papers.file_objection,
    files={f"papers.{number}": "statement" for number in range(FILES)},
    lines=("points",),
)
ACTS: dict[str, Act] = {
    "accept_objection": Act(AcceptObjection, papers.accept_objection),
    "decline_objection": Act(DeclineObjection, papers.decline_objection),
    "decide_objection": Act(DecideObjection, papers.decide_objection),
    "settle_objection": Act(SettleObjection, papers.settle_objection),
    "withdraw_objection": Act(
        WithdrawObjection,
        lambda work, _, asked: registry_objections.withdraw_objection(work, asked),
        files={"document_id": "statement"},
        needed=("document_id",),
    ),
}


def awaiting(work: Work) -> list[Awaiting]:
    """Return the objections with which the person is to go on."""
    found = []
    for one in objections_waiting(work, A_GLANCE):
        acts = _acts(work, objection_file(work, one.id))
        act = next((act for act in acts if act.awaited and act.refusal is None), None)
        if act is not None:
            name = business_names(work.session, [one.business_id]).get(one.business_id, "")
            due_on = one.accept_by_on if one.accepted_on is None else one.decide_by_on
            found.append(Awaiting(name, act.name, f"/desk/objections/{one.id}", due_on))
    return found


def in_all(work: Work) -> Waiting:
    """Return how many objections wait."""
    return Waiting("objections", "/desk/objections", count_objections_waiting(work))


@get("/desk/objections", sync_to_thread=True, include_in_schema=False)
def all_objections(
    request: Asking, edge: NamedDependency[Edge], closed: FromQuery[bool] = False, cursor: FromQuery[str] = ""
) -> Response[str]:
    """Show the objections of the person's regions, those that are open unless all are asked for."""

    def read(work: Work) -> tuple[Any, dict[str, str]]:
        page = objections_page(work, open_only=not closed, after=key_of(cursor or None) or "", limit=A_PAGE)
        return page, business_names(work.session, (one.business_id for one in page.items))

    found, businesses = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "objections.html",
        found=found,
        businesses=businesses,
        closed=closed,
        today=edge.today(),
    )


def _acts(work: Work, found: ObjectionFile) -> tuple[PossibleAct, ...]:
    if found.state == "upheld":
        return (possible_act(work, "settle_objection", "officer", found.region, awaited=True),)
    barred = (found.filed_by_person, found.proposed_by_person, found.listed_by_person)
    if found.state == RECEIVED:
        return (
            possible_act(work, "accept_objection", "officer", found.region, awaited=True),
            possible_act(work, "decline_objection", "approver", found.region, barred=barred),
            possible_act(work, "withdraw_objection", "officer", found.region),
        )
    if found.state != "open":
        return ()
    return (
        possible_act(work, "decide_objection", "approver", found.region, barred=barred, awaited=True),
        possible_act(work, "withdraw_objection", "officer", found.region),
    )


def _fields(work: Work, found: ObjectionFile, name: str, t: Words) -> tuple[Asked | Group, ...]:
    version = Asked("expected_version", "hidden", "", value=str(found.version))
    if name == "withdraw_objection":
        label = t("desk.objections.statement")
        return (version, Asked("document_id", "file", label, hint=t("desk.cases.hint.document")))
    where = Asked(
        "where", "line", t("desk.cases.field.where"), hint=t("desk.cases.hint.where"), required=False
    )
    if name == "settle_objection":
        return (version, *_remedy(work, found, t))
    if name == "accept_objection":
        return (version,)
    if name == "decline_objection":
        ground = decline_grounds(work, "objection", found.region, t)
        return (version, ground, Asked("reasons", "text", t("desk.cases.field.reasons")), where)
    answers = tuple(
        Asked(f"answers.{number}", "text", t("desk.cases.point", number=number + 1, words=point))
        for number, point in enumerate(found.points)
    )
    upheld = (("true", t("desk.objections.upheld")), ("false", t("desk.objections.dismissed")))
    fields: list[Asked | Group] = [
        version,
        Group("answers", t("desk.objections.answers"), answers),
        Asked("upheld", "choice", t("desk.objections.result"), choices=upheld),
        Asked("reasons", "text", t("desk.cases.field.reasons"), required=False),
        where,
    ]
    if found.subject_kind == "entry":
        endings = tuple((code, t.term("withdrawal", code)) for code in ("corrected", "annulled"))
        hint = t("desk.objections.rule_hint")
        entry = lists.current_entry(work.session, found.subject_id)
        rules = grounds_known(work, entry.colour, found.region, t) if entry is not None else ()
        fields += [
            Asked("ground", "choice", t("desk.objections.ground"), choices=endings, value="corrected"),
            Asked("rule", "choice", t("desk.objections.rule"), hint=hint, required=False, choices=rules),
        ]
    return tuple(fields)


def _remedy(work: Work, found: ObjectionFile, t: Words) -> list[Asked]:
    """Return what carries out an upheld objection: the case dropped, or the decision annulled."""
    reasons = t("desk.cases.field.reasons")
    if found.subject_kind == "proposal":
        case = lists.proposal(work.session, found.subject_id)
        version = str(case.version) if case is not None else ""
        return [
            Asked("drop.proposal_id", "hidden", "", value=found.subject_id),
            Asked("drop.step", "hidden", "", value="drop"),
            Asked("drop.expected_version", "hidden", "", value=version),
            Asked("drop.reasons", "text", reasons),
        ]
    record = violation_of(work.session, found.subject_id)
    if record is None:
        return []
    return [
        Asked("annulment.decision_id", "hidden", "", value=record[1].decision_id),
        Asked("annulment.expected_version", "hidden", "", value=str(record[1].version)),
        Asked("annulment.standing", "hidden", "", value="annulled"),
        Asked("annulment.changed_on", "date", t("desk.objections.annulled_on")),
        Asked("annulment.reason", "text", reasons),
    ]


def _shown(work: Work, found: ObjectionFile, _reader: Reader) -> dict[str, Any]:
    return {
        "about": subject_of(work, found.subject_kind, found.subject_id)[1],
        "documents": documents_of(work.session, [*found.papers, *papers_of_steps(found.steps)]),
        "people": person_names(work.session, (step.person_id for step in found.steps)),
        "offices": office_names(work, (step.office_code for step in found.steps)),
    }


def _filing(kind: str, subject: str, _about: str, t: Words) -> tuple[Asked, ...]:
    assisted = (("false", t("desk.objections.own")), ("true", t("desk.objections.assisted")))
    files = tuple(
        Asked(f"papers.{number}", "file", t("desk.objections.paper", number=number + 1), required=False)
        for number in range(FILES)
    )
    return (
        Asked("subject_kind", "hidden", "", value=kind),
        Asked("subject_id", "hidden", "", value=subject),
        Asked("objector", "line", t("desk.objections.objector")),
        Asked("points", "lines", t("desk.cases.field.points"), hint=t("desk.cases.hint.points")),
        Asked("assisted", "choice", t("desk.objections.check"), choices=assisted, value="false"),
        accepting(t),
        *files,
    )


OPENING = Opening(
    "/desk/objections",
    FILING,
    about=subject_of,
    fields=_filing,
    title="desk.act.file_objection",
    crumb=("/desk/objections", "desk.objections.title"),
    done="objection_filed",
)
SORT = Sort(
    "/desk/objections",
    "objection_id",
    find=objection_file,
    filing=lambda found: Filing(found.region),
    acts=ACTS,
    possible=_acts,
    fields=_fields,
    shown=_shown,
    template="objection.html",
    crumb=("/desk/objections", "desk.objections.title"),
    word="desk.objections.file",
)
ROUTES = (all_objections, *OPENING.routes(), *SORT.routes())
