"""Leading a proposal through its procedure; the only writer of proposals and their steps.

Each step has its person, its legal day, its document and the deadline that it opens. The day is
the day of the act: only the service of a notice, which is proved by a document, may lie before it,
and never before the step that went ahead.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import Field
from sqlmodel import Session

from registry.audit.work import Subject, Work
from registry.businesses.persons import is_natural_person
from registry.businesses.tables import Business, BusinessVersion
from registry.calendar import add_months
from registry.commands import Command, Outcome
from registry.documents.tables import Document
from registry.errors import Conflict, Forbidden, Malformed, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.lists import entries, queries
from registry.lists.rules import (
    CHECKED_AGAIN,
    OF_ONE_CASE,
    RED_RECORD,
    Fact,
    Step,
    following_step,
    last_day,
    one_regime,
    opening_step,
    quoted,
    refuse_before_elapsed,
    refuse_unfit_grounds,
)
from registry.lists.tables import Proposal, ProposalStep
from registry.log.leaves import Effect
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.rulebook import Deadline, ListRegime
from registry.store.versions import one_writer


class ProposeListing(Command):
    """Open a case for listing a business."""

    regime: str
    business_id: str
    origin: Literal["propose", "nominate", "apply"] = Field(description="`propose` for black lists.")
    ground: str = Field(min_length=1, max_length=2000, description="In words that may be published.")
    evidence: tuple[str, ...] = Field(min_length=1, max_length=100, description="Fact identifiers.")
    document_id: str
    note: str | None = Field(default=None, max_length=2000)


class TakeStep(Command):
    """Take the next step of a proposal."""

    proposal_id: str
    step: Literal[
        "serve_notice",
        "hear",
        "note_silence",
        "review",
        "consent",
        "decide",
        "publish",
        "check",
        "publicise",
        "list",
        "drop",
    ]
    expected_version: int
    document_id: str
    served_on: date | None = Field(default=None, description="Day of service, for `serve_notice` alone.")
    note: str | None = Field(default=None, max_length=2000)


def propose_listing(work: Work, command: ProposeListing) -> Outcome:
    """Open a case for listing a business, on facts that are complete, effective and final.

    Raises:
        NotFound: There is no such business or document.
        Forbidden: The office does not supervise the region.
        RuleRefused: The list has no legal basis or takes no proposals, the subject may not be
            named, a fact does not carry the listing, or a document is of the wrong kind.
        Conflict: The business is on that list, or a case is open already.
    """
    found = queries.subject(work.session, command.business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=command.business_id)
    known = found[1]
    work.require("officer", known.region)
    regime = one_regime(work.rulebook, command.regime, known.region, work.today)
    step = opening_step(regime.colour, command.origin)
    _refuse_subject(regime, *found)
    _refuse_second(work.session, command)
    _refuse_document(work.session, command.document_id, step)
    facts = checked_facts(work, regime, command.business_id, command.evidence)
    proposal = Proposal(
        id=new_id(),
        version=1,
        regime=regime.code,
        colour=regime.colour,
        business_id=command.business_id,
        region=known.region,
        state=step.after,
        ground=command.ground,
        evidence=[fact.id for fact in facts],
        proposed_by_person=work.actor.person_id,
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    work.session.add(proposal)
    work.session.flush()
    _write_step(work, proposal, step, taken_on=work.today, document_id=command.document_id, note=command.note)
    _record(work, proposal, step)
    return Outcome("created", proposal.id)


def take_step(work: Work, command: TakeStep) -> Outcome:
    """Take the next step of a proposal; the last one puts the business on the list.

    Returns:
        The proposal; after `publish` and `list`, the entry.

    Raises:
        NotFound: There is no such proposal or document.
        Forbidden: The person may not take this step: role, region, level or office.
        Conflict: The proposal has moved on.
        Malformed: A day of service lies ahead, or before the last step.
        RuleRefused: The procedure, a running period, a missing consent, the same person, a
            document of the wrong kind, or facts that no longer hold.
    """
    proposal = _proposal(work.session, command)
    regime = one_regime(work.rulebook, proposal.regime, proposal.region, work.today)
    step = following_step(
        proposal.colour, command.step, proposal.state, consent_required=regime.consent_required
    )
    before = queries.steps(work.session, proposal.id)
    _refuse_person(work, proposal, regime, step, before)
    _refuse_document(work.session, command.document_id, step)
    taken_on = _day(work, command, before[-1].taken_on)
    if step.waits:
        _refuse_early(work, proposal, before)
    facts = queries.facts(work.session, proposal.evidence, work.today)
    if step.name in CHECKED_AGAIN:
        facts = checked_facts(work, regime, proposal.business_id, proposal.evidence)
    _advance(work, proposal, step, taken_on)
    _write_step(work, proposal, step, taken_on=taken_on, document_id=command.document_id, note=command.note)
    if not step.closes or step.after == "dropped":
        _record(work, proposal, step)
        return Outcome("changed", proposal.id)
    entry = entries.enter(work, proposal, regime, step.after, facts)
    _record(work, proposal, step, entry_id=entry.entry_id)
    return Outcome("created", entry.entry_id)


def _proposal(session: Session, command: TakeStep) -> Proposal:
    proposal = session.get(Proposal, command.proposal_id, with_for_update=True, populate_existing=True)
    if proposal is None:
        raise NotFound("proposal.unknown", field="proposal_id", proposal_id=command.proposal_id)
    if proposal.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=proposal.version)
    return proposal


def _refuse_subject(
    regime: ListRegime, business: Business, known: BusinessVersion, has_trade_name: bool
) -> None:
    """Refuse subjects that no list may name, and natural persons where this one may not."""
    if business.standing != "named" or known.name is None:
        raise RuleRefused("listing.unnamed", field="business_id", standing=business.standing)
    person = is_natural_person(known.kind, known.name, known.uscc)
    person = person and (known.kind == "natural_person" or not has_trade_name)
    if person and not regime.natural_persons_named:
        raise RuleRefused(
            "listing.natural_person", field="business_id", regime=regime.code, source=quoted(regime)
        )
    if regime.sectors is not None and known.sector not in regime.sectors:
        raise RuleRefused(
            "listing.sector",
            field="business_id",
            regime=regime.code,
            sector=known.sector,
            source=quoted(regime),
        )


def _refuse_second(session: Session, command: ProposeListing) -> None:
    one_writer(session, "proposals")
    if queries.standing_entry(session, command.regime, command.business_id) is not None:
        raise Conflict("listing.listed_already", field="business_id", regime=command.regime)
    if queries.open_proposal(session, command.regime, command.business_id) is not None:
        raise Conflict("listing.proposed_already", field="business_id", regime=command.regime)


def _refuse_document(session: Session, document_id: str, step: Step) -> None:
    document = session.get(Document, document_id)
    if document is None:
        raise NotFound("document.unknown", field="document_id", document_id=document_id)
    if document.kind not in step.documents:
        raise RuleRefused(
            "step.document_kind",
            field="document_id",
            step=step.name,
            kind=document.kind,
            kinds=", ".join(step.documents),
        )
    if document.kind in OF_ONE_CASE and queries.document_used(session, document_id):
        raise RuleRefused("step.document_used", field="document_id", kind=document.kind)


def _refuse_person(
    work: Work, proposal: Proposal, regime: ListRegime, step: Step, before: Sequence[ProposalStep]
) -> None:
    """Refuse a person without the role, of the wrong office or level, who proposed it or consented to it."""
    work.require(step.role, proposal.region)
    if (step.another_person or step.superior) and work.actor.person_id == proposal.proposed_by_person:
        raise RuleRefused("step.same_person", field="step", step=step.name)
    office = work.session.get(Office, work.actor.office_code)
    if step.another_person and (office is None or office.level not in regime.decided_by):
        raise Forbidden(
            "step.level",
            field="step",
            step=step.name,
            levels=", ".join(regime.decided_by),
            source=quoted(regime),
        )
    consented = {taken.person_id for taken in before if taken.step == "consent"}
    if step.another_person and work.actor.person_id in consented:
        raise RuleRefused("step.consented", field="step", step=step.name)
    if step.superior:
        proposing = before[0].office_code
        below = work.session.get(Office, proposing)
        if below is None or below.superior_code != work.actor.office_code:
            raise Forbidden("step.not_superior", field="step", step=step.name, office=proposing)


def _day(work: Work, command: TakeStep, not_before: date) -> date:
    """Return the legal day of a step: today, or the proved day of service."""
    day = command.served_on or work.today
    if command.served_on is not None and command.step != "serve_notice":
        raise Malformed("step.day_is_today", field="served_on", step=command.step)
    if day > work.today:
        raise Malformed("day.ahead", field="served_on", day=day.isoformat())
    if day < not_before:
        raise Malformed(
            "step.before_last", field="served_on", day=day.isoformat(), last=not_before.isoformat()
        )
    return day


def _refuse_early(work: Work, proposal: Proposal, before: Sequence[ProposalStep]) -> None:
    """Refuse while the period that an earlier step opened still runs."""
    opening = next((step for step in reversed(before) if step.deadline_on is not None), None)
    if opening is None or opening.deadline_on is None:
        raise RuleRefused("step.no_period", field="step")
    refuse_before_elapsed(
        work.rulebook,
        str(opening.detail["rule"]),
        proposal.region,
        opened_on=opening.taken_on,
        last_on=opening.deadline_on,
        today=work.today,
    )


def checked_facts(work: Work, regime: ListRegime, business_id: str, evidence: Sequence[str]) -> list[Fact]:
    """Return the facts that a listing rests on, checked for today, as is whom it would name.

    Raises:
        NotFound: One of them, or the business, is not on record.
        RuleRefused: One does not carry the listing, a red candidate has a violation, or the
            subject may not be named: it was changed since the case was opened.
    """
    found = queries.subject(work.session, business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=business_id)
    _refuse_subject(regime, *found)
    facts = queries.facts(work.session, evidence, work.today)
    missing = sorted(set(evidence) - {fact.id for fact in facts})
    if missing:
        raise NotFound("ground.unknown", field="evidence", fact=missing[0])
    refuse_unfit_grounds(regime, business_id, facts)
    if regime.colour == "red":
        _refuse_blemished(work, regime, business_id)
    return facts


def _refuse_blemished(work: Work, regime: ListRegime, business_id: str) -> None:
    """Refuse to praise who has an effective violation that is not repaired."""
    rule = work.rulebook.in_force(Deadline, regime.jurisdiction, work.today).get(RED_RECORD)
    since = add_months(work.today, -rule.amount) if rule is not None and rule.amount is not None else None
    against = queries.unrepaired(work.session, business_id, work.today, since)
    if against:
        raise RuleRefused(
            "listing.blemished", field="business_id", violation=against[0], source=quoted(rule or regime)
        )


def _advance(work: Work, proposal: Proposal, step: Step, taken_on: date) -> None:
    proposal.version += 1
    proposal.state = step.after
    if step.another_person:
        proposal.decided_by_person = work.actor.person_id
    if step.opens is not None:
        proposal.next_deadline_on = _deadline(work, proposal, step, taken_on)
    elif step.waits or step.closes:
        proposal.next_deadline_on = None
    if step.closes:
        proposal.closed_on = work.today
    work.session.add(proposal)
    work.session.flush()


def _deadline(work: Work, proposal: Proposal, step: Step, taken_on: date) -> date | None:
    if step.opens is None:
        return None
    return last_day(work.rulebook, step.opens, proposal.region, taken_on, calendar_overrides(work.session))


def _write_step(
    work: Work, proposal: Proposal, step: Step, *, taken_on: date, document_id: str, note: str | None
) -> None:
    work.session.add(
        ProposalStep(
            proposal_id=proposal.id,
            seq=proposal.version,
            step=step.name,
            state=step.after,
            taken_on=taken_on,
            deadline_on=_deadline(work, proposal, step, taken_on),
            person_id=work.actor.person_id,
            office_code=work.actor.office_code,
            document_id=document_id,
            note=note,
            detail={"rule": step.opens, "rulebook": work.rulebook.hash, "evidence": proposal.evidence},
            recorded_at=work.now,
        )
    )
    work.session.flush()


def _record(work: Work, proposal: Proposal, step: Step, entry_id: str | None = None) -> None:
    """Write audit entry, outbox and leaf; the leaf commits to identifiers, never to a name."""
    act = f"proposal.{step.after}"
    content = {
        "proposal": proposal.id,
        "regime": proposal.regime,
        "step": step.name,
        "state": step.after,
        "entry": entry_id,
    }
    work.record(
        act,
        Subject("proposal", proposal.id),
        concerns=[proposal.business_id] if entry_id else (),
        effects=[Effect(act, entry_id or proposal.id, content)],
        step=step.name,
        regime=proposal.regime,
        business=proposal.business_id,
        entry=entry_id,
    )
