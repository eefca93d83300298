"""Complaints at the desk: the work list with due days, one complaint, and a form for each of its steps."""

from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.complaints import (
    ComplaintFile,
    complaint_file,
    complaints_page,
    escalated_deadlines,
    handles,
)
from api.edge import Edge
from api.paging import key_of
from public_site.desk import forms, splitting
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Asked, Choices, Filing, Sent
from public_site.desk.awaiting import A_GLANCE, Awaiting, Waiting
from public_site.desk.case_files import business_names, office_names
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from public_site.desk.possible_acts import PossibleAct, one_of, possible_act
from public_site.texts import Words
from registry.accounts.names import person_names
from registry.audit.work import Work
from registry.complaints import queries
from registry.complaints.commands import record_complaint, take_complaint_step
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.rules import Finding, Matter, Outcome, possible_steps
from registry.errors import NotFound
from registry.offices.queries import offices_within
from registry.rulebook import RefusalGround
from registry.rulebook.reward_rows import Proof
from registry.texts import say, word

Asking = Request[Any, Any, Any]
A_PAGE = 30
ACT = "_complaint"  # ends the name of an act, after the step
NEXT = {"received": "accept", "accepted": "end", "refused": "tell", "ended": "tell"}
TAKING_IN = Act(RecordComplaint, lambda work, _, asked: record_complaint(work, asked))
NO_FILES = Filing("")
STEPPING = Act(TakeComplaintStep, lambda work, _, asked: take_complaint_step(work, asked))


def awaiting(work: Work) -> list[Awaiting]:
    """Return the complaints with which the person is to go on, and those that offices below are late with."""
    found = []
    for row, owed in _waiting(work)[:A_GLANCE]:
        due = queries.next_due((row, owed))
        address, act = f"/desk/complaints/{row.id}", f"{NEXT[row.state]}{ACT}"
        title = _about(work, row.business_id, row.matter)
        found.append(Awaiting(title, act, address, None if due is None else due.due_on))
    for told in escalated_deadlines(work)[:A_GLANCE]:
        title = office_names(work, [told.office_code])[told.office_code]
        address = f"/desk/complaints/{told.complaint_id}"
        found.append(Awaiting(title, "see_escalated", address, told.due_on))
    return found


def in_all(work: Work) -> Waiting:
    """Return how many complaints wait."""
    return Waiting("complaints", "/desk/complaints", len(_waiting(work)))


def _waiting(work: Work) -> list[queries.WithDues]:
    """Return the open complaints at the person's office that the person may lead, first due first."""
    found = queries.waiting(work, work.actor.office_code) if work.actor.holds("officer") else []
    return [one for one in found if work.actor.may("officer", one[0].region)]


@get("/desk/complaints", sync_to_thread=True, include_in_schema=False)
def all_complaints(
    request: Asking, edge: NamedDependency[Edge], closed: FromQuery[bool] = False, cursor: FromQuery[str] = ""
) -> Response[str]:
    """Show the complaints of the person's regions, those that are open unless all are asked for."""

    def read(work: Work) -> dict[str, Any]:
        page = complaints_page(work, open_only=not closed, after=key_of(cursor or None) or "", limit=A_PAGE)
        told = escalated_deadlines(work)
        codes = [one.office_code for one in page.items] + [one.office_code for one in told]
        named = (one.business_id for one in page.items if one.business_id is not None)
        return {
            "found": page,
            "escalated": told,
            "businesses": business_names(work.session, named),
            "offices": office_names(work, codes),
            "may_take_in": work.actor.holds("officer"),
        }

    shown = forms.consult(edge, request, read)
    return forms.show(edge, request, "complaints.html", **shown, closed=closed, today=edge.today())


@get("/desk/complaints/new", sync_to_thread=True, include_in_schema=False)
def new_complaint(
    request: Asking, edge: NamedDependency[Edge], business: FromQuery[str] = ""
) -> Response[str]:
    """Show the form that takes in a complaint, about a business on record or one that is only named."""
    return _new(edge, request, business)


