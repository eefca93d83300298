"""What a step demands of papers: its own one, valid and still true, and those that it rests on."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from registry.audit.work import Work
from registry.documents.papers import demanded, issued
from registry.documents.tables import Paper
from registry.errors import Malformed, RuleRefused
from registry.lists.details import StepOnPaper
from registry.lists.procedures import Step
from registry.lists.tables import Proposal, ProposalStep
from registry.lists.told import basis_of, called
from registry.rulebook import ListRegime


class Act(NamedTuple):
    """A step about to be taken: by whom, in which case, under which law, after which steps."""

    work: Work
    proposal: Proposal
    regime: ListRegime
    step: Step
    command: StepOnPaper
    before: Sequence[ProposalStep]


def document_of(act: Act, taken_on: date) -> str:
    """Return the document of a step: the one named, else the paper that was issued with it.

    Args:
        act: The step.
        taken_on: Its legal day.

    Raises:
        RuleRefused: The step's paper was not issued, was revoked, says what the case no longer is, or
            is younger than its service; or a paper that the step rests on was revoked since.
        Malformed: The step brings no paper of its own, and no document is named.
    """
    paper = _own_paper(act, taken_on)
    for kind in act.step.rests_on:
        if issued(act.work.session, act.proposal.id, kind) is None:
            raise RuleRefused("step.paper_fallen", field="step", step=act.step.name, paper=kind)
    if act.command.document_id is not None:
        return act.command.document_id
    if paper is None or not act.step.issues:
        raise Malformed("step.detail_missing", field="document_id", step=act.step.name, detail="document_id")
    return paper.document_id


def _own_paper(act: Act, taken_on: date) -> Paper | None:
    """Return the paper of the step, or None where it has none of its own."""
    work, proposal, step = act.work, act.proposal, act.step
    if step.paper is None:
        return None
    paper = demanded(
        work.session, proposal.id, step.paper, step.name, proposal.version + 1 if step.issues else 0
    )
    if paper.issued_on > taken_on:
        raise RuleRefused(
            "step.paper_day",
            field="served_on",
            step=step.name,
            number=paper.number,
            issued=paper.issued_on.isoformat(),
            day=taken_on.isoformat(),
        )
    told = called(paper.kind, act.command)
    if paper.basis is not None and paper.basis != basis_of(work, proposal, act.regime, told):
        raise RuleRefused("step.paper_stale", field="document_id", step=step.name, number=paper.number)
    return paper
