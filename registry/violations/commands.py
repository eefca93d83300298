"""Recording violations and what became of them: the only writer of these rows.

Which row is which decision and violation is told by `identity.py`; what a recorded violation may
do — score, show — by `effects.py`. Nothing is overwritten: every change is a further version.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col, select

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.bearers import Bearers
from registry.commands import Outcome
from registry.errors import Conflict, Malformed, NotFound, pointing_into
from registry.gaps import warnings_of
from registry.store.versions import one_writer, succeed, unmoved
from registry.violations import queries
from registry.violations.batch import Batch, decision_columns, refuse_impossible
from registry.violations.before import KnownDecisions, said_by_decision, said_by_violation
from registry.violations.effects import ended, law_of, unusual_fine
from registry.violations.forms import ChangeDecisionStanding, CorrectViolation, RecordViolation
from registry.violations.identity import DecisionSaid, decision_said, violation_said
from registry.violations.tables import PenaltyDecision, Violation

__all__ = [
    "ChangeDecisionStanding",
    "CorrectViolation",
    "RecordViolation",
    "change_decision_standing",
    "correct_violation",
    "mark_violation",
    "reclassify_incomplete",
    "record_violation",
    "record_violations",
    "repair_violation",
    "revoke_repair_of_violation",
]


def record_violation(work: Work, command: RecordViolation) -> Outcome:
    """Record one violation found by a penalty decision.

    Raises:
        NotFound: There is no such business.
        Malformed: A day lies ahead, an amount or quantity is too small, a code or region is none.
        Conflict: The decision, its source or the same conduct is on record with other content, or
            the decision was annulled.
        Forbidden: The office does not answer for the region of the deciding authority.
    """
    return record_violations(work, [command])[0].raised()


def record_violations(work: Work, commands: Sequence[RecordViolation]) -> list[Outcome]:
    """Record many violations in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others. A fine
        above the range of the rulebook is recorded with a warning.

    Raises:
        Forbidden: The office does not answer for one of the regions.

    Source: Order 45 (国家市场监督管理总局令第45号): who handles the case enters it.
    """
    one_writer(work.session, "violations")
    batch = Batch(work, commands)
    outcomes = [batch.take(command) for command in commands]
    batch.write(commands)
    return outcomes


def change_decision_standing(work: Work, command: ChangeDecisionStanding) -> Outcome:
    """Record that a decision came under review, was annulled, or is in force again.

    An annulled decision's violations stop counting and showing on that day; days before it still
    compute as they did. One under review is shown as such, and does not count.

    Raises:
        NotFound: There is no such decision.
        Conflict: The version is stale, or the decision stands so already.
        Malformed: The day lies ahead or before the decision.
        Forbidden: The office does not answer for the region of the deciding authority.
    """
    one_writer(work.session, "violations")
    current = _decision(work, command.decision_id, command.expected_version)
    work.require("officer", current.region)
    if current.standing == command.standing:
        raise Conflict("violation.standing_unchanged", id=command.decision_id, standing=command.standing)
    _refuse_outside(work, current, command.changed_on, "changed_on")
    annulled_on = command.changed_on if command.standing == "annulled" else None
    decision = succeed(work.session, current, work.now, standing=command.standing, held_to_on=annulled_on)
    violations = queries.violations_of_decision(work.session, decision.decision_id)
    business_ids = {violation.business_id for violation in violations}
    for violation in violations:
        _settle(work, decision, violation, {})
    work.record(
        "decision.standing_changed",
        Subject("decision", decision.decision_id),
        concerns=sorted(business_ids),
        standing=command.standing,
        changed_on=command.changed_on.isoformat(),
        reason=command.reason,
        version=decision.version,
    )
    return Outcome("changed", decision.decision_id)


def correct_violation(work: Work, command: CorrectViolation) -> Outcome:
    """Correct a violation and its decision to what is stated; the other violations follow suit.

    Raises:
        NotFound: There is no such violation or business.
        Conflict: The version is stale, the number or source belongs to another decision, the
            decision found the conduct already, it has further violations and the party differs, or
            one of its violations would read as one of another decision.
        Malformed: As for recording.
        Forbidden: The office does not answer for the region of the deciding authority.

    Source: Order 45: inaccurate publication is corrected promptly.
    """
    one_writer(work.session, "violations")
    current = _violation(work, command.violation_id, command.expected_version)
    decision = _decision(work, current.decision_id)
    work.require("officer", decision.region)
    law = law_of(work.rulebook, work.today)
    siblings = queries.violations_of_decision(work.session, decision.decision_id)
    with pointing_into("what"):
        work.require("officer", command.what.region, "region")
        refuse_impossible(law, command.what)
        said = _restated(work, current, siblings, command.what)
    concerned = {current.business_id, said.business_id}
    rewritten = _rewrite(work, decision, command.what, said)
    stated = {**violation_said(command.what)._asdict(), "business_id": said.business_id}
    changed = rewritten is not decision
    for sibling in siblings:
        mine = sibling.violation_id == command.violation_id
        changed = _settle(work, rewritten, sibling, stated if mine else {}) or changed
    if not changed:
        return Outcome("unchanged", command.violation_id)
    work.record(
        "violation.corrected",
        Subject("violation", command.violation_id),
        concerns=sorted(concerned),
        reason=command.reason,
        digest=digest_of([command.model_dump(mode="json")]),
    )
    unusual = unusual_fine(law, said, command.what.quantity, command.what.conduct_code)
    lacks = warnings_of(law.effects(command.what.conduct_code, said).incomplete)
    return Outcome("changed", command.violation_id, warnings=(*filter(None, [unusual]), *lacks))


def _restated(
    work: Work, current: Violation, siblings: Sequence[Violation], what: RecordViolation
) -> DecisionSaid:
    """Return what a correction says of a decision, unless that makes two records of one."""
    bearers = Bearers(work.session, {what.business_id})
    said = decision_said(bearers.of(what.business_id).id, what)
    _refuse_taken(work, current, siblings, what, said)
    known = KnownDecisions(work.session, bearers, [what])
    for one in siblings:
        mine = one.violation_id == current.violation_id
        violation = violation_said(what) if mine else said_by_violation(one)
        known.refuse_alike(current.decision_id, said, violation, what.source_key)
    return said


def _rewrite(
    work: Work, decision: PenaltyDecision, what: RecordViolation, said: DecisionSaid
) -> PenaltyDecision:
    """Write the next version of a decision if it is stated otherwise than recorded."""
    before = said_by_decision(said.business_id, decision)
    if before == said and (decision.source_key, decision.source) == (what.source_key, what.source):
        return decision
    return succeed(
        work.session,
        decision,
        work.now,
        **decision_columns(said),
        held_from_on=what.decided_on.exact(),
        source_key=what.source_key,
        source=what.source,
    )


def repair_violation(work: Work, violation_id: str, expected_version: int, repaired_on: date) -> Outcome:
    """Record that a violation was repaired (信用修复): it stops counting and showing on that day.

    Whether the person may grant it, and whether the law does, was decided by the caller.

    Raises:
        NotFound: There is no such violation.
        Conflict: The version is stale, it is repaired already, or its decision was annulled.
        Malformed: The day lies ahead or before the decision.
    """
    one_writer(work.session, "violations")
    current = _violation(work, violation_id, expected_version)
    decision = _decision(work, current.decision_id)
    if current.repaired_on is not None:
        raise Conflict("violation.repaired", violation_id=violation_id, day=current.repaired_on.isoformat())
    if decision.standing == "annulled":
        raise Conflict("violation.decision_annulled", id=decision.decision_id)
    _refuse_outside(work, decision, repaired_on, "repaired_on")
    business_id = current.business_id
    _settle(work, decision, current, {"repaired_on": repaired_on})
    work.record(
        "violation.repaired",
        Subject("violation", violation_id),
        concerns=[business_id],
        repaired_on=repaired_on.isoformat(),
    )
    return Outcome("changed", violation_id)


def revoke_repair_of_violation(work: Work, violation_id: str, expected_version: int) -> Outcome:
    """Record that a repair was revoked: from today the violation counts again and is shown anew.

    Whether the person may revoke it was decided by the caller.

    Raises:
        NotFound: There is no such violation.
        Conflict: The version is stale, it is not repaired, or its decision was annulled.
    """
    one_writer(work.session, "violations")
    current = _violation(work, violation_id, expected_version)
    decision = _decision(work, current.decision_id)
    if current.repaired_on is None:
        raise Conflict("violation.not_repaired", violation_id=violation_id)
    if decision.standing == "annulled":
        raise Conflict("violation.decision_annulled", id=decision.decision_id)
    business_id = current.business_id
    _settle(work, decision, current, {"repaired_on": None, "restarted_on": work.today})
    work.record(
        "violation.repair_revoked",
        Subject("violation", violation_id),
        concerns=[business_id],
        restarted_on=work.today.isoformat(),
    )
    return Outcome("changed", violation_id)


def mark_violation(work: Work, violation: Violation, objected_on: date | None) -> None:
    """Mark a violation as under objection since a day, or take the mark away with None."""
    if violation.objected_on != objected_on:
        succeed(work.session, violation, work.now, objected_on=objected_on)


def reclassify_incomplete(work: Work, region: str) -> int:
    """Class incomplete violations of a region again, under the law that is now known.

    Args:
        work: The act.
        region: GB/T 2260 of the deciding authorities; a prefix, empty for the whole country.

    Returns:
        How many of them changed.

    Raises:
        Forbidden: The office does not answer for the region.
    """
    work.require("officer", region)
    one_writer(work.session, "violations")
    concerned: list[str] = []
    for violation, decision in queries.incomplete_with_decisions(work.session, region):
        business_id = violation.business_id
        if _settle(work, decision, violation, {}):
            concerned.append(business_id)
    if concerned:
        work.record(
            "violations.reclassified",
            Subject("region", region or "000000"),
            concerns=dict.fromkeys(concerned),
            written=len(concerned),
        )
    return len(concerned)


def _settle(work: Work, decision: PenaltyDecision, violation: Violation, stated: Mapping[str, Any]) -> bool:
    """Write the next version of a violation if its statement, class or end differs; say whether."""
    conduct_code = stated.get("conduct_code", violation.conduct_code)
    said = said_by_decision(violation.business_id, decision)
    restarted_on = stated.get("restarted_on", violation.restarted_on)
    effects = law_of(work.rulebook, work.today).effects(conduct_code, said, restarted_on)
    repaired_on = stated.get("repaired_on", violation.repaired_on)
    columns = {**effects.columns(), **stated, **ended(effects, repaired_on, decision.held_to_on)}
    if all(getattr(violation, name) == value for name, value in columns.items()):
        return False
    succeed(work.session, violation, work.now, **columns)
    return True


def _violation(work: Work, violation_id: str, expected_version: int) -> Violation:
    statement = (
        select(Violation)
        .where(Violation.violation_id == violation_id)
        .where(col(Violation.superseded_at).is_(None))
    )
    current = unmoved(lambda: work.session.exec(statement).one_or_none(), expected_version)
    if current is None:
        raise NotFound("violation.unknown", violation_id=violation_id)
    return current


def _decision(work: Work, decision_id: str, expected_version: int | None = None) -> PenaltyDecision:
    current = queries.decision(work.session, decision_id)
    if current is None:
        raise NotFound("violation.decision_unknown", decision_id=decision_id)
    if expected_version is not None and current.version != expected_version:
        raise Conflict("version.stale", field="expected_version", current=current.version)
    return current


def _refuse_outside(work: Work, decision: PenaltyDecision, day: date, field: str) -> None:
    if day > work.today:
        raise Malformed("day.ahead", field=field, day=day.isoformat())
    if decision.decided_on is not None and day < decision.decided_on:
        raise Malformed("violation.before_decision", field=field, day=day.isoformat())


def _refuse_taken(
    work: Work,
    current: Violation,
    siblings: Sequence[Violation],
    what: RecordViolation,
    said: DecisionSaid,
) -> None:
    """Refuse a correction that would make two records of one."""
    others = [sibling for sibling in siblings if sibling.violation_id != current.violation_id]
    if others and said.business_id != current.business_id:
        raise Conflict("violation.party_changed", field="business_id", id=current.decision_id)
    taken = _other_decision(work, current.decision_id, what, said)
    key = violation_said(what).key
    if taken is not None or key in [(one.conduct_code, one.instrument_kind) for one in others]:
        raise Conflict(
            "violation.decision_duplicate",
            field="decision_no",
            decision_no=said.decision_no or current.decision_id,
            authority=said.authority,
            id=taken or current.decision_id,
        )


def _other_decision(work: Work, decision_id: str, what: RecordViolation, said: DecisionSaid) -> str | None:
    """Return a decision on record, other than this one, that has the number or the source already."""
    same: list[ColumnElement[bool]] = []
    if said.decision_no is not None:
        same.append(col(PenaltyDecision.decision_no) == said.decision_no)
    if what.source_key is not None:
        same.append(col(PenaltyDecision.source_key) == what.source_key)
    others = work.session.exec(
        select(PenaltyDecision, Violation.business_id)
        .join(Violation, col(Violation.decision_id) == col(PenaltyDecision.decision_id))
        .where(col(PenaltyDecision.superseded_at).is_(None))
        .where(col(Violation.superseded_at).is_(None))
        .where(PenaltyDecision.decision_id != decision_id)
        .where(or_(false(), *same))
    ).all()
    for row, business_id in others:
        other = said_by_decision(business_id, row)
        numbered = said.decision_no is not None and other.decision_no == said.decision_no
        sourced = what.source_key is not None and row.source_key == what.source_key
        if sourced or (numbered and (other.authority_key == said.authority_key or other.may_be(said))):
            return row.decision_id
    return None
