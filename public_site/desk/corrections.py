"""Correcting what was recorded of a violation, and recording what became of its decision."""

from functools import partial
from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from api.edge import Edge
from api.supervising import may_read
from public_site.desk import forms
from public_site.desk.facts import file_of
from public_site.desk.filing import filed, paper_of
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.desk.violations import DecisionForm, refuse_unchecked, source_of
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.calendar import PartialDate, Precision
from registry.commands import Outcome
from registry.errors import NotFound, Refusal
from registry.rulebook import Conduct, PenaltyKind, SeverityClass
from registry.rulebook.law_rows import Procedure
from registry.violations.commands import change_decision_standing, correct_violation
from registry.violations.forms import ChangeDecisionStanding, CorrectViolation, InstrumentKind
from registry.violations.queries import decision, violation, violations_of_decision
from registry.violations.tables import PenaltyDecision, Violation

STANDINGS = ("in_force", "under_review", "annulled")

Asked = Request[Any, Any, Any]


class CorrectionForm(DecisionForm):
    """What a violation and its decision are corrected to."""

    violation_id: str
    expected_version: int
    reason: str


@get("/desk/violations/correction", sync_to_thread=True, include_in_schema=False)
def correction(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show what is on record of a violation as a form to correct it."""
    return _ask(edge, request, request.query_params.get("violation", ""))


def violation_or_unknown(work: Work, violation_id: str) -> tuple[Violation, PenaltyDecision]:
    """Return a violation that was decided in the own regions.

    Raises:
        NotFound: There is none, or it is of elsewhere.
    """
    found = None if "\0" in violation_id else violation(work.session, violation_id)
    if found is None or not may_read(work, found[1].region):
        raise NotFound("violation.unknown", violation_id=violation_id)
    return found


def _ask(edge: Edge, request: Asked, violation_id: str, faults: Faults = NO_FAULTS) -> Response[str]:
    def read(work: Work) -> dict[str, object]:
        one, decided = violation_or_unknown(work, violation_id)
        it = current_version(work.session, one.business_id)
        conducts = {row.code: row for row in work.rulebook.rows(Conduct)}
        return {
            "it": it,
            "was": decided,
            "one": one,
            "conducts": sorted(conducts.values(), key=lambda row: row.code),
        }

    found = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "correction.html",
        names=forms.reader_at_desk(request, edge).names(edge.rulebook(), edge.today()),
        kinds=get_args(PenaltyKind),
        severities=get_args(SeverityClass),
        procedures=get_args(Procedure),
        instrument_kinds=get_args(InstrumentKind),
        standings=STANDINGS,
        partial_day=partial_day,
        yuan=yuan,
        faults=faults,
        **found,
    )


def partial_day(day: Any, precision: str) -> str:
    """Write a day as a form takes it, as precisely as it is known."""
    return PartialDate(day, Precision(precision)).isoformat() or ""


def yuan(fen: int) -> str:
    """Write an amount as a form takes it."""
    return f"{fen // 100}.{fen % 100:02d}"


@post(
    "/desk/violations/correction",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def correct(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Correct a violation; the mistaken version stays known as of its time."""
    violation_id = form.one("violation_id")
    return forms.act(
        edge,
        request,
        form,
        CorrectionForm,
        partial(_corrected, edge),
        lambda both: file_of(*both),
        partial(_ask, edge, request, violation_id),
        given=paper_of(form),
    )


def _corrected(edge: Edge, work: Work, said: CorrectionForm) -> tuple[str, Outcome]:
    one, decided = violation_or_unknown(work, said.violation_id)
    refuse_unchecked(work, said, one.business_id)
    title = said.decision_no or said.authority
    paper = filed(work, edge.settings.data_dir, said, "decision", title, said.region)
    source = source_of(said, paper) or decided.source
    what = said.stated(one.business_id, source=source, source_key=decided.source_key)
    command = CorrectViolation(
        violation_id=said.violation_id,
        expected_version=said.expected_version,
        reason=said.reason,
        what=what,
    )
    try:
        return one.business_id, correct_violation(work, command)
    except Refusal as refused:
        refused.field = refused.field and refused.field.removeprefix("what.")
        raise


@post("/desk/decisions/standing", sync_to_thread=True, include_in_schema=False)
def stand(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
    """Record that a decision came under review, was annulled, or is in force again."""

    def do(work: Work, said: ChangeDecisionStanding) -> tuple[str, Outcome]:
        outcome = change_decision_standing(work, said)
        return violations_of_decision(work.session, said.decision_id)[0].business_id, outcome

    def again(faults: Faults) -> Response[str]:
        def read(work: Work) -> str:
            known = decision(work.session, form.one("decision_id"))
            if known is None or not may_read(work, known.region):
                raise NotFound("violation.decision_unknown", decision_id=form.one("decision_id"))
            return violations_of_decision(work.session, known.decision_id)[0].violation_id

        return _ask(edge, request, forms.consult(edge, request, read), faults)

    return forms.act(edge, request, form, ChangeDecisionStanding, do, lambda both: file_of(*both), again)
