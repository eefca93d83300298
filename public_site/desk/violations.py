"""Recording a violation from a decision: first what the law allows and what is alike, then the form."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.facts import business_or_unknown, file_of
from public_site.desk.filing import WithPaper, filed, paper_of
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.names import region_words
from registry.audit.work import Work
from registry.businesses.tables import BusinessVersion
from registry.calendar import PartialDate
from registry.commands import Outcome
from registry.dated import UNDATED, GivenDate
from registry.errors import Malformed
from registry.imports.values import fen
from registry.offices.queries import name_on
from registry.rulebook import Allowed, Conduct, PenaltyKind, SeverityClass, allowed
from registry.rulebook.law_rows import Procedure
from registry.violations.alike import Alike, alike, refuse_repeated
from registry.violations.commands import record_violation
from registry.violations.effects import Weighed, fine_outside, law_of
from registry.violations.forms import Count, InstrumentKind, Long, RecordViolation, Short
from registry.violations.identity import decision_said
from registry.violations.rules import violation_types_for

Asked = Request[Any, Any, Any]
AMOUNTS = ("fine_fen", "confiscated_fen")


class DecisionForm(WithPaper):
    """A decision and what it found, as the form states it: amounts in yuan, and whether they were checked.

    The gains and the goods serve to hold the fine against the law, and are not recorded.
    """

    decision_no: Short | None = None
    authority: Short
    region: str
    decided_on: GivenDate = UNDATED
    procedure: Procedure | None = None
    penalties: tuple[PenaltyKind, ...] = ()
    fine_fen: str | None = None
    confiscated_fen: str | None = None
    gains_fen: str | None = None
    goods_fen: str | None = None
    basis: Long | None = None
    summary: Long | None = None
    severity: SeverityClass | None = None
    published_on: date | None = None
    conduct_code: Short
    instrument_kind: InstrumentKind | None = None
    quantity: Count = 1
    conduct: Long | None = None
    found_on: GivenDate = UNDATED
    checked: bool = False

    def stated(self, business_id: str, **more: object) -> RecordViolation:
        """Return the command.

        Args:
            business_id: The party.
            more: What the form does not state: where the record is from.

        Raises:
            Malformed: An amount is none.
        """
        said = {name: value for name, value in self if name in RecordViolation.model_fields}
        amounts = {name: fen(said[name], name) for name in AMOUNTS if said[name] is not None}
        procedure = self.procedure or "unknown"
        return RecordViolation(
            **{**said, **amounts, "business_id": business_id, "procedure": procedure, **more}
        )


class NewForm(DecisionForm):
    """A violation that is recorded."""

    business_id: str


@dataclass(frozen=True)
class Beginning:
    """What is asked first, as it stands in the address."""

    decision_no: str
    decided_on: str
    conduct_code: str
    region: str
    quantity: str
    gains_fen: str
    goods_fen: str

    @property
    def day(self) -> date | None:
        """Return the day of the decision, if it is one to the day."""
        try:
            return PartialDate.parse(self.decided_on).exact()
        except Malformed:
            return None

    def bounds(self, one: Allowed) -> tuple[int, int] | None:
        """Return the least and the most fine of this case by a law, in fen; None: not by what is stated."""
        quantity = int(self.quantity) if self.quantity.isascii() and self.quantity.isdecimal() else 1
        return one.bounds_fen(quantity, _amount(self.gains_fen), _amount(self.goods_fen))


def _amount(text: str) -> int | None:
    """Return an amount in fen; None where none is stated, or it cannot be read."""
    try:
        return fen(text, "") if text else None
    except Malformed:
        return None


@get("/desk/violations/new", sync_to_thread=True, include_in_schema=False)
def new_violation(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Ask which decision and conduct; then show what the law allows, what is alike, and the form."""
    asked = {name: request.query_params.get(name, "").replace("\0", "") for name in _BEGINNING}
    return _ask(edge, request, request.query_params.get("business", ""), Beginning(**asked))


_BEGINNING = tuple(Beginning.__dataclass_fields__)


def _ask(
    edge: Edge, request: Asked, business_id: str, begun: Beginning, faults: Faults = NO_FAULTS
) -> Response[str]:
    def read(work: Work) -> dict[str, object]:
        it = business_or_unknown(work, business_id)
        conducts = work.rulebook.in_force(Conduct, begun.region or it.region, begun.day or work.today)
        known = begun.conduct_code in conducts
        return {
            "it": it,
            "office": name_on(work.session, work.actor.office_code, work.today) or "",
            "conducts": sorted(conducts.values(), key=lambda row: row.code),
            "chosen": conducts[begun.conduct_code] if known else None,
            "allowed": _allowed(work, begun, it) if known else (),
            "alike": _alike(work, business_id, begun) if known else (),
        }

    found = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "violation.html",
        begun=begun,
        names=forms.reader_at_desk(request, edge).names(edge.rulebook(), edge.today()),
        kinds=get_args(PenaltyKind),
        severities=get_args(SeverityClass),
        procedures=get_args(Procedure),
        instrument_kinds=get_args(InstrumentKind),
        region_words=region_words,
        faults=faults,
        **found,
    )


def _allowed(work: Work, begun: Beginning, it: BusinessVersion) -> tuple[Allowed, ...]:
    """Return what the laws of a conduct allow where and when it was decided, each with its basis."""
    region, on = begun.region or it.region, begun.day or work.today
    types = violation_types_for(begun.conduct_code, work.rulebook, region, on)
    return allowed(work.rulebook, types, region, on)


def _alike(work: Work, business_id: str, begun: Beginning) -> tuple[Alike, ...]:
    return tuple(alike(work.session, business_id, begun.decision_no or None, begun.day, begun.conduct_code))


@post(
    "/desk/violations/new",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def add_violation(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Record what a decision found, with the decision's paper."""
    business_id = form.one("business_id")
    begun = Beginning(**{name: form.one(name) for name in _BEGINNING})
    return forms.act(
        edge,
        request,
        form,
        NewForm,
        partial(_recorded, edge),
        partial(file_of, business_id),
        partial(_ask, edge, request, business_id, begun),
        given=paper_of(form),
    )


def _recorded(edge: Edge, work: Work, said: NewForm) -> Outcome:
    """Record a violation, unless its amount has to be looked at again."""
    refuse_unchecked(work, said, said.business_id)
    work.require("officer", said.region, "region")
    title = said.decision_no or said.authority
    paper = filed(work, edge.settings.data_dir, said, "decision", title, said.region)
    outcome = record_violation(work, said.stated(said.business_id, source=source_of(said, paper)))
    if paper is not None:
        refuse_repeated(outcome)
    return outcome


def source_of(said: DecisionForm, paper: str | None) -> dict[str, str] | None:
    """Return where a record is from: the decision on file."""
    if paper is None:
        return None
    return {"title": said.decision_no or "", "body": said.authority, "document_id": paper}


def refuse_unchecked(work: Work, said: DecisionForm, business_id: str) -> None:
    """Refuse an amount that no law allows until somebody says that it was checked.

    Raises:
        RuleRefused: It is outside, and unchecked.
    """
    stated = said.stated(business_id)
    gains = stated.confiscated_fen if said.gains_fen is None else fen(said.gains_fen, "gains_fen")
    goods = None if said.goods_fen is None else fen(said.goods_fen, "goods_fen")
    outside = fine_outside(
        law_of(work.rulebook, work.today),
        decision_said(stated.business_id, stated),
        Weighed(stated.quantity, gains, goods),
        stated.conduct_code,
    )
    if outside is not None and not said.checked:
        raise outside
