"""What is new in a case since a person acted in it, and what is no longer as the notice said."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.audit.work import Work
from registry.lists import casefile, grounds
from registry.lists.tables import Proposal, ProposalStep
from registry.rulebook import ListRegime
from registry.rulebook.periods import quoted


@dataclass(frozen=True)
class FactChange:
    """A fact that is stated otherwise than in the notice: kind, day, types and penalties, then and now."""

    fact_id: str
    told: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """What a person has not seen yet.

    Attributes:
        since: The last step that the person took in the case; None: none.
        steps: What was done since by others; all of it where the person took none.
        facts: Facts that are no longer as the party was told.
        basis: What the notice named as its basis and what holds now, where they differ.
        measures: Measures that were told of and are no longer attached, and those added since.
    """

    since: ProposalStep | None
    steps: tuple[ProposalStep, ...]
    facts: tuple[FactChange, ...]
    basis: tuple[str, str] | None
    measures: tuple[tuple[str, ...], tuple[str, ...]]


def differences(
    work: Work, proposal: Proposal, taken: Sequence[ProposalStep], regime: ListRegime | None
) -> Differences:
    """Return what is new in a case for the person who looks at it.

    Args:
        work: Of that person.
        proposal: The case.
        taken: Its steps, in order.
        regime: Its list as it is in force, if it is.
    """
    own = [step for step in taken if step.person_id == work.actor.person_id]
    since = own[-1] if own else None
    told = casefile.notice(taken)
    basis: tuple[str, str] | None = None
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    if told is not None and regime is not None:
        basis = (told["basis"], quoted(regime)) if told["basis"] != quoted(regime) else None
        added = tuple(one for one in regime.measures if one not in told["measures"])
        gone = tuple(one for one in told["measures"] if one not in regime.measures)
    return Differences(
        since,
        tuple(step for step in taken if since is None or step.seq > since.seq),
        _changed_facts(work, proposal, taken),
        basis,
        (gone, added),
    )


def _changed_facts(work: Work, proposal: Proposal, taken: Sequence[ProposalStep]) -> tuple[FactChange, ...]:
    told = casefile.facts_told(taken)
    now = {fact.id: fact.told() for fact in grounds.facts(work.session, proposal.evidence, work.today)}
    return tuple(
        FactChange(fact_id, tuple(said), tuple(now.get(fact_id, ())))
        for fact_id, said in told.items()
        if now.get(fact_id) != said
    )
