"""Whether an application is taken up (受理): accepted by an officer, or declined by another person.

What is taken up at once skips this. Where it is left open, the period of acceptance runs; that for the
decision counts from the same day as ever, so that leaving it open lengthens nothing. A record that is
objected to bears its mark from the filing until the objection is declined.
"""

from registry.audit.work import Work
from registry.commands import Outcome
from registry.errors import RuleRefused
from registry.repair import queries
from registry.repair.commands import repair_at
from registry.repair.commands import stepped as repair_stepped
from registry.repair.forms import AcceptObjection, AcceptRepair, DeclineObjection, DeclineRepair
from registry.repair.objections import against_of, objection_at
from registry.repair.objections import stepped as objection_stepped
from registry.repair.steps import RECEIVED, document_of, refuse_person
from registry.repair.tables import Objection, Repair
from registry.rulebook import DeclineGround
from registry.rulebook.periods import quoted


def accept_repair(work: Work, command: AcceptRepair) -> Outcome:
    """Take an application up; the period for the decision counts from its last paper all the same.

    Raises:
        NotFound: There is no such application.
        Forbidden: The office does not supervise the region.
        Conflict: The application has moved on.
        RuleRefused: It was taken up, or is closed.
    """
    repair = repair_at(work, command, "accept")
    repair.accepted_on = work.today
    repair.state = "incomplete" if repair.complete_on is None else "complete"
    return repair_stepped(work, repair, "accept", deadline_on=repair.decide_by_on)


def decline_repair(work: Work, command: DeclineRepair) -> Outcome:
    """Decide that an application is not taken up: it is closed, and no period for a decision runs.

    Raises:
        NotFound: There is no such application or document.
        Forbidden: The person may not decide in that region.
        Conflict: The application has moved on.
        RuleRefused: It was taken up with all its papers, the same person took it in, there is no such
            ground, or the notice was not issued.
    """
    repair = repair_at(work, command, "decline")
    refuse_person(work, queries.took_in(work.session, repair))
    row = decline_ground(work, repair, command.ground)
    document = document_of(work, repair, "decline", "repair_declined", command.document_id)
    repair.rule, repair.reasons = row.code, command.reasons
    _close(work, repair)
    return repair_stepped(
        work,
        repair,
        "decline",
        document_id=document,
        note=command.reasons,
        ground=row.code,
        source=quoted(row),
    )


def accept_objection(work: Work, command: AcceptObjection) -> Outcome:
    """Take an objection up; its period for the decision has run since it was filed.

    Raises:
        NotFound: There is no such objection.
        Forbidden: The office does not supervise the region.
        Conflict: The objection has moved on.
        RuleRefused: It was taken up, or is closed.
    """
    objection = objection_at(work, command, "officer", (RECEIVED,), "accept")
    objection.accepted_on, objection.state = work.today, "open"
    against = against_of(work, objection.subject_kind, objection.subject_id)
    return objection_stepped(work, objection, "accept", against, deadline_on=objection.decide_by_on)


def decline_objection(work: Work, command: DeclineObjection) -> Outcome:
    """Decide that an objection is not taken up: it is closed, and its mark goes.

    Raises:
        NotFound: There is no such objection or document.
        Forbidden: The person may not decide in that region.
        Conflict: The objection has moved on.
        RuleRefused: It was taken up, the person had a part in it, there is no such ground, or the
            notice was not issued.
    """
    objection = objection_at(work, command, "approver", (RECEIVED,), "decline")
    against = against_of(work, objection.subject_kind, objection.subject_id)
    barred = (objection.filed_by_person, objection.proposed_by_person, objection.listed_by_person)
    refuse_person(work, (*barred, *against.judged_by))
    row = decline_ground(work, objection, command.ground)
    document = document_of(work, objection, "decline", "objection_declined", command.document_id)
    _close(work, objection)
    return objection_stepped(
        work,
        objection,
        "decline",
        against,
        document_id=document,
        note=command.reasons,
        ground=row.code,
        source=quoted(row),
    )


def decline_ground(work: Work, case: Repair | Objection, code: str) -> DeclineGround:
    """Return the ground of a code on which an application may be declined.

    Raises:
        RuleRefused: No such ground is in force there today, it is none for this, or the applicant was
            not told in writing what is missing.
    """
    matter = "repair" if isinstance(case, Repair) else "objection"
    row = work.rulebook.in_force(DeclineGround, case.region, work.today).get(code)
    if row is None or matter not in row.matters:
        raise RuleRefused("case.no_such_ground", field="ground", rule=code)
    told = {step.step for step in queries.steps(work.session, case.id)}
    if row.after_completion_asked and "request_completion" not in told:
        raise RuleRefused("case.completion_not_asked", field="ground", rule=code)
    return row


def _close(work: Work, case: Repair | Objection) -> None:
    case.state, case.closed_on, case.decide_by_on = "declined", work.today, None
    case.decided_by_person = work.actor.person_id
