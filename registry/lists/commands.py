"""Leading a proposal through its procedure; the only writer of proposals and their steps.

Each step has its person, its legal day, its document, what it states, and the deadlines that it
opens. The day is the day of the act: only a service, which is proved by a document, may lie before
it, and never before the step that went ahead.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sqlmodel import Session

from registry.audit.work import Work
from registry.commands import Outcome
from registry.documents import papers
from registry.errors import Conflict, NotFound, RuleRefused
from registry.lists import casefile, conditions, dues, entries, grounds, party, queries
from registry.lists.conditions import checked_facts
from registry.lists.demands import Act, document_of
from registry.lists.details import StepOnPaper
from registry.lists.following import following_step, opening_step, state_after
from registry.lists.procedures import CHECKED_AGAIN, HEARING_NOTICE, Step
from registry.lists.rules import Fact, last_day, one_regime
from registry.lists.steps import OpenCase, Opening, open_case, record, refuse_listed, write_step
from registry.lists.tables import Proposal
from registry.overrides.queries import calendar_overrides
from registry.rulebook import Deadline
from registry.rulebook.periods import quoted

TAKEN_BACK = ("silence", "review", "consent", "decision", "repair_guide")  # fall when a case is heard again
DECIDED_BY = ("black.decide",)  # deadlines of the decision, owed again where it is taken back
ASKED_LATE = "申请听证（逾期）"


class ProposeListing(OpenCase):
    """Open a case for listing a business."""

    origin: Literal["propose", "nominate", "apply"] = Field(description="`propose` for black lists.")
    evidence: tuple[str, ...] = Field(default=(), max_length=100, description="Fact identifiers.")
    rules_document_id: str | None = Field(
        default=None, description="The market organiser's own rules, on which a card may rest instead."
    )


class TakeStep(StepOnPaper):
    """Take the next step of a proposal, with what it states."""

    step: Literal[
        "serve_notice",
        "record_statement",
        "request_hearing",
        "note_silence",
        "withdraw_hearing",
        "serve_hearing_notice",
        "hold_hearing",
        "review",
        "consent",
        "decide",
        "serve_decision",
        "answer",
        "publish",
        "check",
        "publicise",
        "record_objection",
        "answer_objection",
        "list",
        "give",
        "confirm",
        "drop",
    ]


def propose_listing(work: Work, command: ProposeListing) -> Outcome:
    """Open a case for listing a business, on facts that are complete, effective and final.

    Raises:
        NotFound: There is no such business or document.
        Forbidden: The office does not supervise the region.
        RuleRefused: The list has no legal basis or takes no proposals, the subject may not be
            named, a fact does not carry the listing, or a document does not fit.
        Conflict: The business is on that list, or a case is open already.
    """
    found = grounds.subject(work.session, command.business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=command.business_id)
    known = found[1]
    work.require("officer", known.region, "business_id")
    regime = one_regime(work.rulebook, command.regime, known.region, work.today)
    step = opening_step(regime.colour, command.origin)
    conditions.refuse_subject(regime, *found)
    conditions.refuse_document(work.session, command.document_id, step, known.region)
    market_id = conditions.market_of(work.session, regime, known, command.rules_document_id)
    if not command.evidence and command.rules_document_id is None:
        raise RuleRefused("ground.none", field="evidence", regime=regime.code)
    facts = checked_facts(work, regime, command.business_id, command.evidence)
    detail = {"rules": command.rules_document_id}
    return open_case(work, regime, step, Opening(command, known.region, facts, market_id), detail)


def take_step(work: Work, command: TakeStep) -> Outcome:
    """Take the next step of a proposal; the last one puts the business on the list.

    Returns:
        The proposal; after the last one, the entry.

    Raises:
        NotFound: There is no such proposal, document or account.
        Forbidden: The person may not take this step: role, region, level or office.
        Conflict: The proposal has moved on.
        Malformed: A day lies ahead or before the last step; a detail is missing or unwanted.
        RuleRefused: The procedure, a running period, a party's period gone by, an open point, a
            hearing that was asked for, a missing consent, the same person, a document that does not
            fit, or facts that no longer hold.
    """
    proposal = unmoved_proposal(work.session, command)
    regime = one_regime(work.rulebook, proposal.regime, proposal.region, work.today)
    step = following_step(
        proposal.colour, command.step, proposal.state, consent_required=regime.consent_required
    )
    act = Act(work, proposal, regime, step, command, queries.steps(work.session, proposal.id))
    conditions.refuse_objected(proposal, step)
    conditions.refuse_detail(step, command)
    conditions.refuse_person(work, proposal, regime, step, act.before)
    party.refuse_amiss(work, proposal, step, act.before, command)
    taken_on = conditions.day_of(work, command, act.before[-1].taken_on)
    document_id = document_of(act, taken_on)
    conditions.refuse_document(work.session, document_id, step, proposal.region, proposal.id)
    detail = _detail(act, taken_on)
    conditions.refuse_early(work, proposal, step, act.before)
    conditions.refuse_unheard(step, act.before, detail)
    again = step.name in CHECKED_AGAIN
    facts = checked_facts(work, regime, proposal.business_id, proposal.evidence) if again else []
    if again:
        _refuse_changed(act, facts)
    _advance(work, proposal, step, state_after(step, proposal.state, late=bool(detail.get("late"))))
    write_step(work, proposal, step, command, document_id=document_id, taken_on=taken_on, detail=detail)
    return _ended(act, facts)


def _ended(act: Act, facts: Sequence[Fact]) -> Outcome:
    """Record the step, and where it was the last one write the entry."""
    work, proposal, step = act.work, act.proposal, act.step
    if not step.closes or step.after == "dropped":
        record(work, proposal, step)
        return Outcome("changed", proposal.id)
    refuse_listed(work, proposal.regime, proposal.business_id)
    listed_on = casefile.listed_on(act.before) or work.today
    told = tuple(casefile.measures_told(act.before, act.regime.measures))
    regime = act.regime.model_copy(update={"measures": told})
    entry = entries.enter(work, proposal, regime, facts, listed_on)
    record(work, proposal, step, entries.public_event(entry))
    return Outcome("created", entry.entry_id)


def mark_proposal(work: Work, proposal: Proposal, objected_on: date | None) -> None:
    """Mark a case as under objection since a day, or take the mark away with None."""
    proposal.objected_on = objected_on
    work.session.add(proposal)
    work.session.flush()


def unmoved_proposal(session: Session, command: TakeStep) -> Proposal:
    """Return the case of a command, locked.

    Raises:
        NotFound: There is none.
        Conflict: It has moved on since it was seen.
    """
    proposal = queries.locked_proposal(session, command.proposal_id)
    if proposal is None:
        raise NotFound("proposal.unknown", field="proposal_id", proposal_id=command.proposal_id)
    if proposal.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=proposal.version)
    return proposal


def _detail(act: Act, taken_on: date) -> dict[str, Any]:
    """Return what the step states, with the periods that it opens and what follows from them."""
    work, proposal, step = act.work, act.proposal, act.step
    conditions.refuse_exhibits(work.session, act.command, step, proposal.region)
    detail = act.command.stated()
    if step.opens:
        held = calendar_overrides(work.session)
        periods = {
            rule: last_day(work.rulebook, rule, proposal.region, taken_on, held) for rule in step.opens
        }
        detail["periods"] = {rule: last_on.isoformat() for rule, last_on in periods.items()}
        _refuse_short_call(act, periods)
    if step.within is not None:
        detail |= _heard(act, step.within)
    if "served_by" in step.takes:
        detail["served_by"] = conditions.server(work, act.command)
    if step.name == "serve_notice":
        told: dict[str, Any] = {
            "ground": proposal.ground,
            "basis": quoted(act.regime),
            "measures": list(act.regime.measures),
        }
        facts = grounds.facts(work.session, proposal.evidence, work.today)
        told |= {"facts": {fact.id: fact.told() for fact in facts}}
        detail["notice"] = {**told, "rights": detail["periods"], "evidence": proposal.evidence}
    return detail


def _heard(act: Act, within: str) -> dict[str, Any]:
    """Return when it came, whether that was late, and a hearing asked for too late as a point."""
    running = casefile.period(act.before, within)
    if running is None:
        raise RuleRefused("step.no_period", field="step")
    asks = act.step.name == "request_hearing"
    if asks and (casefile.hearing_asked(act.before) or casefile.hearing_held(act.before)):
        raise RuleRefused("hearing.asked_already", field="step")
    came_on = conditions.received_on(act.work, act.command, running.opened_on)
    late = came_on > running.last_on
    said = {"received_on": came_on.isoformat(), "late": late, "rule": running.rule}
    return {**said, "points": [act.command.note or ASKED_LATE]} if asks and late else said


def _refuse_changed(act: Act, facts: Sequence[Fact]) -> None:
    """Refuse to go on with facts that are not those of which the party was told."""
    told = casefile.facts_told(act.before)
    changed = [fact.id for fact in facts if fact.id in told and fact.told() != told[fact.id]]
    if changed:
        raise RuleRefused("ground.changed", field="step", fact=changed[0], step=act.step.name)


def _refuse_short_call(act: Act, periods: Mapping[str, date]) -> None:
    """Refuse to call a hearing for a day before the time to prepare for it has gone by."""
    held_on = act.command.held_on
    if held_on is not None and held_on <= periods[HEARING_NOTICE]:
        rule = act.work.rulebook.find(Deadline, HEARING_NOTICE, act.proposal.region, act.work.today)
        raise RuleRefused(
            "hearing.too_soon",
            field="held_on",
            until=periods[HEARING_NOTICE].isoformat(),
            source=quoted(rule),
        )


def _advance(work: Work, proposal: Proposal, step: Step, state: str) -> None:
    """Move the case to its next state; what is said in time after a decision takes the decision back."""
    taken_back = step.within is not None and state != proposal.state
    reopened = proposal.decided_by_person is not None and taken_back
    if taken_back:
        papers.lapse(work, proposal.id, TAKEN_BACK, step.name)
    if step.name == "withdraw_hearing":
        papers.lapse(work, proposal.id, ("hearing_notice",), step.name)
    proposal.version += 1
    proposal.state = state
    if reopened:
        proposal.decided_by_person = None
    if step.another_person:
        proposal.decided_by_person = work.actor.person_id
    if step.closes:
        proposal.closed_on = work.today
    work.session.add(proposal)
    work.session.flush()
    dues.meet(work, proposal, None if step.closes or reopened else step.meets)
    if reopened:
        dues.owe_again(work, proposal, DECIDED_BY)
    dues.begin(work, proposal, step)
