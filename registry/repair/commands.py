"""Repair of credit (信用修复): taken in, completed, granted or refused by another person, revoked.

The period for the decision counts from the day on which the last paper came in, whoever looked at
it when. A grant is possible only where every condition of one governing row is met, a refusal only
where none is wholly met; where the law's figure is unknown there is neither until an office enters it.
"""

from collections.abc import Mapping
from typing import Any

from registry.audit.work import Subject, Work
from registry.commands import Outcome
from registry.errors import Conflict, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.lists.pointer import listed_by
from registry.lists.rules import quoted
from registry.lists.tables import ListEntry
from registry.log.leaves import Effect
from registry.repair import queries, rules
from registry.repair.effects import level_of, put_back, take_back
from registry.repair.forms import (
    ApplyForRepair,
    DecideRepair,
    ProposeRevocation,
    RequestCompletion,
    RevokeRepair,
    StepOfRepair,
    SupplementRepair,
    WithdrawRepair,
)
from registry.repair.rules import Conditions, Unmet
from registry.repair.steps import deadline_of, refuse_document, refuse_person, take_paper, write_step
from registry.repair.tables import Repair
from registry.rulebook import Choice, RepairCondition, RepairPaper
from registry.store.versions import one_writer

PERIOD = "repair.decide"
_ACTS = {"apply": "received", "propose_revocation": "revocation_proposed"}
STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {  # who may take a step, and from which states
    "supplement": ("officer", ("incomplete",)),
    "request_completion": ("officer", ("incomplete",)),
    "decide": ("approver", ("complete",)),
    "withdraw": ("officer", ("incomplete", "complete")),
    "propose_revocation": ("officer", ("granted",)),
    "revoke": ("approver", ("granted",)),
}


