"""The party itself in a case about it: it speaks for its own business, today, in time, on its own papers.

It takes the very steps in which an officer would record the same. What reaches an office late by post
is recorded as late and weighed; at its own desk the party is told the rule and its last day instead.
"""

from collections.abc import Sequence

from registry.audit.work import Work
from registry.documents.queries import refuse_of_others
from registry.errors import Malformed, RuleRefused
from registry.lists import casefile
from registry.lists.details import StepOnPaper
from registry.lists.procedures import Step
from registry.lists.tables import Proposal, ProposalStep
from registry.rulebook import Deadline
from registry.rulebook.periods import quoted


def takes_itself(work: Work, proposal: Proposal, step: Step) -> bool:
    """Say whether who acts is the party, and the step one that a party may take."""
    return step.party and work.actor.is_party(proposal.business_id, proposal.region)


def refuse_late(work: Work, proposal: Proposal, step: Step, before: Sequence[ProposalStep]) -> None:
    """Refuse the party whose period has gone by.

    Raises:
        RuleRefused: With the last day of the period and its source.
    """
    if step.within is None or not takes_itself(work, proposal, step):
        return
    running = casefile.period(before, step.within)
    if running is None:
        raise RuleRefused("step.no_period", field="step")
    if work.today > running.last_on:
        rule = work.rulebook.find(Deadline, running.rule, proposal.region, running.opened_on)
        raise RuleRefused(
            "step.period_over",
            field="step",
            rule=running.rule,
            until=running.last_on.isoformat(),
            source=quoted(rule),
        )


def refuse_amiss(
    work: Work, proposal: Proposal, step: Step, before: Sequence[ProposalStep], command: StepOnPaper
) -> None:
    """Refuse a party that is late, dates its own words, or rests on papers that it did not hand in.

    Raises:
        RuleRefused: Its period has gone by.
        Malformed: It names a day of receipt: what comes at the desk comes today.
        NotFound: A document is not its own.
    """
    if not takes_itself(work, proposal, step):
        return
    refuse_late(work, proposal, step, before)
    if command.received_on is not None:
        raise Malformed("step.detail_unwanted", field="received_on", step=step.name, detail="received_on")
    if command.document_id is not None:
        refuse_of_others(work.session, command.document_id, proposal.business_id, "document_id")
    for number, document_id in enumerate(command.exhibits or ()):
        refuse_of_others(work.session, document_id, proposal.business_id, f"exhibits.{number}")
