"""Opening a listing case at the desk: which lists apply to a business, its facts, the form of each list."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.edge import Edge
from api.supervising import may_read
from public_site.desk import forms
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Asked, Choices, Filing, Group, Sent, Sort
from public_site.desk.case_forms import document_fields
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults, reader_at_desk
from public_site.texts import Words
from registry.audit.work import Work
from registry.businesses.tables import BusinessVersion
from registry.demonstration.queries import designations_of
from registry.errors import Conflict, NotFound, Refusal
from registry.lists import conditions, grounds, queries, told
from registry.lists.commands import ProposeListing, propose_listing
from registry.lists.pointer import RecordPointer, record_pointer
from registry.lists.procedures import PROCEDURES
from registry.lists.rules import Fact
from registry.pledges.queries import pledges_of
from registry.rulebook import ListingTest, ListRegime
from registry.texts import say
from registry.violations.queries import violations_of

Asking = Request[Any, Any, Any]
OPENING = Act(
    ProposeListing,
    lambda work, _, asked: propose_listing(work, asked),
    files={"document_id": "evidence", "rules_document_id": "house_rules"},
    needed=("document_id",),
)
POINTING = Act(
    RecordPointer,
    lambda work, _, asked: record_pointer(work, asked),
    files={"document_id": "decision"},
    needed=("document_id",),
    rows={"weighed": ("finding", "reasons")},
)


@dataclass(frozen=True)
class Applicable:
    """A list that knows cases; `refusal` says why this business may not be put on it."""

    regime: ListRegime
    refusal: Refusal | None


@dataclass(frozen=True)
class Candidate:
    """A business with the lists that apply to it and the facts that a case may rest on."""

    known: BusinessVersion
    lists: tuple[Applicable, ...]
    facts: tuple[tuple[Fact, str], ...]
    test: ListingTest | None


@get("/desk/cases/new", sync_to_thread=True, include_in_schema=False)
def new_case(
    request: Asking, edge: NamedDependency[Edge], business: FromQuery[str], regime: FromQuery[str] = ""
) -> Response[str]:
    """Show the lists that apply to a business; with one of them, the form that opens a case for it."""
    return _new_case(edge, request, business, regime)


@post("/desk/cases", sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD)
def propose(request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Open a case; its evidence is filed in the same act."""
    return _open(edge, request, form, OPENING)