def apply_for_repair(work: Work, command: ApplyForRepair) -> Outcome:
    """Take in an application; with all its papers, the period for the decision begins today.

    Returns:
        The application, with a warning that names the papers that are missing.

    Raises:
        NotFound: There is no such entry, record or document.
        Forbidden: The office does not supervise the region.
        Conflict: An application is open already, or there is nothing left to repair.
        RuleRefused: An entry of that colour is not repaired, or a document is of the wrong kind.
    """
    one_writer(work.session, "repairs")
    found, subject = _subject(work, command.subject_kind, command.subject_id, command.field)
    work.require("officer", subject.region, "subject_id")
    _refuse_unrepairable(work, found)
    if queries.open_repair(work.session, command.subject_id) is not None:
        raise Conflict("repair.open_already", field="subject_id", subject_id=command.subject_id)
    business_id = found.business_id if isinstance(found, ListEntry) else found[0].business_id
    repair = Repair(
        id=new_id(),
        version=0,
        subject_kind=command.subject_kind,
        subject_id=command.subject_id,
        business_id=business_id,
        region=subject.region,
        applicant=command.applicant,
        field=command.field,
        papers={},
        state="incomplete",
        received_on=work.today,
        taken_in_by_person=work.actor.person_id,
        unmet=[],
        restored_entry_ids=[],
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    missing = _take_papers(work, repair, command.papers)
    return _stepped(work, repair, "apply", note=command.note, missing=missing)


def supplement_repair(work: Work, command: SupplementRepair) -> Outcome:
    """Take in further papers; with the last one the period for the decision begins.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It is complete or closed, or a document is of the wrong kind.
    """
    repair = _repair(work, command, "supplement")
    missing = _take_papers(work, repair, command.papers)
    return _stepped(work, repair, "supplement", missing=missing)


def request_completion(work: Work, command: RequestCompletion) -> Outcome:
    """Record that the applicant was told in writing which papers are missing.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: Nothing is missing, or the document is no notice.
    """
    step = "request_completion"
    repair = _repair(work, command, step)
    refuse_document(work, command.document_id, ("notice",), repair)
    missing = rules.papers_missing(_conditions(work, repair).rows, repair.papers)
    return _stepped(work, repair, step, document_id=command.document_id, missing=missing)


def decide_repair(work: Work, command: DecideRepair) -> Outcome:
    """Grant a repair, so that entry or publicity ends today, or refuse it with the unmet conditions.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The person may not decide in that region, or the office not about that list.
        Conflict: The application or what it is about has moved on.
        RuleRefused: The papers are incomplete, the same person took it in, a condition is not met, a
            refusal has no ground, or the law's figure is unknown; each with the rule quoted.
    """
    repair = _repair(work, command, "decide")
    refuse_person(work, queries.took_in(work.session, repair))
    refuse_document(work, command.document_id, ("decision",), repair)
    found, _ = _subject(work, repair.subject_kind, repair.subject_id, repair.field)
    _refuse_unrepairable(work, found)
    level_of(work, found)
    judged = _judged(work, repair, command, found)
    row, lacking = _settled(judged, grant=command.grant, is_open=_conditions(work, repair).open)
    repair.state = "granted" if command.grant else "refused"
    repair.decided_by_person, repair.decided_on, repair.closed_on = (
        work.actor.person_id,
        work.today,
        work.today,
    )
    repair.rule, repair.reasons = row.code, command.reasons
    repair.unmet = [] if command.grant else [_told(one) for one in lacking]
    if command.grant:
        take_back(work, found, quoted(row), command.document_id)
    found_of = [finding.model_dump(mode="json") for finding in command.findings]
    push = deadline_of(work, "repair.push", repair.region, work.today) if command.grant else None
    return _stepped(
        work,
        repair,
        "decide",
        document_id=command.document_id,
        note=command.reasons,
        deadline_on=push,
        findings=found_of,
        rule=row.code,
        source=quoted(row),
    )


def withdraw_repair(work: Work, command: WithdrawRepair) -> Outcome:
    """Close an application that the merchant took back.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It is closed, or the document is no statement.
    """
    repair = _repair(work, command, "withdraw")
    refuse_document(work, command.document_id, ("statement",), repair)
    repair.state, repair.closed_on = "withdrawn", work.today
    return _stepped(work, repair, "withdraw", document_id=command.document_id)


def propose_revocation(work: Work, command: ProposeRevocation) -> Outcome:
    """Propose that a grant be revoked because its papers proved false; nothing ends by it.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It was not granted, or the document is no evidence.
    """
    step = "propose_revocation"
    repair = _repair(work, command, step)
    refuse_document(work, command.document_id, ("evidence",), repair)
    repair.revocation_proposed_by_person = work.actor.person_id
    return _stepped(work, repair, step, document_id=command.document_id, note=command.reasons)


def revoke_repair(work: Work, command: RevokeRepair) -> Outcome:
    """Revoke a grant whose papers proved false: entry or record is back, its period begins today.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The person may not decide in that region, or the office not about that list.
        Conflict: The application has moved on, or the business stands on that list again.
        RuleRefused: It was not granted, nobody proposed the revocation or the same person did or took
            the papers in, what it was granted on has fallen since, or the list may not name the
            business any more.

    Source: rulebook choice `repair.false_papers`.
    """
    repair = _repair(work, command, "revoke")
    if repair.revocation_proposed_by_person is None:
        raise RuleRefused("repair.revocation_unproposed", field="repair_id")
    refuse_person(work, (repair.revocation_proposed_by_person, *queries.took_in(work.session, repair)))
    found, _ = _subject(work, repair.subject_kind, repair.subject_id, repair.field)
    level_of(work, found)
    refuse_document(work, command.document_id, ("decision",), repair)
    rule = work.rulebook.find(Choice, "repair.false_papers", repair.region, work.today)
    repair.restored_entry_ids = put_back(work, repair)
    repair.state, repair.revoked_on = "revoked", work.today
    repair.revoked_by_person = work.actor.person_id
    return _stepped(
        work,
        repair,
        "revoke",
        document_id=command.document_id,
        note=command.reasons,
        rule=rule.code,
        source=quoted(rule),
        restored=repair.restored_entry_ids,
    )


def _subject(work: Work, kind: str, subject_id: str, field: str) -> tuple[queries.Found, rules.Subject]:
    found = queries.subject(work.session, kind, subject_id)
    if found is None:
        raise NotFound("repair.subject_unknown", field="subject_id", subject=kind, subject_id=subject_id)
    return found, queries.as_subject(found, field)


def _refuse_unrepairable(work: Work, found: queries.Found) -> None:
    """Refuse what is not repaired at all, and what is over already."""
    if isinstance(found, ListEntry):
        if found.colour == "pointer":
            authority = listed_by(work.session, found)
            raise RuleRefused("repair.pointer", field="subject_id", authority=authority)
        if found.colour != "black":
            raise RuleRefused("repair.colour", field="subject_id", colour=found.colour)
        if found.withdrawn_on is not None:
            raise Conflict("entry.ended", field="subject_id", entry_id=found.entry_id, ground=found.state)
        return
    violation, decision = found
    if violation.repaired_on is not None:
        day = violation.repaired_on.isoformat()
        raise Conflict("violation.repaired", violation_id=violation.violation_id, day=day)
    if decision.standing == "annulled":
        raise Conflict("violation.decision_annulled", id=decision.decision_id)


def _repair(work: Work, command: StepOfRepair, step: str) -> Repair:
    """Return an application that may take a step, locked."""
    role, states = STEPS[step]
    repair = work.session.get(Repair, command.repair_id, with_for_update=True, populate_existing=True)
    if repair is None:
        raise NotFound("repair.unknown", field="repair_id", repair_id=command.repair_id)
    work.require(role, repair.region)
    if repair.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=repair.version)
    if repair.state not in states:
        raise RuleRefused("case.out_of_order", field="repair_id", step=step, state=repair.state)
    return repair


