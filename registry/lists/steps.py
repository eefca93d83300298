"""Opening a case and writing its steps: the rows, the audit entry and the leaf of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import Field

from registry.audit.work import Subject, Work
from registry.commands import Command, Outcome
from registry.errors import Conflict
from registry.identifiers import new_id
from registry.lists import dues, queries
from registry.lists.details import StepOnPaper
from registry.lists.procedures import Step
from registry.lists.rules import Fact
from registry.lists.tables import Proposal, ProposalStep
from registry.log.events import PublicEvent
from registry.log.leaves import Effect
from registry.rulebook import ListRegime
from registry.store.versions import one_writer


class OpenCase(Command):
    """What every command that opens a case states."""

    regime: str
    business_id: str
    ground: str = Field(min_length=1, max_length=2000, description="In words that may be published.")
    document_id: str
    note: str | None = Field(default=None, max_length=2000)


class Opening(NamedTuple):
    """What a case opens with: the command that states it, where, on which facts, of which market."""

    command: OpenCase
    region: str
    facts: Sequence[Fact]
    market_id: str | None = None


def open_case(
    work: Work, regime: ListRegime, step: Step, opening: Opening, detail: Mapping[str, Any]
) -> Outcome:
    """Write a case whose conditions were checked, with its first step.

    Raises:
        Conflict: The business is on that list, or a case is open already.
    """
    command = opening.command
    _refuse_second(work, command)
    proposal = Proposal(
        id=new_id(),
        version=1,
        regime=regime.code,
        colour=regime.colour,
        business_id=command.business_id,
        region=opening.region,
        state=str(step.after),
        ground=command.ground,
        market_id=opening.market_id,
        evidence=[fact.id for fact in opening.facts],
        proposed_by_person=work.actor.person_id,
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    work.session.add(proposal)
    work.session.flush()
    dues.begin(work, proposal, step)
    stated = {**detail, "evidence": proposal.evidence}
    write_step(
        work,
        proposal,
        step,
        command,
        document_id=command.document_id,
        taken_on=work.today,
        detail=stated,
    )
    record(work, proposal, step)
    return Outcome("created", proposal.id)


def _refuse_second(work: Work, command: OpenCase) -> None:
    refuse_listed(work, command.regime, command.business_id)
    if queries.open_proposal(work.session, command.regime, command.business_id) is not None:
        raise Conflict("listing.proposed_already", field="business_id", regime=command.regime)


def refuse_listed(work: Work, regime: str, business_id: str) -> None:
    """Refuse a second entry of a business on a list, and wait for who writes one at this moment.

    Raises:
        Conflict: The business is on that list.
    """
    one_writer(work.session, "proposals")
    if queries.standing_entry(work.session, regime, business_id, work.today) is not None:
        raise Conflict("listing.listed_already", field="business_id", regime=regime)


def write_step(
    work: Work,
    proposal: Proposal,
    step: Step,
    command: OpenCase | StepOnPaper,
    *,
    document_id: str,
    taken_on: date,
    detail: Mapping[str, Any],
) -> None:
    last_on = [date.fromisoformat(day) for day in detail.get("periods", {}).values()]
    if last_on:
        proposal.next_deadline_on = max(last_on)
    elif step.waits or step.closes:
        proposal.next_deadline_on = None
    work.session.add(
        ProposalStep(
            proposal_id=proposal.id,
            seq=proposal.version,
            step=step.name,
            state=proposal.state,
            taken_on=taken_on,
            deadline_on=max(last_on, default=None),
            person_id=work.actor.person_id,
            office_code=work.actor.office_code,
            document_id=document_id,
            note=command.note,
            detail={**detail, "rulebook": work.rulebook.hash},
            recorded_at=work.now,
        )
    )
    work.session.flush()


def record(work: Work, proposal: Proposal, step: Step, public: PublicEvent | None = None) -> None:
    """Write audit entry, outbox and leaf; the leaf commits to identifiers, never to a name."""
    act = f"proposal.{step.after or step.name}"
    entry_id = public.entry_id if public else None
    content = {
        "proposal": proposal.id,
        "regime": proposal.regime,
        "step": step.name,
        "state": proposal.state,
        "entry": entry_id,
    }
    work.record(
        act,
        Subject("proposal", proposal.id),
        concerns=[proposal.business_id] if entry_id else (),
        effects=[Effect(act, entry_id or proposal.id, content, public)],
        step=step.name,
        regime=proposal.regime,
        business=proposal.business_id,
        entry=entry_id,
    )