@post(
    "/desk/cases/pointer", sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD
)
def point(request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Record that an authority put a business on the national list."""
    return _open(edge, request, form, POINTING)


def _open(edge: Edge, request: Asking, form: Form, act: Act) -> Response[Any]:
    forms.checked(edge, request, form)
    business, regime = form.one("business_id"), form.one("regime")
    found = forms.consult(edge, request, lambda work: _candidate(work, business, regime))
    return carry_out(
        edge,
        request,
        form,
        act,
        Filing(found.known.region),
        lambda proposal_id: f"/desk/cases/{proposal_id}?done=opened",
        lambda faults, sent: _new_case(edge, request, business, regime, faults, sent),
    )


def _new_case(
    edge: Edge,
    request: Asking,
    business: str,
    regime: str,
    faults: Faults = NO_FAULTS,
    sent: Sent | None = None,
) -> Response[str]:
    found = forms.consult(edge, request, lambda work: _candidate(work, business, regime))
    reader = reader_at_desk(request, edge)
    chosen = next((one.regime for one in found.lists if one.regime.code == regime), None)
    fields: tuple[Asked | Group, ...] = ()
    if chosen is not None:
        fields = _fields(found, chosen, reader.t)
    return forms.show(
        edge,
        request,
        "case_new.html",
        found=found,
        chosen=chosen,
        fields=fields,
        say=lambda refusal: say(refusal, reader.language),
        names=reader.names(edge.rulebook(), edge.today()),
        faults=placed(faults, sent, fields),
    )


def _candidate(work: Work, business_id: str, code: str) -> Candidate:
    """Return a business that the person supervises as officer.

    Raises:
        NotFound: There is none.
    """
    found = grounds.subject(work.session, business_id)
    if found is None or not may_read(work, found[1].region):
        raise NotFound("business.unknown", business_id=business_id)
    in_force = work.rulebook.in_force(ListRegime, found[1].region, work.today).values()
    lists = []
    for regime in in_force:
        if PROCEDURES[regime.colour]:
            lists.append(Applicable(regime, _refusal(work, regime, business_id, found)))
    test = work.rulebook.in_force(ListingTest, found[1].region, work.today).get(code)
    return Candidate(found[1], tuple(lists), _facts(work, business_id, found[1].region), test)


def _refusal(work: Work, regime: ListRegime, business_id: str, found: Any) -> Refusal | None:
    try:
        conditions.refuse_subject(regime, *found)
    except Refusal as refused:
        return refused
    if queries.standing_entry(work.session, regime.code, business_id, work.today) is not None:
        return Conflict("listing.listed_already", regime=regime.code)
    if queries.open_proposal(work.session, regime.code, business_id) is not None:
        return Conflict("listing.proposed_already", regime=regime.code)
    return None


def _facts(work: Work, business_id: str, region: str) -> tuple[tuple[Fact, str], ...]:
    ids = [violation.violation_id for violation, _ in violations_of(work.session, business_id)]
    ids += [pledge.pledge_id for pledge in pledges_of(work.session, business_id)]
    ids += [unit.designation_id for unit in designations_of(work.session, business_id)]
    known = grounds.facts(work.session, ids, work.today)
    words, _ = told.told_of(work, [fact.id for fact in known], region)
    return tuple(zip(known, words, strict=True))


def _fields(found: Candidate, regime: ListRegime, t: Words) -> tuple[Asked | Group, ...]:
    opening = [step for step in PROCEDURES[regime.colour] if not step.before]
    fields: list[Asked | Group] = [
        Asked("regime", "hidden", "", value=regime.code),
        Asked("business_id", "hidden", "", value=found.known.business_id),
    ]
    pointer = regime.colour == "pointer"
    if len(opening) > 1:
        choices = tuple((step.name, t.term("step", step.name)) for step in opening)
        fields.append(Asked("origin", "choice", t("desk.cases.field.origin"), choices=choices))
    elif not pointer:
        fields.append(Asked("origin", "hidden", "", value=opening[0].name))
    hint = t("desk.cases.hint.evidence")
    fields.append(
        Asked("evidence", "boxes", t("desk.cases.evidence"), hint=hint, choices=_boxes(found, regime, t))
    )
    fields.append(Asked("ground", "text", t("desk.cases.ground"), hint=t("desk.cases.hint.ground")))
    if pointer:
        fields += _pointer_fields(found.test, t)
    kinds = tuple(dict.fromkeys(kind for step in opening for kind in step.documents))
    fields += document_fields(kinds, t)
    if regime.colour == "card":
        label, hint = t("desk.cases.field.rules"), t("desk.cases.hint.rules")
        fields.append(Asked("rules_document_id", "file", label, hint=hint, required=False))
    fields.append(Asked("note", "text", t("desk.cases.field.note"), required=False))
    return tuple(fields)


def _boxes(found: Candidate, regime: ListRegime, t: Words) -> Choices:
    """Return the facts that are among the grounds of a list, each with what speaks against it."""
    return tuple(
        (fact.id, words + (t("desk.cases.obstacle", obstacle=_obstacle(fact, t)) if fact.obstacle else ""))
        for fact, words in found.facts
        if set(fact.codes) & set(regime.grounds)
    )


def _obstacle(fact: Fact, t: Words) -> str:
    return t.term("obstacle", fact.obstacle or "")


def _pointer_fields(test: ListingTest | None, t: Words) -> tuple[Asked | Group, ...]:
    """Return what the double test of the national list asks for, and the decision that met it."""
    heavier = (*test.heavier_penalties, *test.heavier_fines) if test else ()
    penalties = tuple((code, t.term("penalty", code)) for code in heavier)
    levels = tuple((level, t.term("level", level)) for level in ("nation", "province", "city", "county"))
    decision = (
        _stated("decision.authority", "line", t),
        _stated("decision.level", "choice", t, choices=levels),
        _stated("decision.number", "line", t),
        _stated("decision.decided_on", "date", t),
        _stated("decision.published_at", "line", t),
    )
    consent = (
        _stated("consent.authority", "line", t, required=False),
        _stated("consent.number", "line", t, required=False),
        _stated("consent.given_on", "date", t, required=False),
    )
    return (
        Group("decision", t("desk.cases.pointer.decision"), decision),
        _stated("serious_conduct", "text", t),
        _stated("heavier_penalty", "choice", t, choices=penalties),
        _stated("heavier_fine", "text", t, required=False),
        *(_weighed(number, factor, t) for number, factor in enumerate(test.weighed if test else ())),
        Group("consent", t("desk.cases.pointer.consent"), consent),
    )


def _stated(name: str, sort: Sort, t: Words, *, required: bool = True, choices: Choices = ()) -> Asked:
    return Asked(name, sort, t(f"desk.cases.pointer.{name}"), required=required, choices=choices)


def _weighed(number: int, factor: str, t: Words) -> Group:
    return Group(
        f"weighed.{number}",
        t("desk.cases.pointer.weighed", factor=t.term("factor", factor)),
        (
            Asked(f"weighed.{number}.factor", "hidden", "", value=factor),
            Asked(f"weighed.{number}.finding", "text", t("desk.cases.field.finding")),
            Asked(f"weighed.{number}.reasons", "text", t("desk.cases.field.reasons")),
        ),
    )


ROUTES = (new_case, propose, point)
