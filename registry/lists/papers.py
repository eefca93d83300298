"""The official papers of a listing case: issued before the step that serves them, or with their step."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from pydantic import Field
from sqlmodel import Session

from registry.audit.work import Work
from registry.commands import Outcome
from registry.documents import papers
from registry.documents.forms import Kind
from registry.documents.papers import IssuePaper, in_words, issue_paper, with_paper
from registry.errors import Malformed, NotFound, RuleRefused
from registry.lists import commands, conditions, grounds, queries
from registry.lists.commands import TakeStep
from registry.lists.details import PaperWords, PointAnswer, Words
from registry.lists.following import following_step, opening_step
from registry.lists.paper_fields import CasePapers, fields_of
from registry.lists.procedures import Step
from registry.lists.rules import one_regime
from registry.lists.tables import Proposal
from registry.lists.told import basis_of, called, evidence
from registry.offices.queries import name_on
from registry.overrides.queries import calendar_overrides
from registry.rulebook import Deadline, ListRegime, Measure, RepairCondition, Rulebook
from registry.settings import Settings

# the papers of each step, its own first
PAPERS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "propose": ("proposal",),
        "nominate": ("proposal",),
        "apply": ("proposal",),
        "serve_notice": ("notice", "service_proof"),
        "serve_hearing_notice": ("hearing_notice", "service_proof"),
        "hold_hearing": ("hearing_record",),
        "note_silence": ("silence",),
        "review": ("review",),
        "consent": ("consent",),
        "decide": ("decision",),
        "serve_decision": ("repair_guide", "service_proof"),
        "answer": ("review",),
        "publish": ("publication",),
        "check": ("check",),
        "publicise": ("publicity",),
        "answer_objection": ("objection_answer",),
        "list": ("red_decision",),
        "give": ("card",),
        "confirm": ("confirmation",),
        "drop": ("no_listing",),
    }
)
OPENING = ("propose", "nominate", "apply")


class IssueForStep(PaperWords):
    """Issue a paper that goes before a step of a case, because it is served or signed first."""

    proposal_id: str
    step: str
    kind: Kind | None = Field(default=None, description="One of the step's papers; the first unless named.")
    answers: tuple[PointAnswer, ...] = Field(default=(), max_length=200)
    held_on: date | None = Field(default=None, description="Day of the hearing.")
    time: Words | None = Field(default=None, description="Hour of the hearing, e.g. 上午9时30分.")
    place: Words | None = Field(default=None, description="Where the hearing is held, or a paper is served.")
    chair: Words | None = Field(default=None, description="Who chairs the hearing.")
    way: Words | None = Field(default=None, description="Way of service, in words.")


def take_step(work: Work, settings: Settings, command: TakeStep) -> Outcome:
    """Take the next step of a proposal and issue the paper that it brings, in one act or none.

    No paper of a step that was refused exists, so that no decision looks valid that was never taken.

    Raises:
        Refusal: As `commands.take_step` and `issue_paper` do.
    """
    document_id = issue_with_step(work, settings, command)
    return with_paper(work, commands.take_step(work, command), document_id)


def issue_with_step(work: Work, settings: Settings, command: TakeStep) -> str | None:
    """Issue the paper of a step that is about to be taken in this transaction, where it brings one.

    Returns:
        The document, or None where the step brings no paper of its own.

    Raises:
        Refusal: The step may not be taken, or what its paper must say is missing.
    """
    proposal = commands.unmoved_proposal(work.session, command)
    regime = one_regime(work.rulebook, proposal.regime, proposal.region, work.today)
    step = _step(proposal, regime, command.step)
    if not step.issues or step.paper is None:
        return None
    conditions.refuse_detail(step, command)
    conditions.refuse_person(work, proposal, regime, step, queries.steps(work.session, proposal.id))
    told = IssueForStep(
        proposal_id=proposal.id,
        step=step.name,
        reasons=command.reasons,
        where=command.where,
        answers=command.answers or (),
    )
    return _issue(work, settings, proposal, regime, told, kind=step.paper, seq=proposal.version + 1)


def issue_for_step(work: Work, settings: Settings, command: IssueForStep) -> str:
    """Issue a paper that goes before its step and return its document.

    Whoever issues it must be one who may take the step now: a notice is not issued after the case is
    decided. A paper that is a step's own act, such as a decision, is issued only with that step.

    Raises:
        NotFound: There is no such case.
        Forbidden: The person may not take this step: role, region, level or office.
        Malformed: The step has no such paper, or what the paper must say is missing.
        RuleRefused: The case is not at that step, the same person acted before, the paper is issued
            with the step itself, or a period that it must state is not known.
        Conflict: The case has a valid paper of that kind for that step.
    """
    proposal = queries.proposal(work.session, command.proposal_id)
    if proposal is None:
        raise NotFound("proposal.unknown", field="proposal_id", proposal_id=command.proposal_id)
    kinds = PAPERS.get(command.step, ())
    kind = command.kind or next(iter(kinds), None)
    if kind is None or kind not in kinds:
        raise Malformed("paper.not_of_step", field="kind", step=command.step, papers=kinds)
    regime = one_regime(work.rulebook, proposal.regime, proposal.region, work.today)
    step = _step(proposal, regime, command.step)
    if step.issues and kind == step.paper:
        raise RuleRefused("step.paper_with_step", field="kind", step=command.step)
    conditions.refuse_person(work, proposal, regime, step, queries.steps(work.session, proposal.id))
    return _issue(work, settings, proposal, regime, command, kind=kind, seq=0)


def _issue(
    work: Work,
    settings: Settings,
    proposal: Proposal,
    regime: ListRegime,
    command: IssueForStep,
    *,
    kind: Kind,
    seq: int,
) -> str:
    issue = {
        "kind": kind,
        "case_id": proposal.id,
        "step": command.step,
        "seq": seq,
        "basis": basis_of(work, proposal, regime, called(kind, command)),
        "region": proposal.region,
        "fields": fields_of(kind, case_papers(work, proposal, regime, command)),
    }
    return issue_paper(work, settings, IssuePaper.model_validate(issue))


def case_papers(work: Work, proposal: Proposal, regime: ListRegime, command: IssueForStep) -> CasePapers:
    """Return all that the papers of a case are made of.

    Raises:
        NotFound: The business is no longer on record.
    """
    found = grounds.subject(work.session, proposal.business_id)
    if found is None:
        raise NotFound("business.unknown", field="business_id", business_id=proposal.business_id)
    steps = queries.steps(work.session, proposal.id)
    valid = [paper for paper in papers.of_case(work.session, proposal.id) if paper.revoked_on is None]
    facts, bases = evidence(work, proposal)
    return CasePapers(
        today=work.today,
        party=found[1].name or "",
        uscc=found[1].uscc,
        regime=regime,
        measures=[work.rulebook.find(Measure, code, proposal.region, work.today) for code in regime.measures],
        ground=proposal.ground,
        facts=facts,
        bases=bases,
        steps=steps,
        offices=_offices(work.session, {step.office_code for step in steps}, work.today),
        law=work.rulebook.in_force(Deadline, proposal.region, work.today),
        calendar=calendar_overrides(work.session),
        repair=_repair(work.rulebook, regime, proposal.region, work.today),
        numbers={paper.kind: paper.number for paper in valid},
        issued_on={paper.kind: paper.issued_on for paper in valid},
        stated=_stated(command),
        answers=command.answers,
    )


def _step(proposal: Proposal, regime: ListRegime, name: str) -> Step:
    """Return the step that may be taken now, or the one that opened the case, while it is not led on."""
    if name in OPENING:
        if proposal.version != 1:
            raise RuleRefused("step.out_of_order", field="step", step=name, state=proposal.state)
        return opening_step(proposal.colour, name)
    if proposal.closed_on is not None:
        raise RuleRefused("step.out_of_order", field="step", step=name, state=proposal.state)
    return following_step(proposal.colour, name, proposal.state, consent_required=regime.consent_required)


def _stated(command: IssueForStep) -> dict[str, str]:
    said = {name: getattr(command, name) for name in ("reasons", "where", "place", "chair", "way")}
    said |= {"hearing_time": command.time, "hearing_place": command.place}
    said["hearing_on"] = in_words(command.held_on) if command.held_on else None
    return {name: value for name, value in said.items() if value}


def _offices(session: Session, codes: Iterable[str], on: date) -> dict[str, str]:
    return {code: name_on(session, code, on) or code for code in sorted(codes)}


def _repair(rulebook: Rulebook, regime: ListRegime, region: str, on: date) -> list[RepairCondition]:
    rows = rulebook.in_force(RepairCondition, region, on).values()
    return sorted((row for row in rows if regime.code in row.regimes), key=lambda row: row.code)
