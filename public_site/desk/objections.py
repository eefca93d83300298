"""Objections at the desk: the list with due days, the file of one, and the forms of its steps."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.edge import Edge
from api.objections import ObjectionFile, objection_file, objections_page
from api.paging import key_of
from public_site.desk import forms
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Asked, Group, Sent
from public_site.desk.awaiting import Awaiting
from public_site.desk.case_files import business_names, documents_of, office_names
from public_site.desk.entries import grounds_known
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from public_site.desk.possible_acts import PossibleAct, one_of, possible_act
from public_site.desk.subjects import subject_of
from public_site.texts import Words
from registry.accounts.names import person_names
from registry.audit.work import Work
from registry.errors import NotFound
from registry.lists import queries as lists
from registry.repair import objections as registry_objections
from registry.repair import papers
from registry.repair.forms import DecideObjection, FileObjection, SettleObjection, WithdrawObjection
from registry.texts import say
from registry.violations.queries import violation as violation_of

Asking = Request[Any, Any, Any]
A_PAGE = 30
MOST_AWAITED = 100
FILES = 3  # papers that a form has room for
FILING = Act(
    FileObjection,
    papers.file_objection,
    files={f"papers.{number}": "statement" for number in range(FILES)},
    lines=("points",),
)
ACTS: dict[str, Act] = {
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
    if not work.actor.holds("officer", "approver"):
        return []
    found = []
    for one in objections_page(work, limit=MOST_AWAITED).items:
        acts = _acts(work, objection_file(work, one.id))
        act = next((act for act in acts if act.awaited and act.refusal is None), None)
        if act is not None:
            name = business_names(work.session, [one.business_id]).get(one.business_id, "")
            found.append(Awaiting(name, act.name, f"/desk/objections/{one.id}", one.decide_by_on))
    return found


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


@get("/desk/objections/new", sync_to_thread=True, include_in_schema=False)
def new_objection(
    request: Asking, edge: NamedDependency[Edge], kind: FromQuery[str], subject: FromQuery[str]
) -> Response[str]:
    """Show the form that takes in an objection to an entry, a record or a case."""
    return _new_objection(edge, request, kind, subject)


@post("/desk/objections", sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD)
def file_one(request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Take in an objection; what it is about is marked in the same act."""
    forms.checked(edge, request, form)
    kind, subject = form.one("subject_kind"), form.one("subject_id")
    region, _ = forms.consult(edge, request, lambda work: subject_of(work, kind, subject))
    return carry_out(
        edge,
        request,
        form,
        FILING,
        region,
        lambda objection_id: f"/desk/objections/{objection_id}?done=objection_filed",
        lambda faults, sent: _new_objection(edge, request, kind, subject, faults, sent),
    )


@get("/desk/objections/{objection_id:str}", sync_to_thread=True, include_in_schema=False)
def one_objection(request: Asking, edge: NamedDependency[Edge], objection_id: FromPath[str]) -> Response[str]:
    """Show the file of an objection and what the person may do with it."""
    return _objection(edge, request, objection_id)


@get("/desk/objections/{objection_id:str}/{step:str}", sync_to_thread=True, include_in_schema=False)
def step_form(
    request: Asking, edge: NamedDependency[Edge], objection_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show the form of a step of an objection."""
    return _step_form(edge, request, objection_id, step)


@post(
    "/desk/objections/{objection_id:str}/{step:str}",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def take(
    request: Asking,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    objection_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Decide an objection, carry out what it asks for, or close one that was taken back."""
    forms.checked(edge, request, form)
    if step not in ACTS:
        raise NotFound("objection.unknown", objection_id=objection_id)
    found = forms.consult(edge, request, lambda work: objection_file(work, objection_id))
    return carry_out(
        edge,
        request,
        form,
        ACTS[step],
        found.region,
        lambda _: f"/desk/objections/{objection_id}?done=step",
        lambda faults, sent: _step_form(edge, request, objection_id, step, faults, sent),
        objection_id=objection_id,
    )


def _acts(work: Work, found: ObjectionFile) -> tuple[PossibleAct, ...]:
    if found.state == "upheld":
        return (possible_act(work, "settle_objection", "officer", found.region, awaited=True),)
    if found.state != "open":
        return ()
    barred = (found.filed_by_person, found.proposed_by_person, found.listed_by_person)
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


def _objection(edge: Edge, request: Asking, objection_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, Any]:
        found = objection_file(work, objection_id)
        return {
            "found": found,
            "acts": _acts(work, found),
            "about": subject_of(work, found.subject_kind, found.subject_id)[1],
            "documents": documents_of(
                work.session, [*found.papers, *(one.document_id for one in found.steps)]
            ),
            "people": person_names(work.session, (step.person_id for step in found.steps)),
            "offices": office_names(work, (step.office_code for step in found.steps)),
        }

    shown = forms.consult(edge, request, read)
    language = reader_at_desk(request, edge).language
    return forms.show(
        edge,
        request,
        "objection.html",
        **shown,
        say=lambda refusal: say(refusal, language),
        today=edge.today(),
        faults=faults,
    )


def _step_form(
    edge: Edge,
    request: Asking,
    objection_id: str,
    name: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    """Show the form of a step; where the objection has moved on from it, show the objection."""
    reader = reader_at_desk(request, edge)

    def read(work: Work) -> tuple[PossibleAct | None, tuple[Asked | Group, ...]]:
        found = objection_file(work, objection_id)
        return one_of(_acts(work, found), name), _fields(work, found, name, reader.t)

    act, fields = forms.consult(edge, request, read)
    if act is None:
        return _objection(edge, request, objection_id, placed(faults, sent, ()))
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t(f"desk.act.{name}"),
        lead="",
        back=(
            ("/desk/objections", reader.t("desk.objections.title")),
            (f"/desk/objections/{objection_id}", reader.t("desk.objections.file")),
        ),
        action=f"/desk/objections/{objection_id}/{name}",
        fields=fields,
        refusal=act.refusal,
        say=lambda refusal: say(refusal, reader.language),
        faults=placed(faults, sent, fields),
    )


def _new_objection(
    edge: Edge,
    request: Asking,
    kind: str,
    subject: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    reader = reader_at_desk(request, edge)
    _, about = forms.consult(edge, request, lambda work: subject_of(work, kind, subject))
    fields = _filing(kind, subject, reader.t)
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t("desk.act.file_objection"),
        lead=about,
        back=(("/desk/objections", reader.t("desk.objections.title")),),
        action="/desk/objections",
        fields=fields,
        refusal=None,
        faults=placed(faults, sent, fields),
    )


def _filing(kind: str, subject: str, t: Words) -> tuple[Asked, ...]:
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
        *files,
    )


ROUTES = (all_objections, new_objection, file_one, one_objection, step_form, take)
