"""Handling complaints: the only writers of their rows.

What is written of an act holds codes and days; who complained, against whom and in which words stands
in the complaint's own rows alone, never in the audit log.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, select

from registry.audit.work import Subject, Work
from registry.businesses.queries import surviving
from registry.commands import Outcome
from registry.complaints import queries
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.rules import MAY, NEEDS, next_state, refuse_ground
from registry.complaints.tables import (
    Complaint,
    ComplaintContent,
    ComplaintDue,
    ComplaintEscalation,
    ComplaintStep,
    ComplaintTesting,
)
from registry.errors import Conflict, Malformed, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.instruments.queries import instrument
from registry.log.leaves import Effect
from registry.offices.tables import Office
from registry.rulebook.periods import Due

STATED = ("note", "ground", "outcome", "finding", "office_code", "request", "facts", "proof")
ACTS = {
    "record": "complaint.recorded",
    "arrive": "complaint.received",
    "accept": "complaint.accepted",
    "refuse": "complaint.refused",
    "tell": "complaint.told",
    "mediate": "complaint.mediated",
    "suspend": "complaint.testing_begun",
    "resume": "complaint.testing_ended",
    "end": "complaint.ended",
    "withdraw": "complaint.withdrawn",
    "transfer": "complaint.transferred",
    "dispute": "complaint.disputed",
    "agree": "complaint.agreed",
    "split": "complaint.split",
    "grade": "complaint.graded",
}
LEGAL = ("accept", "refuse", "end")  # acts that the complainant may have to prove


def record_complaint(work: Work, command: RecordComplaint) -> Outcome:
    """Take in a complaint; the outcome warns of what it lacks.

    Raises:
        Forbidden: The person is no officer of the office's region.
        NotFound: There is no such business or instrument.
        Malformed: A day lies ahead, the days are in the wrong order, or nobody is complained of.
    """
    office = work.session.get_one(Office, work.actor.office_code)
    work.require("officer", office.region)
    received_on = command.received_on or work.today
    _refuse_days(command, received_on, work.today)
    row = Complaint(
        id=new_id(),
        version=0,
        office_code=office.code,
        region=office.region,
        business_id=_respondent(work.session, command),
        instrument_id=command.instrument_id,
        respondent=command.respondent,
        place=command.place,
        matter=command.matter,
        happened_on=command.happened_on,
        known_on=command.known_on or command.happened_on,
        state="received",
        received_on=received_on,
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    written = command.model_dump(include={"complainant", "phone", "address", "request", "facts"})
    work.session.add(row)
    work.session.flush()
    work.session.add(ComplaintContent(complaint_id=row.id, **written))
    _stepped(work, row, "record", None)
    lacking = queries.lacking(work.session, row)
    warnings = (RuleRefused("complaint.lacking", complaint_part=lacking),) if lacking else ()
    return Outcome("created", row.id, warnings=warnings)


def take_complaint_step(work: Work, command: TakeComplaintStep) -> Outcome:
    """Take a step with a complaint.

    Returns:
        The complaint; after it was handed over, the row at the other office.

    Raises:
        NotFound: There is no such complaint or office.
        Forbidden: The person is no officer of the region.
        Conflict: The complaint has moved on.
        Malformed: Something is missing that the step states, or is stated that it does not.
        RuleRefused: The step cannot be taken now, or its ground does not hold.
    """
    row = work.session.get(Complaint, command.complaint_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("complaint.unknown", field="complaint_id", complaint_id=command.complaint_id)
    work.require("officer", row.region)
    if row.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=row.version)
    _refuse_fields(command)
    row.state = next_state(row.state, command.step)
    result = _DOES[command.step](work, row, command) or row.id
    _stepped(work, row, command.step, command.note)
    return Outcome("changed", result)


def escalate_overdue(work: Work) -> int:
    """Tell the office above of each missed deadline of an open complaint, once; return how many.

    Raises:
        Forbidden: The actor is no officer of the whole country.
    """
    work.require("officer", "")
    known = set(work.session.exec(select(ComplaintEscalation.complaint_id, ComplaintEscalation.rule)).all())
    told: list[ComplaintEscalation] = []
    for row, dues in queries.open_with_dues(work):
        _write_dues(work, row, dues)  # the law or the calendar may have changed
        superior = work.session.get_one(Office, row.office_code).superior_code
        for one in dues:
            late = one.standing(work.today) == "missed" and one.met_on is None
            if superior is None or not late or one.due_on is None or (row.id, one.rule) in known:
                continue
            told.append(
                ComplaintEscalation(
                    complaint_id=row.id,
                    rule=one.rule,
                    due_on=one.due_on,
                    superior_code=superior,
                    escalated_on=work.today,
                )
            )
    if told:
        work.session.add_all(told)
        listed = [{"complaint": one.complaint_id, "rule": one.rule} for one in told]
        work.record("complaints.escalated", Subject("batch", told[0].complaint_id), missed=listed)
    return len(told)


def blank_complaints(work: Work) -> int:
    """Blank who complained and what was written, once the term of keeping is over; return how many.

    Raises:
        Forbidden: The actor is no officer of the whole country.
    """
    work.require("officer", "")
    over = list(queries.kept_too_long(work))
    if not over:
        return 0
    run = work.session.connection().execute
    nothing = dict.fromkeys(("complainant", "phone", "address", "request", "facts"))
    content, step = col(ComplaintContent.complaint_id), col(ComplaintStep.complaint_id)
    run(update(ComplaintContent).where(content.in_(over)).values(**nothing, blanked_on=work.today))
    run(update(ComplaintStep).where(step.in_(over)).values(note=None))
    run(update(Complaint).where(col(Complaint.id).in_(over)).values(respondent=None, place=None))
    work.record("complaints.blanked", Subject("batch", over[0]), complaints=over)
    return len(over)


def _accept(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    lacking = queries.lacking(work.session, row)
    if lacking:
        raise RuleRefused("complaint.lacking", field="step", complaint_part=lacking)
    row.decided_on = work.today


def _refuse(work: Work, row: Complaint, command: TakeComplaintStep) -> None:
    lacking = queries.lacking(work.session, row)
    ground = command.ground or ""
    refuse_ground(work.rulebook, row.region, row.received_on, ground, known_on=row.known_on, lacking=lacking)
    row.decided_on, row.ground = work.today, ground


def _tell(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    """Write down that the complainant, and after mediation the respondent too, was told what is so far."""
    if row.decision_told_on is not None and (row.ended_on is None or row.end_told_on is not None):
        raise RuleRefused("complaint.told", field="step")
    row.decision_told_on = row.decision_told_on or work.today
    if row.ended_on is not None:
        row.end_told_on = work.today
    if row.state in ("refused", "ended"):
        row.closed_on = work.today


def _suspend(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    if _open_testing(work.session, row) is not None:
        raise RuleRefused("complaint.testing", field="step")
    before = work.session.get(ComplaintTesting, (row.id, work.today))
    if before is not None:  # begun, ended and begun again on one day
        before.until_on = None
    else:
        work.session.add(ComplaintTesting(complaint_id=row.id, from_on=work.today))


def _resume(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    testing = _open_testing(work.session, row)
    if testing is None:
        raise RuleRefused("complaint.no_testing", field="step")
    testing.until_on = work.today


def _end(work: Work, row: Complaint, command: TakeComplaintStep) -> None:
    testing = _open_testing(work.session, row)
    if testing is not None:
        raise RuleRefused("complaint.testing", field="step")
    if command.outcome == "expired":
        mediation = next(one for one in queries.dues_of(work, row) if one.rule == "complaint.mediate")
        if mediation.due_on is None or work.today <= mediation.due_on:
            raise RuleRefused("complaint.not_expired", field="outcome", source=mediation.source)
    row.ended_on, row.outcome, row.finding = work.today, command.outcome, command.finding


def _withdraw(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    testing = _open_testing(work.session, row)
    if testing is not None:
        testing.until_on = work.today
    row.withdrawn_on = row.closed_on = work.today


def _transfer(work: Work, row: Complaint, command: TakeComplaintStep) -> str:
    """Hand a complaint over: it begins anew at the other office, and what was written goes with it."""
    to = work.session.get(Office, command.office_code)
    if to is None:
        raise NotFound("office.unknown", field="office_code", code=command.office_code)
    if to.code == row.office_code:
        raise RuleRefused("complaint.own_office", field="office_code")
    kept = row.model_dump(
        include={"business_id", "instrument_id", "respondent", "place", "matter", "happened_on", "known_on"}
    )
    there = Complaint(
        **kept,
        id=new_id(),
        version=0,
        office_code=to.code,
        region=to.region,
        state="received",
        received_on=work.today,
        came_from_id=row.id,
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    row.transferred_on = row.closed_on = work.today
    row.respondent = row.place = None
    work.session.add(there)
    work.session.flush()
    work.session.connection().execute(
        update(ComplaintContent)
        .where(col(ComplaintContent.complaint_id) == row.id)
        .values(complaint_id=there.id)
    )
    _stepped(work, there, "arrive", None)
    return there.id


def _dispute(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    if row.disputed_on is not None and row.agreed_on is None:
        raise RuleRefused("complaint.disputed", field="step")
    row.disputed_on, row.agreed_on = work.today, None


def _agree(work: Work, row: Complaint, _: TakeComplaintStep) -> None:
    if row.disputed_on is None or row.agreed_on is not None:
        raise RuleRefused("complaint.undisputed", field="step")
    row.agreed_on = work.today


def _split(work: Work, row: Complaint, command: TakeComplaintStep) -> None:
    """Keep what is a complaint; nothing here says that a report came out of it, or which."""
    content = work.session.get_one(ComplaintContent, row.id)
    content.request, content.facts = command.request, command.facts
    row.split_on = work.today


def _grade(_: Work, row: Complaint, command: TakeComplaintStep) -> None:
    row.proof = command.proof


def _nothing(_: Work, __: Complaint, ___: TakeComplaintStep) -> None:
    """Mediate: the step itself is all that is written down."""


_DOES: Mapping[str, Callable[[Work, Complaint, TakeComplaintStep], str | None]] = {
    "accept": _accept,
    "refuse": _refuse,
    "tell": _tell,
    "mediate": _nothing,
    "suspend": _suspend,
    "resume": _resume,
    "end": _end,
    "withdraw": _withdraw,
    "transfer": _transfer,
    "dispute": _dispute,
    "agree": _agree,
    "split": _split,
    "grade": _grade,
}


def _open_testing(session: Session, row: Complaint) -> ComplaintTesting | None:
    query = select(ComplaintTesting).where(ComplaintTesting.complaint_id == row.id)
    return session.exec(query.where(col(ComplaintTesting.until_on).is_(None))).one_or_none()


def _respondent(session: Session, command: RecordComplaint) -> str | None:
    """Return the business complained of, mergers followed; None where it is only named."""
    if command.business_id is None:
        if command.respondent is None or command.instrument_id is not None:
            raise Malformed("complaint.nobody", field="respondent")
        return None
    business = surviving(session, command.business_id)
    if business is None:
        raise NotFound("business.unknown", field="business_id", business_id=command.business_id)
    if command.instrument_id is not None:
        found = instrument(session, command.instrument_id)
        if found is None or found.business_id != business.id:
            raise NotFound("instrument.unknown", field="instrument_id", instrument_id=command.instrument_id)
    return business.id


def _refuse_days(command: RecordComplaint, received_on: date, today: date) -> None:
    days = {
        "received_on": received_on,
        "known_on": command.known_on,
        "happened_on": command.happened_on,
    }
    latest = today
    for field, day in days.items():
        if day is None:
            continue
        if day > latest:
            raise Malformed("complaint.days", field=field, day=day.isoformat(), latest=latest.isoformat())
        latest = day


def _refuse_fields(command: TakeComplaintStep) -> None:
    """Refuse a step that lacks what it states, or states what it does not."""
    needed = NEEDS.get(command.step, ())
    given = {name for name in STATED if getattr(command, name) is not None}
    for name in needed:
        if name not in given:
            raise Malformed("field.missing", field=name)
    for name in sorted(given - {*needed, *MAY.get(command.step, ())}):
        raise Malformed("complaint.not_of_step", field=name, complaint_step=command.step)


def _write_dues(work: Work, row: Complaint, dues: Sequence[Due]) -> None:
    """Write down what is owed in a complaint: what comes next, and every last day."""
    row.next_due_on = queries.next_day((row, tuple(dues)))
    work.session.add(row)
    work.session.flush()
    run = work.session.connection().execute
    of_row = col(ComplaintDue.complaint_id) == row.id
    stated = (col(ComplaintDue.rule), col(ComplaintDue.due_on), col(ComplaintDue.met_on))
    days = {(one.rule, one.due_on, one.met_on) for one in dues if one.due_on is not None}
    if days == set(map(tuple, run(select(*stated).where(of_row)).all())):
        return  # most nights change nothing
    run(delete(ComplaintDue).where(of_row))
    owner = {"complaint_id": row.id, "office_code": row.office_code}
    rows = [{**owner, "rule": rule, "due_on": due_on, "met_on": met_on} for rule, due_on, met_on in days]
    if rows:
        run(insert(ComplaintDue), rows)


def _stepped(work: Work, row: Complaint, step: str, note: str | None) -> None:
    """Write the complaint, its step, audit entry and, for an act with legal effect, its leaf."""
    row.version += 1
    work.session.add(row)
    work.session.flush()
    _write_dues(work, row, queries.dues_of(work, row))
    work.session.add(
        ComplaintStep(
            complaint_id=row.id,
            seq=row.version,
            step=step,
            state=row.state,
            taken_on=work.today,
            person_id=work.actor.person_id,
            office_code=work.actor.office_code,
            note=note,
            recorded_at=work.now,
        )
    )
    codes: dict[str, Any] = {"state": row.state, "ground": row.ground, "outcome": row.outcome}
    said = {name: code for name, code in codes.items() if code is not None}
    content = {"complaint": row.id, **said}
    effects = [Effect(ACTS[step], row.id, content)] if step in LEGAL else []
    work.record(ACTS[step], Subject("complaint", row.id), effects=effects, **said)
