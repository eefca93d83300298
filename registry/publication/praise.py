"""Praise under a cloud, and praise prolonged: a red entry suspended or renewed by who may decide."""

from pydantic import Field

from registry.audit.work import Work
from registry.commands import Outcome
from registry.errors import RuleRefused
from registry.lists import entries
from registry.lists.conditions import checked_facts
from registry.lists.details import PaperWords
from registry.lists.rules import one_regime, publish_until
from registry.lists.tables import Proposal
from registry.log import events
from registry.publication.editions import take_back
from registry.publication.withdrawal import document_of, record_change, unended
from registry.rulebook.periods import quoted


class SuspendEntry(PaperWords):
    """Suspend a red entry while an effective violation stands against the business."""

    entry_id: str
    expected_version: int
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


class RenewEntry(PaperWords):
    """Renew or restore a red entry for another term."""

    entry_id: str
    expected_version: int
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


def suspend_entry(work: Work, command: SuspendEntry) -> Outcome:
    """Suspend a red entry: it is not shown, and files lose it, until it is renewed or cancelled.

    Raises:
        NotFound: There is no such entry or document.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        RuleRefused: It is no red entry that is shown.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    work.require("approver", entry.region)
    if entry.colour != "red" or entry.state != "listed":
        raise RuleRefused("entry.not_red_and_listed", field="entry_id", state=entry.state)
    document = document_of(work, entry, "suspend", command.document_id)
    take_back(work.session, [entry.entry_id])
    events.unlink(work.session, [entry.entry_id])
    record_change(work, "entry.suspended", [entries.suspend(work, entry)], document=document)
    return Outcome("changed", entry.entry_id)


def renew_entry(work: Work, command: RenewEntry) -> Outcome:
    """Renew a red entry for another term from today, on the same conditions as at first.

    Raises:
        NotFound: There is no such entry or document, or a fact it rests on is gone.
        Conflict: The entry has moved on, or ended before.
        Forbidden: The person may not decide in that region.
        RuleRefused: It is no red entry, the person proposed it, or the conditions no longer hold.
    """
    entry = unended(work, command.entry_id, command.expected_version)
    work.require("approver", entry.region)
    proposal = work.session.get(Proposal, entry.proposal_id) if entry.proposal_id else None
    if entry.colour != "red" or proposal is None:
        raise RuleRefused("entry.not_red_and_listed", field="entry_id", state=entry.state)
    if proposal.proposed_by_person == work.actor.person_id:
        raise RuleRefused("step.same_person", field="entry_id", step="renew")
    document = document_of(work, entry, "renew", command.document_id)
    regime = one_regime(work.rulebook, entry.regime, entry.region, work.today)
    facts = checked_facts(work, regime, entry.business_id, proposal.evidence)
    renewed = entries.renew(work, entry, publish_until(regime, work.today, facts))
    record_change(work, "entry.renewed", [renewed], document=document, rule=quoted(regime))
    return Outcome("changed", entry.entry_id)
