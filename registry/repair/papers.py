"""Issuing the official papers of repairs and objections: receipts, decisions, refusals, revocations."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field
from sqlmodel import col, select

from registry.audit.work import Work
from registry.commands import Command, Outcome
from registry.documents import papers
from registry.documents.forms import words
from registry.documents.papers import IssuePaper, in_words, issue_paper, with_paper
from registry.errors import Malformed, NotFound, RuleRefused
from registry.lists import queries as lists
from registry.lists.paper_fields import NEEDS, cited, remedies
from registry.lists.papers import issue_with_step
from registry.repair import objections, queries
from registry.repair.forms import Finding, SettleObjection, Words
from registry.repair.rules import conditions
from registry.repair.steps import refuse_person
from registry.repair.tables import Objection, Repair
from registry.rulebook import Deadline, ListRegime, RepairCondition
from registry.settings import Settings
from registry.violations.tables import PenaltyDecision, Violation

CaseKind = Literal[
    "objection_receipt",
    "objection_decision",
    "repair_receipt",
    "repair_decision",
    "repair_refusal",
    "repair_revocation",
]
RECEIPTS = ("objection_receipt", "repair_receipt")


class IssueForCase(Command):
    """Issue a paper of a repair or an objection."""

    case_id: str = Field(description="The application or the objection.")
    kind: CaseKind
    reasons: Words | None = None
    where: Words | None = Field(
        default=None, description="Address and telephone of the office, for the party."
    )
    rule: str | None = Field(default=None, description="Code of the condition that a repair rests on.")
    findings: tuple[Finding, ...] = Field(default=(), max_length=20)
    answers: tuple[Words, ...] = Field(default=(), max_length=20, description="One to each point, in order.")
    result: Words | None = Field(default=None, description="What becomes of the objection.")


def settle_objection(work: Work, settings: Settings, command: SettleObjection) -> Outcome:
    """Carry out what an upheld objection asks for; a case that it drops has its paper of that.

    Raises:
        Refusal: As `objections.settle_objection` and `issue_with_step` do.
    """
    document_id = issue_with_step(work, settings, command.drop) if command.drop is not None else None
    return with_paper(work, objections.settle_objection(work, command), document_id)


def issue_for_case(work: Work, settings: Settings, command: IssueForCase) -> str:
    """Issue a paper of a repair or an objection and return its document.

    A receipt is an officer's; what decides is issued by an approver who did not take the case in.

    Raises:
        NotFound: There is no such case.
        Forbidden: The person may not do it in that region.
        Malformed: The case has no such paper, or what the paper must say is missing.
        RuleRefused: The case is not so far, the same person took it in, or a period is not known.
        Conflict: The case has a valid paper of that kind.
    """
    case = _case(work, command)
    work.require("officer" if command.kind in RECEIPTS else "approver", case.region)
    if command.kind not in RECEIPTS:
        refuse_person(work, (case.taken_in_by_person if isinstance(case, Repair) else case.filed_by_person,))
    fields = {**_common(work, case), **_BY_KIND[command.kind](work, case, command)}
    fields |= {"reasons": command.reasons or "", "where": command.where or ""}
    stated = {name: value for name, value in fields.items() if value}
    issue = {"kind": command.kind, "case_id": case.id, "step": command.kind, "region": case.region}
    return issue_paper(work, settings, IssuePaper.model_validate({**issue, "fields": stated}))


def _case(work: Work, command: IssueForCase) -> Repair | Objection:
    case: Repair | Objection | None
    if command.kind.startswith("objection"):
        case = work.session.get(Objection, command.case_id)
    else:
        case = work.session.get(Repair, command.case_id)
    if case is None:
        raise NotFound("paper.no_case", field="case_id", case_id=command.case_id)
    due = "granted" if command.kind == "repair_revocation" else None
    if (case.state != due) if due else (case.closed_on is not None):
        raise RuleRefused("paper.wrong_state", field="kind", paper=command.kind, state=case.state)
    return case


def _common(work: Work, case: Repair | Objection) -> dict[str, Any]:
    found = lists.subject(work.session, case.business_id)
    if found is None:
        raise NotFound("business.unknown", field="case_id", business_id=case.business_id)
    begun = case.received_on if isinstance(case, Repair) else case.filed_on
    return {
        "party": found[1].name or "" if isinstance(case, Repair) else case.objector,
        "matter": _matter(work, case, found[1].name or ""),
        "received_on": in_words(begun),
    }


def _matter(work: Work, case: Repair | Objection, name: str) -> str:
    """Return what the case is about, in words."""
    if case.subject_kind == "violation":
        query = (
            select(PenaltyDecision.decision_no)
            .join(Violation, col(Violation.decision_id) == col(PenaltyDecision.decision_id))
            .where(col(Violation.violation_id) == case.subject_id)
            .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
        )
        number = work.session.exec(query).first() or words("paper.fact.no_number")
        return words("paper.matter.violation", name=name, number=number)
    if case.subject_kind == "entry":
        entry = lists.current_entry(work.session, case.subject_id)
        listed = _named(work, case, entry.regime if entry is not None else None)
        return words("paper.matter.entry", name=name, regime=listed)
    proposal = lists.proposal(work.session, case.subject_id)
    intended = _named(work, case, proposal.regime if proposal is not None else None)
    return words("paper.matter.proposal", name=name, regime=intended)


def _named(work: Work, case: Repair | Objection, code: str | None) -> str:
    if code is None:
        raise NotFound("paper.no_case", field="case_id", case_id=case.id)
    return work.rulebook.find(ListRegime, code, case.region, work.today).name_zh


def _receipt(work: Work, case: Repair | Objection, _command: IssueForCase) -> dict[str, Any]:
    code = "repair.decide" if isinstance(case, Repair) else "objection.decide"
    if case.decide_by_on is None:
        return {}
    rule = work.rulebook.find(Deadline, code, case.region, work.today)
    return {"deadline": in_words(case.decide_by_on), "period_source": cited(rule)}


def _decided(work: Work, case: Repair | Objection, command: IssueForCase) -> dict[str, Any]:
    """Return findings, basis and remedies of a decision on a repair."""
    if command.rule is None:
        raise Malformed("paper.field_missing", field="rule", name="rule")
    row = _governing(work, case, command.rule)
    granted = papers.issued(work.session, case.id, "repair_decision")
    return {
        "basis": (cited(row),),
        "conditions": tuple(_found(finding) for finding in command.findings),
        "repair_number": granted.number if granted is not None else "",
        **remedies(_law(work, case)),
    }


def _governing(work: Work, case: Repair | Objection, rule: str) -> RepairCondition:
    """Return the row of a code among those that govern a case: by the law of its days, not today's.

    Raises:
        NotFound: What was to be repaired is gone.
        Malformed: No such row governs it.
    """
    found = queries.subject(work.session, case.subject_kind, case.subject_id, lock=False)
    if found is None or not isinstance(case, Repair):
        raise NotFound("paper.no_case", field="case_id", case_id=case.id)
    asked = queries.as_subject(found, case.field)
    rows = conditions(work.rulebook, asked, case.received_on).rows
    row = next((row for row in rows if row.code == rule), None)
    if row is None:
        raise Malformed("paper.other_rule", field="rule", rule=rule, rules=", ".join(r.code for r in rows))
    return row


def _found(finding: Finding) -> str:
    code = "paper.finding.met" if finding.met else "paper.finding.unmet"
    return words(code, need=words(NEEDS[finding.need]), reason=finding.reason)


def _objection_decided(work: Work, case: Repair | Objection, command: IssueForCase) -> dict[str, Any]:
    points = case.points if isinstance(case, Objection) else []
    if len(points) != len(command.answers):
        raise Malformed("paper.answer_each", field="answers", points=len(points))
    return {
        "request": "；".join(points),
        "answers": tuple(zip(points, command.answers, strict=True)),
        "result": command.result or "",
        **remedies(_law(work, case)),
    }


def _law(work: Work, case: Repair | Objection) -> Mapping[str, Deadline]:
    return work.rulebook.in_force(Deadline, case.region, work.today)


_BY_KIND: Mapping[str, Callable[[Work, Repair | Objection, IssueForCase], dict[str, Any]]] = MappingProxyType(
    {
        "objection_receipt": _receipt,
        "objection_decision": _objection_decided,
        "repair_receipt": _receipt,
        "repair_decision": _decided,
        "repair_refusal": _decided,
        "repair_revocation": _decided,
    }
)
