"""What may follow in a case for the person who looks at it: each step, and why not now where not."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.audit.work import Work
from registry.documents.forms import Kind
from registry.documents.papers import issued
from registry.errors import Refusal
from registry.lists import casefile, conditions, party
from registry.lists.following import HEARING_DUE, following_step
from registry.lists.procedures import PROCEDURES, Step
from registry.lists.tables import Proposal, ProposalStep
from registry.rulebook import ListRegime

BY_OTHERS = ("withdraw_hearing",)  # what the party or the public sets going, beside what they say


@dataclass(frozen=True)
class Possible:
    """A step that the procedure knows from here.

    Attributes:
        refusal: Why this person may not take it now; None: it may be taken.
        paper: The paper that must be issued before it and was not yet; None: none is missing.
        awaited: True where the office itself is to go on with it.
    """

    step: Step
    refusal: Refusal | None
    paper: Kind | None
    awaited: bool


def possible_steps(
    work: Work, proposal: Proposal, before: Sequence[ProposalStep], regime: ListRegime | None
) -> tuple[Possible, ...]:
    """Return the steps that the procedure knows from here, as they stand for who looks.

    What only the content of the step decides, such as its document, is judged when it is taken.

    Args:
        work: Of the person who looks.
        proposal: The case.
        before: Its steps, in order.
        regime: Its list as it is in force; None: it is not, and nothing may follow.
    """
    if regime is None or proposal.closed_on is not None:
        return ()
    found = []
    for step in PROCEDURES[proposal.colour]:
        if not _is_offered(step, proposal, regime, before):
            continue
        refusal = _refusal(work, proposal, regime, step, before)
        paper = None if refusal is not None or step.issues or step.paper is None else step.paper
        if paper is not None and issued(work.session, proposal.id, paper, step.name) is not None:
            paper = None
        found.append(Possible(step, refusal, paper, is_awaited(step)))
    return tuple(found)


def is_awaited(step: Step) -> bool:
    """Say whether a case waits for the office itself to take a step, once it may be taken."""
    return step.within is None and step.name not in BY_OTHERS and step.after != "dropped"


def _is_offered(step: Step, proposal: Proposal, regime: ListRegime, before: Sequence[ProposalStep]) -> bool:
    """Say whether a step belongs here: also the one that a hearing or a missing consent holds up."""
    if "answers" in step.needs and not casefile.unanswered(before):
        return False
    if step.name == "consent" and not regime.consent_required:
        return False
    held_up = proposal.state in HEARING_DUE and step.name == "review"
    return held_up or proposal.state in step.before


def _refusal(
    work: Work, proposal: Proposal, regime: ListRegime, step: Step, before: Sequence[ProposalStep]
) -> Refusal | None:
    answered = casefile.unanswered(before) if "answers" in (*step.needs, *step.takes) else ()
    try:
        following_step(proposal.colour, step.name, proposal.state, consent_required=regime.consent_required)
        conditions.refuse_objected(proposal, step)
        conditions.refuse_person(work, proposal, regime, step, before)
        party.refuse_late(work, proposal, step, before)
        conditions.refuse_early(work, proposal, step, before)
        conditions.refuse_unheard(step, before, {"answers": [{"point": one} for one in answered]})
    except Refusal as refused:
        return refused
    return None