@post("/desk/complaints", sync_to_thread=True, include_in_schema=False)
def take_in(request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Take in a complaint and lead to it."""
    return carry_out(
        edge,
        request,
        form,
        TAKING_IN,
        NO_FILES,
        lambda complaint_id: f"/desk/complaints/{complaint_id}?done=complaint",
        lambda faults, sent: _new(edge, request, form.one("business_id"), faults, sent),
    )


@get("/desk/complaints/{complaint_id:str}", sync_to_thread=True, include_in_schema=False)
def one_complaint(request: Asking, edge: NamedDependency[Edge], complaint_id: FromPath[str]) -> Response[str]:
    """Show a complaint: what is owed by which day, its steps, what may be done next."""
    return _complaint(edge, request, complaint_id)


@get("/desk/complaints/{complaint_id:str}/{step:str}", sync_to_thread=True, include_in_schema=False)
def step_form(
    request: Asking, edge: NamedDependency[Edge], complaint_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show the form of a step."""
    return _step_form(edge, request, complaint_id, step)


@post(
    "/desk/complaints/{complaint_id:str}/{step:str}",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def take(
    request: Asking,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    complaint_id: FromPath[str],
    step: FromPath[str],
) -> Response[Any]:
    """Take a step and show the complaint as it stands then."""
    forms.consult(edge, request, lambda work: _known(complaint_file(work, complaint_id), step))
    if step == f"split{ACT}":
        return splitting.split(
            edge, request, form, complaint_id, partial(_taken, edge, request, complaint_id, step)
        )
    return _taken(edge, request, complaint_id, step, form)


def _taken(
    edge: Edge, request: Asking, complaint_id: str, step: str, form: Form, faults: Faults | None = None
) -> Response[Any]:
    """Take a step by its form; with faults show the form again."""
    if faults is not None:
        return _step_form(edge, request, complaint_id, step, faults)
    return carry_out(
        edge,
        request,
        form,
        STEPPING,
        NO_FILES,
        lambda _: f"/desk/complaints/{complaint_id}?done=complaint_step",
        lambda faults, sent: _step_form(edge, request, complaint_id, step, faults, sent),
        complaint_id=complaint_id,
        step=step.removesuffix(ACT),
    )


def _known(found: ComplaintFile, name: str) -> None:
    """Refuse the name of what is no step at all.

    Raises:
        NotFound: There is no such step.
    """
    if name.removesuffix(ACT) not in FIELDS or not name.endswith(ACT):
        raise NotFound("complaint.unknown", complaint_id=found.id)


def _acts(work: Work, found: ComplaintFile) -> list[PossibleAct]:
    """Return what may be done now; only the office that has the complaint handles it."""
    row = queries.complaint(work.session, found.id)
    if row is None or not handles(work, found.office_code, found.region):
        return []
    tested = queries.testings(work.session, [found.id]).get(found.id, ())
    awaited = NEXT.get(found.state)
    return [
        possible_act(work, f"{step}{ACT}", "officer", found.region, awaited=step == awaited)
        for step in possible_steps(found.state, queries.handling(row, tested))
    ]


def _about(work: Work, business_id: str | None, matter: str) -> str:
    """Return what a complaint is about: the business, where it is on record, else the matter."""
    named = business_names(work.session, [business_id]).get(business_id, "") if business_id else ""
    return named or word("matter", matter, "zh")


def _complaint(edge: Edge, request: Asking, complaint_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, Any]:
        found = complaint_file(work, complaint_id)
        return {
            "found": found,
            "acts": _acts(work, found),
            "named": business_names(work.session, [found.business_id] if found.business_id else []),
            "people": person_names(work.session, (step.person_id for step in found.steps)),
            "offices": office_names(work, (found.office_code, *(step.office_code for step in found.steps))),
        }

    shown = forms.consult(edge, request, read)
    language = reader_at_desk(request, edge).language
    return forms.show(
        edge,
        request,
        "complaint.html",
        **shown,
        say=lambda refusal: say(refusal, language),
        today=edge.today(),
        faults=faults,
    )


def _step_form(
    edge: Edge,
    request: Asking,
    complaint_id: str,
    name: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    """Show the form of a step; where the complaint has moved on from it, show the complaint."""
    reader = reader_at_desk(request, edge)

    def read(work: Work) -> tuple[PossibleAct | None, tuple[Asked, ...]]:
        found = complaint_file(work, complaint_id)
        _known(found, name)
        return one_of(_acts(work, found), name), _fields(work, found, name.removesuffix(ACT), reader.t)

    act, fields = forms.consult(edge, request, read)
    if act is None:
        return _complaint(edge, request, complaint_id, placed(faults, sent, ()))
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t(f"desk.act.{name}"),
        lead=reader.t.texts.get(f"desk.complaints.lead_of.{name.removesuffix(ACT)}", ""),
        back=(
            ("/desk/complaints", reader.t("desk.complaints.title")),
            (f"/desk/complaints/{complaint_id}", reader.t("desk.complaints.file")),
        ),
        action=f"/desk/complaints/{complaint_id}/{name}",
        fields=fields,
        button="desk.cases.take",
        refusal=act.refusal,
        say=lambda refusal: say(refusal, reader.language),
        faults=placed(faults, sent, fields),
    )


def _new(
    edge: Edge, request: Asking, business_id: str, faults: Faults = NO_FAULTS, sent: Sent | None = None
) -> Response[str]:
    reader = reader_at_desk(request, edge)
    known = "" if "\0" in business_id else business_id
    named = forms.consult(edge, request, lambda work: business_names(work.session, [known]))
    fields = _taking_in(known if known in named else "", reader.t)
    return forms.show(
        edge,
        request,
        "act.html",
        title=reader.t("desk.act.record_complaint"),
        lead=named.get(known) or reader.t("desk.complaints.not_on_record"),
        back=(("/desk/complaints", reader.t("desk.complaints.title")),),
        action="/desk/complaints",
        fields=fields,
        button="desk.cases.take",
        refusal=None,
        faults=placed(faults, sent, fields),
    )


def _taking_in(business_id: str, t: Words) -> tuple[Asked, ...]:
    def ask(name: str, sort: Any = "line", *, required: bool = False, choices: Choices = ()) -> Asked:
        hint = t.texts.get(f"desk.complaints.hint.{name}", "")
        label = t(f"desk.complaints.field.{name}")
        return Asked(name, sort, label, hint=hint, required=required, choices=choices)

    about = (
        Asked("business_id", "hidden", "", value=business_id)
        if business_id
        else ask("respondent", required=True)
    )
    return (
        about,
        ask("matter", "choice", required=True, choices=_choices("matter", get_args(Matter), t)),
        ask("place"),
        ask("happened_on", "date"),
        ask("known_on", "date"),
        ask("received_on", "date"),
        ask("complainant"),
        ask("phone"),
        ask("address"),
        ask("request", "text"),
        ask("facts", "text"),
    )


FIELDS: Mapping[str, tuple[str, ...]] = {
    "accept": ("note",),
    "refuse": ("ground", "note"),
    "tell": ("note",),
    "mediate": ("note",),
    "suspend": ("note",),
    "resume": ("note",),
    "end": ("outcome", "finding", "note"),
    "withdraw": ("note",),
    "transfer": ("office_code", "note"),
    "dispute": ("note",),
    "agree": ("note",),
    "split": ("request", "facts", splitting.FIELD),
    "grade": ("proof",),
}
"""By step: what its form asks for, in order."""
NOTED = ("refuse", "mediate", "dispute")  # steps that say why or what


def _fields(work: Work, found: ComplaintFile, step: str, t: Words) -> tuple[Asked, ...]:
    """Return the fields of a step's form."""
    grounds = tuple(work.rulebook.in_force(RefusalGround, found.region, found.received_on))
    choices = {
        "ground": _choices("refusal_ground", grounds, t),
        "outcome": _choices("complaint_outcome", get_args(Outcome), t),
        "finding": _choices("finding", get_args(Finding), t),
        "proof": _choices("proof", get_args(Proof), t),
        "office_code": tuple(office_names(work, _other_offices(work, found.office_code)).items()),
    }
    written = found.content.model_dump() if found.content else {}
    fields = [Asked("expected_version", "hidden", "", value=str(found.version))]
    for name in FIELDS[step]:
        fields.append(
            Asked(
                name,
                "choice" if name in choices else "text",
                t(f"desk.complaints.field.{name}"),
                required=name != "note" or step in NOTED,
                choices=choices.get(name, ()),
                value=written.get(name) or "" if step == "split" else "",
            )
        )
    return tuple(fields)


def _other_offices(work: Work, own: str) -> list[str]:
    return [code for code in offices_within(work.session, [""]) if code != own]


def _choices(family: str, codes: tuple[str, ...], t: Words) -> Choices:
    return tuple((code, t.term(family, code)) for code in codes)


ROUTES = (all_complaints, new_complaint, take_in, one_complaint, step_form, take)
