"""Objections (异议): filed and marked at once, answered point by point by who had no part in it.

The public sees the mark from the same moment. Where the place sets no period the objection is filed
all the same and its deadline shows as unknown. An upheld objection ends an entry at once; what it
asks of a penalty record or a case is carried out by an officer, and the mark stays until then.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.audit.tables import AuditEntry
from registry.audit.work import Subject, Work
from registry.commands import Outcome
from registry.errors import Conflict, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.lists import commands as lists
from registry.lists import entries
from registry.lists.procedures import JUDGING, TOLD
from registry.lists.queries import current_entry, steps
from registry.lists.rules import ENDINGS
from registry.lists.tables import ListEntry, Proposal
from registry.log.leaves import Effect
from registry.publication.withdrawal import end_entries, ground_of, shown_rule
from registry.repair import queries
from registry.repair.forms import (
    DecideObjection,
    FileObjection,
    SettleObjection,
    StepOfObjection,
    WithdrawObjection,
)
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
from registry.repair.tables import Objection
from registry.rulebook import Deadline
from registry.violations import commands as violations
from registry.violations.queries import violation as violation_of
from registry.violations.tables import PenaltyDecision, Violation

ACCEPTANCE = "objection.accept"
PAPERS = ("statement", "evidence", "other")
_ACTS = {"file": "filed", "accept": "accepted"}
REMEDIES = {"violation": ("correction", "annulment"), "proposal": ("drop",)}


@dataclass(frozen=True)
class Against:
    """What is objected to, and who had a part in it."""

    row: ListEntry | Violation | Proposal
    region: str
    business_id: str
    proposed_by: str | None = None
    decided_by: str | None = None
    judged_by: frozenset[str] = frozenset()
    over: bool = False


def file_objection(work: Work, command: FileObjection) -> Outcome:
    """Take in an objection and mark what it is about, in one act.

    Returns:
        The objection, with a warning where no rule of the place sets the period for deciding it.

    Raises:
        NotFound: There is no such entry, record, case or document.
        Forbidden: The office does not supervise the region.
        RuleRefused: It is over, nobody was told of it yet, or a document is of the wrong kind.
        Conflict: The business itself objects again before it was answered.
    """
    against = against_of(work, command.subject_kind, command.subject_id)
    work.require_or_party("officer", against.region, against.business_id, "subject_id")
    _refuse_untimely(against.row, command.subject_id)
    _refuse_second(work, against, command.subject_id)
    rule = period_rule(work, against.region, assisted=command.assisted)
    objection = Objection(
        id=new_id(),
        version=0,
        **command.model_dump(include={"subject_kind", "subject_id", "objector", "assisted"}),
        business_id=against.business_id,
        region=against.region,
        points=list(command.points),
        papers=list(command.papers),
        filed_on=work.today,
        state="open",
        decide_by_on=deadline_of(work, rule, against.region, work.today),
        filed_by_person=work.actor.person_id,
        proposed_by_person=against.proposed_by,
        listed_by_person=against.decided_by,
        answers=[],
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    for number, document_id in enumerate(command.papers):
        take_paper(work, document_id, PAPERS, objection, f"papers.{number}")
    begun = begin(work, objection, ACCEPTANCE, accepted=command.accepted)
    stepped(work, objection, "file", against, deadline_on=begun or objection.decide_by_on, rule=rule)
    known = objection.decide_by_on is not None
    unknown = RuleRefused("objection.deadline_unknown", field="subject_id", rule=rule)
    return Outcome("created", objection.id, warnings=() if known else (unknown,))


def decide_objection(work: Work, command: DecideObjection) -> Outcome:
    """Uphold or dismiss an objection; an upheld one ends the entry that it is about.

    Raises:
        NotFound: There is no such objection or document.
        Forbidden: The person may not decide in that region.
        Conflict: The objection has moved on.
        RuleRefused: It is decided, the person had a part in it, a point is unanswered, the rule or
            ground of an ending is missing, or the paper of the decision was not issued.
    """
    objection = objection_at(work, command, "approver", ("open",), "decide")
    against = against_of(work, objection.subject_kind, objection.subject_id)
    barred = (objection.filed_by_person, objection.proposed_by_person, objection.listed_by_person)
    refuse_person(work, (*barred, *against.judged_by))
    if len(command.answers) != len(objection.points):
        points, answers = len(objection.points), len(command.answers)
        raise RuleRefused("objection.answers", field="answers", points=points, answers=answers)
    document = document_of(work, objection, "decide", "objection_decision", command.document_id)
    objection.decided_by_person, objection.decided_on = work.actor.person_id, work.today
    objection.answers = list(command.answers)
    objection.state = "upheld" if command.upheld else "dismissed"
    if isinstance(against.row, ListEntry) and command.upheld and not against.over:
        _end(work, against.row, command, document)
    if isinstance(against.row, ListEntry) or against.over or not command.upheld:
        objection.closed_on = work.today
    return stepped(work, objection, "decide", against, document_id=document)


def settle_objection(work: Work, command: SettleObjection) -> Outcome:
    """Carry out what an upheld objection asks for: correct or annul the record, or drop the case.

    Raises:
        NotFound: There is no such objection.
        Forbidden: The office does not supervise the region.
        Conflict: The objection, the record or the case has moved on.
        RuleRefused: It is not upheld, or the remedy is none for it or of something else.
    """
    objection = objection_at(work, command, "officer", ("upheld",), "settle")
    _refuse_remedy(work, objection, command)
    objection.state, objection.closed_on = "settled", work.today
    work.session.add(objection)
    work.session.flush()
    if command.correction is not None:
        violations.correct_violation(work, command.correction)
    if command.annulment is not None:
        violations.change_decision_standing(work, command.annulment)
    against = against_of(work, objection.subject_kind, objection.subject_id)
    if command.drop is not None:
        _mark(work, objection, against)
        lists.take_step(work, command.drop)
    return stepped(work, objection, "settle", against)


def withdraw_objection(work: Work, command: WithdrawObjection) -> Outcome:
    """Close an objection that was taken back.

    Raises:
        NotFound: There is no such objection or document.
        Forbidden: The office does not supervise the region.
        Conflict: The objection has moved on.
        RuleRefused: It is decided, or the document is no statement.
    """
    objection = objection_at(work, command, "officer", (RECEIVED, "open"), "withdraw", party=True)
    refuse_document(work, command.document_id, ("statement",), objection)
    objection.state, objection.closed_on = "withdrawn", work.today
    against = against_of(work, objection.subject_kind, objection.subject_id)
    return stepped(work, objection, "withdraw", against, document_id=command.document_id)


def period_rule(work: Work, region: str, *, assisted: bool) -> str:
    """Return the code of the period for deciding an objection in a region.

    Source: rulebook `deadlines`: `objection.decide`, and where another unit must check and the place
    says so, `objection.decide_assisted`.
    """
    longer = "objection.decide_assisted"
    known = work.rulebook.in_force(Deadline, region, work.today)
    return longer if assisted and longer in known else "objection.decide"


def due_on(work: Work, objection: Objection) -> date | None:
    """Return the last day for deciding an objection; one that was unknown follows what is known now."""
    if objection.decide_by_on is not None:
        return objection.decide_by_on
    rule = period_rule(work, objection.region, assisted=objection.assisted)
    return deadline_of(work, rule, objection.region, objection.filed_on)


def against_of(work: Work, kind: str, subject_id: str) -> Against:
    """Return what is objected to as it stands.

    Raises:
        NotFound: There is no such thing.
    """
    if kind == "entry" and (entry := current_entry(work.session, subject_id, lock=True)) is not None:
        case = work.session.get(Proposal, entry.proposal_id) if entry.proposal_id else None
        over = entry.withdrawn_on is not None
        return replace(_of_case(work, entry, case), over=over)
    if kind == "violation" and (found := violation_of(work.session, subject_id)) is not None:
        over = found[1].standing == "annulled"
        judged = _wrote(work.session, subject_id)
        return Against(found[0], found[1].region, found[0].business_id, judged_by=judged, over=over)
    if kind == "proposal":
        proposal = work.session.get(Proposal, subject_id, with_for_update=True, populate_existing=True)
        if proposal is not None:
            over = proposal.closed_on is not None
            return replace(_of_case(work, proposal, proposal), over=over)
    raise NotFound("objection.subject_unknown", field="subject_id", subject=kind, subject_id=subject_id)


def _of_case(work: Work, row: ListEntry | Proposal, case: Proposal | None) -> Against:
    taken = steps(work.session, case.id) if case else ()
    judged = frozenset(step.person_id for step in taken if step.step in JUDGING)
    if isinstance(row, ListEntry):
        judged |= _decided_since(work.session, row.entry_id)
        if row.violation_id is not None:
            judged |= _wrote(work.session, row.violation_id)
    return Against(
        row,
        row.region,
        row.business_id,
        case.proposed_by_person if case else None,
        case.decided_by_person if case else None,
        judged,
    )


def _decided_since(session: Session, entry_id: str) -> frozenset[str]:
    """Return the persons who renewed an entry or put it back."""
    query = select(AuditEntry.person_id).where(
        AuditEntry.subject_id == entry_id, col(AuditEntry.act).in_(("entry.renewed", "entry.restored"))
    )
    return frozenset(session.exec(query).all())


def _wrote(session: Session, violation_id: str) -> frozenset[str]:
    """Return the persons who recorded a penalty, in a batch too, or changed it or its standing since."""
    records = select(Violation.recorded_at).where(Violation.violation_id == violation_id)
    decision_id = select(Violation.decision_id).where(Violation.violation_id == violation_id)
    decisions = select(PenaltyDecision.recorded_at).where(col(PenaltyDecision.decision_id).in_(decision_id))
    written = [*session.exec(records).all(), *session.exec(decisions).all()]
    acts = or_(col(AuditEntry.act).startswith("violation"), col(AuditEntry.act).startswith("decision."))
    return frozenset(
        session.exec(select(AuditEntry.person_id).where(col(AuditEntry.at).in_(written), acts)).all()
    )


def _refuse_untimely(row: ListEntry | Violation | Proposal, subject_id: str) -> None:
    """Refuse an objection to what is over, or to what nobody was told of yet."""
    if isinstance(row, ListEntry) and row.withdrawn_on is not None:
        raise RuleRefused(
            "objection.subject_over", field="subject_id", subject_id=subject_id, state=row.state
        )
    if isinstance(row, Proposal):
        if row.closed_on is not None:
            raise RuleRefused(
                "objection.subject_over", field="subject_id", subject_id=subject_id, state=row.state
            )
        if row.state not in TOLD[row.colour]:
            raise RuleRefused("objection.not_told_yet", field="subject_id", state=row.state)


def _refuse_second(work: Work, against: Against, subject_id: str) -> None:
    """Refuse a party that objects again before its first objection was answered.

    Raises:
        Conflict: One of the business about the same thing is open.
    """
    if not work.actor.is_party(against.business_id, against.region):
        return
    query = select(Objection.id).where(
        Objection.subject_id == subject_id,
        Objection.business_id == against.business_id,
        col(Objection.closed_on).is_(None),
    )
    if work.session.exec(query).first() is not None:
        raise Conflict("objection.open_already", field="subject_id")


def objection_at(
    work: Work,
    command: StepOfObjection,
    role: str,
    states: tuple[str, ...],
    step: str,
    *,
    party: bool = False,
) -> Objection:
    """Return an objection that may take a step, locked; with `party` who objects may take it too.

    Raises:
        NotFound: There is no such objection.
        Forbidden: The person may not take the step in that region.
        Conflict: The objection has moved on.
        RuleRefused: It is not so far, or closed.
    """
    found = work.session.get(Objection, command.objection_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("objection.unknown", field="objection_id", objection_id=command.objection_id)
    if party:
        work.require_or_party(role, found.region, found.business_id)
    else:
        work.require(role, found.region)
    if found.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=found.version)
    if found.state not in states:
        raise RuleRefused("case.out_of_order", field="objection_id", step=step, state=found.state)
    return found


def _end(work: Work, entry: ListEntry, command: DecideObjection, document: str) -> None:
    """End an entry whose objection is upheld."""
    if command.rule is None:
        raise RuleRefused("objection.rule_missing", field="rule")
    if command.ground not in ENDINGS[entry.colour]:
        raise RuleRefused("objection.ground", field="ground", ground=command.ground, colour=entry.colour)
    row = ground_of(work, entry, command.rule, command.ground)
    end_entries(work, [(entry, command.ground, shown_rule(row))], document, rule=row.code)


def _refuse_remedy(work: Work, objection: Objection, command: SettleObjection) -> None:
    """Refuse a remedy that is none for what was objected to, or that is about something else."""
    given = {name for name in ("correction", "annulment", "drop") if getattr(command, name) is not None}
    allowed = REMEDIES[objection.subject_kind]
    about = objection.subject_id
    over = against_of(work, objection.subject_kind, about).over
    fits = (len(given) == 1 and given <= set(allowed)) or (over and not given)
    if command.correction is not None:
        fits = fits and command.correction.violation_id == about
    if command.drop is not None:
        fits = fits and command.drop.proposal_id == about and command.drop.step == "drop"
    if command.annulment is not None:
        found = violation_of(work.session, about)
        fits = fits and found is not None and command.annulment.decision_id == found[0].decision_id
        fits = fits and command.annulment.standing == "annulled"
    if not fits:
        subject = objection.subject_kind
        raise RuleRefused("objection.remedy", field="objection_id", subject=subject, remedies=allowed)


def _mark(work: Work, objection: Objection, against: Against) -> None:
    """Bring the mark of what is objected to into line with the objections that are open."""
    oldest = queries.oldest_open_objection(work.session, objection.subject_id)
    current = against_of(work, objection.subject_kind, objection.subject_id).row
    if isinstance(current, ListEntry):
        if current.withdrawn_on is None:
            entries.mark(work, current, oldest)
    elif isinstance(current, Violation):
        violations.mark_violation(work, current, oldest)
    else:
        lists.mark_proposal(work, current, oldest)


def stepped(work: Work, objection: Objection, step: str, against: Against, **detail: Any) -> Outcome:
    """Write the objection, its step and its mark, audit entry and leaf.

    Args:
        work: The act.
        objection: As the step leaves it, of the version that the person saw.
        step: The step.
        against: What is objected to.
        **detail: Of `write_step`, or what an officer reads of the step besides.
    """
    objection.version += 1
    write_step(work, objection, step, **detail)
    _mark(work, objection, against)
    act = f"objection.{_ACTS.get(step, objection.state)}"
    content = {"objection": objection.id, "subject": objection.subject_id, "state": objection.state}
    shown = isinstance(against.row, ListEntry | Violation)
    entry = current_entry(work.session, objection.subject_id) if isinstance(against.row, ListEntry) else None
    public = entries.public_event(entry) if entry is not None else None
    work.record(
        act,
        Subject("objection", objection.id),
        concerns=[objection.business_id] if shown else (),
        effects=[Effect(act, objection.id, content, public)],
        step=step,
        about=objection.subject_id,
    )
    return Outcome("created" if step == "file" else "changed", objection.id)