def _conditions(work: Work, repair: Repair) -> Conditions:
    """Return what governs an application: the law of its own day, however late it is decided."""
    _, subject = _subject(work, repair.subject_kind, repair.subject_id, repair.field)
    return rules.conditions(work.rulebook, subject, repair.received_on)


def _take_papers(work: Work, repair: Repair, papers: Mapping[RepairPaper, str]) -> tuple[str, ...]:
    """Keep papers; with the last one the application is complete. Return what is missing."""
    for paper, document_id in papers.items():
        take_paper(work, document_id, rules.PAPER_KINDS[paper], repair, f"papers.{paper}")
    repair.papers = repair.papers | {str(paper): document_id for paper, document_id in papers.items()}
    missing = rules.papers_missing(_conditions(work, repair).rows, repair.papers)
    if not missing:
        repair.state, repair.complete_on = "complete", work.today
        repair.decide_by_on = deadline_of(work, PERIOD, repair.region, work.today)
    return missing


def _judged(
    work: Work, repair: Repair, command: DecideRepair, found: queries.Found
) -> list[tuple[RepairCondition, tuple[Unmet, ...]]]:
    """Return each governing row with what of it is not met; what the registry knows goes first."""
    subject = queries.as_subject(found, repair.field)
    business_id = found.business_id if isinstance(found, ListEntry) else found[0].business_id
    against = queries.speaking_against(work.session, business_id, subject.begun_on, found)
    stated = {one.need: one.met for one in command.findings}
    looked_at = {need: met and need not in against for need, met in stated.items()}
    judged = []
    for row in _conditions(work, repair).rows:
        silent = [need for need in row.needs if need not in stated]
        if silent and row.early:
            raise RuleRefused("repair.finding_missing", field="findings", need=silent[0], rule=row.code)
        judged.append((row, rules.unmet(row, subject, work.today, looked_at, repair.papers)))
    return judged


def _settled(
    judged: list[tuple[RepairCondition, tuple[Unmet, ...]]], *, grant: bool, is_open: bool
) -> tuple[RepairCondition, tuple[Unmet, ...]]:
    """Return the row that a decision rests on, and what of it is unmet.

    Raises:
        RuleRefused: A condition of every row is unmet, or none of one row is, or a figure is unknown.
    """
    if not judged:
        raise RuleRefused("repair.law_unknown", field="grant")
    row, lacking = min(judged, key=lambda one: len(one[1]))
    undecided = is_open or any({one.need for one in lacks} == {"figure"} for _, lacks in judged)
    if lacking and undecided:
        raise RuleRefused("repair.figure_unknown", field="grant", rule=row.code, source=quoted(row))
    if grant and lacking:
        raise _unmet(row, lacking)
    if not grant and not lacking:
        raise RuleRefused("repair.refusal_ungrounded", field="grant", rule=row.code, source=quoted(row))
    return row, lacking


def _unmet(row: RepairCondition, lacking: tuple[Unmet, ...]) -> RuleRefused:
    """Return the refusal to grant what conditions speak against, with the day on which the period is over."""
    unmet, source = tuple(one.need for one in lacking), quoted(row)
    until = next((one.until.isoformat() for one in lacking if one.until is not None), None)
    if until is not None:
        return RuleRefused(
            "repair.too_soon", field="grant", unmet=unmet, until=until, rule=row.code, source=source
        )
    return RuleRefused("repair.unmet", field="grant", unmet=unmet, rule=row.code, source=source)


def _told(one: Unmet) -> dict[str, str | None]:
    until = one.until.isoformat() if one.until is not None else None
    return {"need": one.need, "rule": one.rule, "source": one.source, "until": until}


def _stepped(
    work: Work,
    repair: Repair,
    step: str,
    *,
    missing: tuple[str, ...] = (),
    **step_detail: Any,
) -> Outcome:
    """Write the application, its step, audit entry and leaf; return what became of it."""
    repair.version += 1
    opened = repair.decide_by_on if repair.complete_on == work.today and repair.state == "complete" else None
    write_step(work, repair, step, missing=list(missing), **{"deadline_on": opened, **step_detail})
    act = f"repair.{_ACTS.get(step, repair.state)}"
    content = {"repair": repair.id, "subject": repair.subject_id, "step": step, "state": repair.state}
    ended = step in ("decide", "revoke") and repair.state != "refused"
    work.record(
        act,
        Subject("repair", repair.id),
        concerns=[repair.business_id] if ended else (),
        effects=[Effect(act, repair.id, {**content, "rule": repair.rule})],
        step=step,
        about=repair.subject_id,
        missing=list(missing),
        unmet=repair.unmet,
    )
    warnings = (RuleRefused("repair.papers_missing", field="papers", lacking=missing),) * bool(missing)
    return Outcome("created" if step == "apply" else "changed", repair.id, warnings=warnings)
