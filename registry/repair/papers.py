"""The papers of repairs and objections: each step that tells the party something issues its own, with it.

Receipts follow the act that took the case in; what decides is issued before the step in the same act,
which demands it. Nothing is issued apart from its step.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlmodel import col, select

from registry.audit.work import Work
from registry.commands import Outcome
from registry.documents import papers
from registry.documents.forms import Kind, words
from registry.documents.papers import IssuePaper, give_paper, in_words, issue_paper, with_paper
from registry.errors import NotFound, RuleRefused
from registry.lists import grounds
from registry.lists import queries as lists
from registry.lists.paper_fields import HANDED_IN, NEEDS, cited, period_words, remedies
from registry.lists.papers import issue_with_step
from registry.repair import accepting, commands, objections
from registry.repair.commands import DECISIONS, PERIOD
from registry.repair.effects import withheld_by
from registry.repair.forms import (
    AcceptObjection,
    AcceptRepair,
    ApplyForRepair,
    DecideObjection,
    DecideRepair,
    DeclineObjection,
    DeclineRepair,
    FileObjection,
    Finding,
    RequestCompletion,
    RevokeRepair,
    SettleObjection,
    SupplementRepair,
)
from registry.repair.rules import Unmet, papers_missing
from registry.repair.steps import RECEIVED
from registry.repair.tables import Objection, Repair
from registry.rulebook import Choice, Deadline, ListRegime, RepairCondition
from registry.settings import Settings
from registry.texts import word
from registry.violations.tables import PenaltyDecision, Violation

# what becomes of an upheld objection, by what it is about
UPHELD: Mapping[str, str] = MappingProxyType(
    {
        "entry": "paper.objection_decision.upheld",
        "violation": "paper.objection_decision.upheld_record",
        "proposal": "paper.objection_decision.upheld_case",
    }
)


def apply_for_repair(work: Work, settings: Settings, command: ApplyForRepair) -> Outcome:
    """Take an application in; with all its papers the applicant gets the receipt.

    Raises:
        Refusal: As `commands.apply_for_repair` and `issue_paper` do.
    """
    return _received(work, settings, commands.apply_for_repair(work, command), "apply")


def supplement_repair(work: Work, settings: Settings, command: SupplementRepair) -> Outcome:
    """Take further papers in; with the last one the applicant gets the receipt.

    Raises:
        Refusal: As `commands.supplement_repair` and `issue_paper` do.
    """
    return _received(work, settings, commands.supplement_repair(work, command), "supplement")


def accept_repair(work: Work, settings: Settings, command: AcceptRepair) -> Outcome:
    """Take an application up; with all its papers the applicant gets the receipt.

    Raises:
        Refusal: As `accepting.accept_repair` and `issue_paper` do.
    """
    return _received(work, settings, accepting.accept_repair(work, command), "accept")


def decline_repair(work: Work, settings: Settings, command: DeclineRepair) -> Outcome:
    """Decide that an application is not taken up and issue the notice with its ground.

    Raises:
        Refusal: As `accepting.decline_repair` and `issue_paper` do.
    """
    repair = commands.repair_at(work, command, "decline")
    issued = _declined(work, settings, repair, "repair_declined", command)
    return with_paper(work, accepting.decline_repair(work, command), issued)


def accept_objection(work: Work, settings: Settings, command: AcceptObjection) -> Outcome:
    """Take an objection up; the objector gets the receipt.

    Raises:
        Refusal: As `accepting.accept_objection` and `issue_paper` do.
    """
    outcome = accepting.accept_objection(work, command)
    return with_paper(work, outcome, _objection_receipt(work, settings, outcome, "accept"))


def decline_objection(work: Work, settings: Settings, command: DeclineObjection) -> Outcome:
    """Decide that an objection is not taken up and issue the notice with its ground.

    Raises:
        Refusal: As `accepting.decline_objection` and `issue_paper` do.
    """
    objection = objections.objection_at(work, command, "approver", (RECEIVED,), "decline")
    issued = _declined(work, settings, objection, "objection_declined", command)
    return with_paper(work, accepting.decline_objection(work, command), issued)


def request_completion(work: Work, settings: Settings, command: RequestCompletion) -> Outcome:
    """Tell the applicant on paper, once, what is missing.

    Raises:
        Refusal: As `commands.request_completion` and `issue_paper` do.
    """
    step = "request_completion"
    repair = commands.repair_at(work, command, step)
    rule = work.rulebook.find(Deadline, PERIOD, repair.region, work.today)
    missing = papers_missing(commands.governing(work, repair).rows, repair.papers)
    made = {
        "papers": tuple(words(HANDED_IN[paper]) for paper in missing),
        "decision_period": period_words(rule),
        "decision_source": cited(rule),
        "where": command.where,
    }
    issued = _issue(work, settings, repair, (step, "repair_completion"), made)
    return with_paper(work, commands.request_completion(work, command), issued)


def decide_repair(work: Work, settings: Settings, command: DecideRepair) -> Outcome:
    """Grant or refuse a repair and issue the decision, which says what was found of every condition.

    Raises:
        Refusal: As `commands.decide_repair` and `issue_paper` do.
    """
    repair, _, row, lacking = commands.weighed(work, command)
    made = {
        "reasons": command.reasons,
        "where": command.where,
        "conditions": examined(row, command.findings, lacking),
        "basis": (cited(row),),
        **remedies(work.rulebook.in_force(Deadline, repair.region, work.today)),
    }
    issued = _issue(work, settings, repair, ("decide", DECISIONS[command.grant]), made)
    return with_paper(work, commands.decide_repair(work, command), issued)


def revoke_repair(work: Work, settings: Settings, command: RevokeRepair) -> Outcome:
    """Revoke a grant on false papers and issue the decision.

    Raises:
        Refusal: As `commands.revoke_repair` and `issue_paper` do.
    """
    repair = commands.repair_at(work, command, "revoke")
    granted = papers.issued(work.session, repair.id, "repair_decision")
    rule = work.rulebook.find(Choice, "repair.false_papers", repair.region, work.today)
    made = {
        "reasons": command.reasons,
        "where": command.where,
        "repair_number": granted.number if granted is not None else "",
        "effect": effect(work, repair),
        "basis": (cited(rule),),
        **remedies(work.rulebook.in_force(Deadline, repair.region, work.today)),
    }
    issued = _issue(work, settings, repair, ("revoke", "repair_revocation"), made)
    return with_paper(work, commands.revoke_repair(work, command), issued)


def effect(work: Work, repair: Repair) -> str:
    """Return what becomes of what a revoked repair had ended, in words."""
    entry = lists.current_entry(work.session, repair.subject_id) if repair.subject_kind == "entry" else None
    regime = withheld_by(work, entry) if entry is not None else None
    if regime is None:
        return words("paper.repair_revocation.restored")
    return words("paper.repair_revocation.withheld", regime=regime.name_zh, source=cited(regime))


def file_objection(work: Work, settings: Settings, command: FileObjection) -> Outcome:
    """Take an objection in; the objector gets the receipt.

    Raises:
        Refusal: As `objections.file_objection` and `issue_paper` do.
    """
    outcome = objections.file_objection(work, command)
    if not command.accepted:
        return outcome
    return with_paper(work, outcome, _objection_receipt(work, settings, outcome, "file"))


def decide_objection(work: Work, settings: Settings, command: DecideObjection) -> Outcome:
    """Answer an objection point by point and issue the decision, which says what becomes of it.

    Raises:
        Refusal: As `objections.decide_objection` and `issue_paper` do.
    """
    objection = objections.objection_at(work, command, "approver", ("open",), "decide")
    if len(objection.points) != len(command.answers):
        points, answers = len(objection.points), len(command.answers)
        raise RuleRefused("objection.answers", field="answers", points=points, answers=answers)
    made = {
        "request": "；".join(point.rstrip("。；") for point in objection.points),
        "answers": tuple(zip(objection.points, command.answers, strict=True)),
        "reasons": command.reasons,
        "where": command.where,
        "result": words(_result(objection, upheld=command.upheld)),
        **remedies(work.rulebook.in_force(Deadline, objection.region, work.today)),
    }
    if command.upheld and objection.subject_kind == "entry":
        made |= {"ground": word("withdrawal", command.ground, "zh")}
        made |= {"rule": word("rule", command.rule, "zh") if command.rule else None}
    issued = _issue(work, settings, objection, ("decide", "objection_decision"), made)
    return with_paper(work, objections.decide_objection(work, command), issued)


def settle_objection(work: Work, settings: Settings, command: SettleObjection) -> Outcome:
    """Carry out what an upheld objection asks for; a case that it drops has its paper of that.

    Raises:
        Refusal: As `objections.settle_objection` and `issue_with_step` do.
    """
    document_id = issue_with_step(work, settings, command.drop) if command.drop is not None else None
    return with_paper(work, objections.settle_objection(work, command), document_id)


def _received(work: Work, settings: Settings, outcome: Outcome, step: str) -> Outcome:
    """Return the outcome of an act with the receipt, where the application is complete by it."""
    repair = work.session.get_one(Repair, outcome.id)
    if repair.state != "complete":
        return outcome
    return with_paper(work, outcome, _receipt(work, settings, repair, (step, "repair_receipt"), PERIOD))


def _objection_receipt(work: Work, settings: Settings, outcome: Outcome, step: str) -> str:
    objection = work.session.get_one(Objection, outcome.id)
    code = objections.period_rule(work, objection.region, assisted=objection.assisted)
    return _receipt(work, settings, objection, (step, "objection_receipt"), code)


def _declined(
    work: Work,
    settings: Settings,
    case: Repair | Objection,
    kind: Kind,
    command: DeclineRepair | DeclineObjection,
) -> str:
    row = accepting.decline_ground(work, case, command.ground)
    made = {
        "ground": word("rule", row.code, "zh"),
        "reasons": command.reasons,
        "where": command.where,
        "basis": (cited(row),),
        **remedies(work.rulebook.in_force(Deadline, case.region, work.today)),
    }
    return _issue(work, settings, case, ("decline", kind), made)


def _receipt(
    work: Work, settings: Settings, case: Repair | Objection, of: tuple[str, Kind], code: str
) -> str:
    made = {}
    if case.decide_by_on is not None:
        rule = work.rulebook.find(Deadline, code, case.region, work.today)
        made = {"deadline": in_words(case.decide_by_on), "period_source": cited(rule)}
    return _issue(work, settings, case, of, made, taken=True)


def _issue(
    work: Work,
    settings: Settings,
    case: Repair | Objection,
    of: tuple[str, Kind],
    made: dict[str, Any],
    *,
    taken: bool = False,
) -> str:
    """Issue the paper of a step that is about to be taken, or was taken in this transaction."""
    step, kind = of
    fields = {**_common(work, case), **made}
    issue = {
        "kind": kind,
        "case_id": case.id,
        "step": step,
        "seq": case.version if taken else case.version + 1,
        "region": case.region,
        "fields": {name: value for name, value in fields.items() if value},
    }
    give = give_paper if taken else issue_paper  # what was taken in is receipted, whoever handed it in
    return give(work, settings, IssuePaper.model_validate(issue))


def _common(work: Work, case: Repair | Objection) -> dict[str, Any]:
    found = grounds.subject(work.session, case.business_id)
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
        return words(
            "paper.matter.entry", name=name, regime=_named(work, case, entry.regime if entry else None)
        )
    proposal = lists.proposal(work.session, case.subject_id)
    return words(
        "paper.matter.proposal", name=name, regime=_named(work, case, proposal.regime if proposal else None)
    )


def _named(work: Work, case: Repair | Objection, code: str | None) -> str:
    if code is None:
        raise NotFound("paper.no_case", field="case_id", case_id=case.id)
    return work.rulebook.find(ListRegime, code, case.region, work.today).name_zh


def _result(objection: Objection, *, upheld: bool) -> str:
    if not upheld:
        return "paper.objection_decision.dismissed"
    return {
        "entry": "paper.objection_decision.upheld",
        "violation": "paper.objection_decision.upheld_record",
        "proposal": "paper.objection_decision.upheld_case",
    }[objection.subject_kind]


def examined(
    row: RepairCondition, findings: tuple[Finding, ...], lacking: tuple[Unmet, ...]
) -> tuple[str, ...]:
    """Return what was found of each condition, and what else of the row is not met."""
    said = [
        words(
            "paper.finding.met" if one.met else "paper.finding.unmet",
            need=words(NEEDS[one.need]),
            reason=one.reason,
        )
        for one in findings
    ]
    looked_at = {one.need for one in findings if not one.met}
    said += [_unmet(one, cited(row)) for one in lacking if one.need not in looked_at]
    return tuple(said)


def _unmet(one: Unmet, source: str) -> str:
    if one.need == "period":
        return words("paper.unmet.period", until=in_words(one.until) if one.until else "", source=source)
    if one.need in HANDED_IN:
        return words("paper.unmet.paper", name=words(HANDED_IN[one.need]), source=source)
    if one.need in NEEDS:
        return words("paper.unmet.known", need=words(NEEDS[one.need]), source=source)
    return words("paper.unmet.early", source=source)
