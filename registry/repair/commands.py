"""Repair of credit (信用修复): taken in, completed, granted or refused by another person, revoked.

The period for the decision counts from the day on which the last paper came in, whoever looked at
it when. A grant is possible only where every condition of one governing row is met, a refusal only
where none is wholly met; where the law's figure is unknown there is neither until an office enters it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from registry.audit.work import Subject, Work
from registry.commands import Outcome
from registry.documents.forms import Kind
from registry.errors import Conflict, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.lists.pointer import listed_by
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
from registry.repair.judging import judged, settled, told
from registry.repair.rules import Conditions, Unmet
from registry.repair.steps import (
    RECEIVED,
    begin,
    deadline_of,
    document_of,
    refuse_document,
    refuse_person,
    take_paper,
    write_step,
)
from registry.repair.tables import Repair
from registry.rulebook import Choice, RepairCondition, RepairPaper
from registry.rulebook.periods import quoted
from registry.store.versions import one_writer

PERIOD = "repair.decide"
ACCEPTANCE = "repair.accept"
DECISIONS: Mapping[bool, Kind] = {True: "repair_decision", False: "repair_refusal"}  # by grant
_ACTS = {"apply": "received", "accept": "accepted", "propose_revocation": "revocation_proposed"}
STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {  # who may take a step, and from which states
    "accept": ("officer", (RECEIVED,)),
    "supplement": ("officer", (RECEIVED, "incomplete")),
    "request_completion": ("officer", (RECEIVED, "incomplete")),
    "decline": ("approver", (RECEIVED, "incomplete")),
    "decide": ("approver", ("complete",)),
    "withdraw": ("officer", (RECEIVED, "incomplete", "complete")),
    "propose_revocation": ("officer", ("granted",)),
    "revoke": ("approver", ("granted",)),
}
BY_PARTY = ("supplement", "withdraw")  # the applicant may take these at its own desk


class Weighed(NamedTuple):
    """A decision that may be taken: on which application, about what, by which row, what of it is unmet."""

    repair: Repair
    found: queries.Found
    row: RepairCondition
    lacking: tuple[Unmet, ...]


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
    business_id = found.business_id if isinstance(found, ListEntry) else found[0].business_id
    work.require_or_party("officer", subject.region, business_id, "subject_id")
    _refuse_unrepairable(work, found)
    if queries.open_repair(work.session, command.subject_id) is not None:
        raise Conflict("repair.open_already", field="subject_id", subject_id=command.subject_id)
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
    by_on = begin(work, repair, ACCEPTANCE, accepted=command.accepted)
    missing = _take_papers(work, repair, command.papers)
    opened = {} if command.accepted else {"deadline_on": by_on}
    return stepped(work, repair, "apply", note=command.note, missing=missing, **opened)


def supplement_repair(work: Work, command: SupplementRepair) -> Outcome:
    """Take in further papers; with the last one the period for the decision begins.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It is complete or closed, or a document is of the wrong kind.
    """
    repair = repair_at(work, command, "supplement")
    missing = _take_papers(work, repair, command.papers)
    return stepped(work, repair, "supplement", missing=missing)


def request_completion(work: Work, command: RequestCompletion) -> Outcome:
    """Record that the applicant was told in writing which papers are missing.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: Nothing is missing, or the paper that says so was not issued.
    """
    step = "request_completion"
    repair = repair_at(work, command, step)
    document = document_of(work, repair, step, "repair_completion", command.document_id)
    missing = rules.papers_missing(governing(work, repair).rows, repair.papers)
    return stepped(work, repair, step, document_id=document, missing=missing)


def decide_repair(work: Work, command: DecideRepair) -> Outcome:
    """Grant a repair, so that entry or publicity ends today, or refuse it with the unmet conditions.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The person may not decide in that region, or the office not about that list.
        Conflict: The application or what it is about has moved on.
        RuleRefused: The papers are incomplete, the same person took it in, a condition is not met, a
            refusal has no ground, or the law's figure is unknown, each with the rule quoted; or the
            paper of the decision was not issued.
    """
    repair, found, row, lacking = weighed(work, command)
    document = document_of(work, repair, "decide", DECISIONS[command.grant], command.document_id)
    repair.state = "granted" if command.grant else "refused"
    repair.decided_by_person, repair.decided_on, repair.closed_on = (
        work.actor.person_id,
        work.today,
        work.today,
    )
    repair.rule, repair.reasons = row.code, command.reasons
    repair.unmet = [] if command.grant else [told(one) for one in lacking]
    if command.grant:
        take_back(work, found, quoted(row), document)
    found_of = [finding.model_dump(mode="json") for finding in command.findings]
    push = deadline_of(work, "repair.push", repair.region, work.today) if command.grant else None
    return stepped(
        work,
        repair,
        "decide",
        document_id=document,
        note=command.reasons,
        deadline_on=push,
        findings=found_of,
        rule=row.code,
        source=quoted(row),
    )


def weighed(work: Work, command: DecideRepair) -> Weighed:
    """Return what a decision rests on, once nothing speaks against taking it.

    Raises:
        Refusal: As `decide_repair` does.
    """
    repair = repair_at(work, command, "decide")
    refuse_person(work, queries.took_in(work.session, repair))
    found, _ = _subject(work, repair.subject_kind, repair.subject_id, repair.field)
    _refuse_unrepairable(work, found)
    level_of(work, found)
    law = governing(work, repair)
    rows = judged(work, repair, command, found, law)
    return Weighed(repair, found, *settled(rows, grant=command.grant, is_open=law.open))


def withdraw_repair(work: Work, command: WithdrawRepair) -> Outcome:
    """Close an application that the merchant took back.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It is closed, or the document is no statement.
    """
    repair = repair_at(work, command, "withdraw")
    refuse_document(work, command.document_id, ("statement",), repair)
    repair.state, repair.closed_on = "withdrawn", work.today
    return stepped(work, repair, "withdraw", document_id=command.document_id)


def propose_revocation(work: Work, command: ProposeRevocation) -> Outcome:
    """Propose that a grant be revoked because its papers proved false; nothing ends by it.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It was not granted, or the document is no evidence.
    """
    step = "propose_revocation"
    repair = repair_at(work, command, step)
    refuse_document(work, command.document_id, ("evidence",), repair)
    repair.revocation_proposed_by_person = work.actor.person_id
    return stepped(work, repair, step, document_id=command.document_id, note=command.reasons)


def revoke_repair(work: Work, command: RevokeRepair) -> Outcome:
    """Revoke a grant whose papers proved false: entry or record is back, its period begins today.

    The revocation stands also where the list may not show the party any more; then nothing is back.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The person may not decide in that region, or the office not about that list.
        Conflict: The application has moved on, or the business stands on that list again.
        RuleRefused: It was not granted, nobody proposed the revocation or the same person did or took
            the papers in, what it was granted on has fallen since, the list does not cover the
            business any more, or the paper of the revocation was not issued.

    Source: rulebook choice `repair.false_papers`.
    """
    repair = repair_at(work, command, "revoke")
    if repair.revocation_proposed_by_person is None:
        raise RuleRefused("repair.revocation_unproposed", field="repair_id")
    refuse_person(work, (repair.revocation_proposed_by_person, *queries.took_in(work.session, repair)))
    found, _ = _subject(work, repair.subject_kind, repair.subject_id, repair.field)
    level_of(work, found)
    document = document_of(work, repair, "revoke", "repair_revocation", command.document_id)
    rule = work.rulebook.find(Choice, "repair.false_papers", repair.region, work.today)
    repair.restored_entry_ids = put_back(work, repair)
    repair.state, repair.revoked_on = "revoked", work.today
    repair.revoked_by_person = work.actor.person_id
    return stepped(
        work,
        repair,
        "revoke",
        document_id=document,
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


def repair_at(work: Work, command: StepOfRepair, step: str) -> Repair:
    """Return an application that may take a step, locked.

    Raises:
        NotFound: There is no such application.
        Forbidden: The person may not take the step in that region.
        Conflict: The application has moved on.
        RuleRefused: It is not so far, or closed.
    """
    role, states = STEPS[step]
    repair = work.session.get(Repair, command.repair_id, with_for_update=True, populate_existing=True)
    if repair is None:
        raise NotFound("repair.unknown", field="repair_id", repair_id=command.repair_id)
    if step in BY_PARTY:
        work.require_or_party(role, repair.region, repair.business_id)
    else:
        work.require(role, repair.region)
    if repair.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=repair.version)
    if repair.state not in states:
        raise RuleRefused("case.out_of_order", field="repair_id", step=step, state=repair.state)
    return repair


def governing(work: Work, repair: Repair) -> Conditions:
    """Return what governs an application: the law of its own day, however late it is decided."""
    _, subject = _subject(work, repair.subject_kind, repair.subject_id, repair.field)
    return rules.conditions(work.rulebook, subject, repair.received_on)


def _take_papers(work: Work, repair: Repair, papers: Mapping[RepairPaper, str]) -> tuple[str, ...]:
    """Keep papers; with the last one the application is complete. Return what is missing.

    Where no law is known that says which papers there must be, no period begins.
    """
    for paper, document_id in papers.items():
        take_paper(work, document_id, rules.PAPER_KINDS[paper], repair, f"papers.{paper}")
    repair.papers = repair.papers | {str(paper): document_id for paper, document_id in papers.items()}
    rows = governing(work, repair).rows
    missing = rules.papers_missing(rows, repair.papers)
    if rows and not missing:
        repair.complete_on = work.today
        repair.state = RECEIVED if repair.state == RECEIVED else "complete"
        repair.decide_by_on = deadline_of(work, PERIOD, repair.region, work.today)
    return missing


def stepped(
    work: Work,
    repair: Repair,
    step: str,
    *,
    missing: tuple[str, ...] = (),
    **step_detail: Any,
) -> Outcome:
    """Write the application, its step, audit entry and leaf; return what became of it.

    Args:
        work: The act.
        repair: As the step leaves it, of the version that the person saw.
        step: A step of `STEPS`.
        missing: Papers that are still to come.
        **step_detail: Of `write_step`, or what an officer reads of the step besides.
    """
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
    warnings: tuple[RuleRefused, ...] = ()
    if missing:
        warnings = (RuleRefused("repair.papers_missing", field="papers", lacking=missing),)
    elif step in ("apply", "supplement") and repair.state == "incomplete":
        warnings = (RuleRefused("repair.law_unknown", field="subject_id"),)
    return Outcome("created" if step == "apply" else "changed", repair.id, warnings=warnings)
