"""A case about the own business, from the day it was served: what it says, until when, and the answer.

The answer is the very step of the procedure in which an officer would record it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from public_site.desk.acting import Act
from public_site.desk.asking import Asked, Filing
from public_site.desk.case_files import documents_of, papers_of_steps, regime_of
from public_site.desk.case_forms import EXHIBITS, exhibit_fields
from public_site.desk.owning import OWN, is_own, words_filed
from public_site.desk.possible_acts import PossibleAct
from public_site.desk.stepping import PARTY_SENDS, Sort
from public_site.reader import Reader
from public_site.texts import Words
from registry.audit.work import Work
from registry.commands import Outcome
from registry.errors import NotFound
from registry.lists import casefile, queries
from registry.lists.commands import TakeStep
from registry.lists.papers import take_step
from registry.lists.possible import possible_steps
from registry.lists.served import Served, served_with
from registry.lists.tables import Proposal, ProposalStep
from registry.lists.told import told_of
from registry.rulebook import ListRegime
from registry.settings import Settings

PLACE = f"{OWN}/notices"
SAID = ("record_statement", "request_hearing", "withdraw_hearing")  # steps in which a party speaks
FILES = {"document_id": "statement", **{f"exhibits.{number}": "evidence" for number in range(EXHIBITS)}}


@dataclass(frozen=True)
class Notice:
    """A case of which the business was told by a paper that was served.

    Attributes:
        periods: Last day of each period that was opened for the party, by its rule.
    """

    proposal: Proposal
    regime: ListRegime | None
    steps: Sequence[ProposalStep]
    served: Sequence[Served]
    periods: Mapping[str, date]


def notice(work: Work, proposal_id: str) -> Notice:
    """Return a case of which a business of the actor was told.

    Raises:
        NotFound: There is none: another's, or one of which nothing was served yet.
    """
    proposal = queries.proposal(work.session, proposal_id)
    if proposal is None or not is_own(work, proposal.business_id):
        raise NotFound("proposal.unknown", proposal_id=proposal_id)
    papers = served_with(work.session, proposal.business_id)
    served = [one for one in papers if one.proposal.id == proposal_id]
    if not served:
        raise NotFound("proposal.unknown", proposal_id=proposal_id)
    steps = queries.steps(work.session, proposal_id)
    opened = dict.fromkeys(rule for step in steps for rule in step.detail.get("periods", ()))
    found = ((rule, casefile.period(steps, rule)) for rule in opened)
    periods = {rule: one.last_on for rule, one in found if one is not None}
    return Notice(proposal, regime_of(work, proposal), steps, served, periods)


def _possible(work: Work, found: Notice) -> tuple[PossibleAct, ...]:
    """Return what the party may say; a hearing that was asked for is not asked for again."""
    asked = casefile.hearing_asked(found.steps) or casefile.hearing_held(found.steps)
    return tuple(
        PossibleAct(one.step.name, one.refusal, one.refusal is None)
        for one in possible_steps(work, found.proposal, found.steps, found.regime)
        if one.step.party and not (one.step.name == "request_hearing" and asked)
    )


def _fields(_work: Work, found: Notice, name: str, t: Words) -> list[Asked]:
    version = Asked("expected_version", "hidden", "", value=str(found.proposal.version))
    paper = Asked(
        "document_id", "file", t("desk.own.paper_of_own"), hint=t("desk.own.paper_hint"), required=False
    )
    if name == "record_statement":
        points = Asked("points", "lines", t("desk.own.points"), hint=t("desk.own.points_hint"))
        return [version, points, paper, *exhibit_fields(t)]
    reasons = Asked("note", "text", t("desk.cases.field.reasons"))
    beside = exhibit_fields(t) if name == "request_hearing" else []
    return [version, reasons, paper, *beside]


def _say(work: Work, settings: Settings, command: TakeStep) -> Outcome:
    """Take the step; where no paper came with it, what was written is the paper."""
    if command.document_id is None:
        proposal = notice(work, command.proposal_id).proposal
        said = "\n".join(command.points or (command.note or "",))
        paper = words_filed(work, settings, proposal.business_id, proposal.region, said)
        command = command.model_copy(update={"document_id": paper})
    return take_step(work, settings, command)


def _shown(work: Work, found: Notice, reader: Reader) -> dict[str, Any]:
    facts, bases = told_of(work, found.proposal.evidence, found.proposal.region)
    ours = [step for step in found.steps if step.step in SAID]
    given = casefile.answers(found.steps)
    return {
        "facts": facts,
        "bases": bases,
        "ours": ours,
        "documents": {
            one.id: one
            for one in documents_of(work.session, papers_of_steps(ours)).values()
            if one.business_id == found.proposal.business_id
        },
        "points": [
            (number, words, given.get(number)) for number, words in casefile.points(found.steps).items()
        ],
        "names": reader.names(work.rulebook, work.today),
    }


SORT = Sort(
    PLACE,
    "proposal_id",
    find=notice,
    filing=lambda found: Filing(found.proposal.region, found.proposal.business_id),
    acts={name: Act(TakeStep, _say, files=FILES, lines=("points",)) for name in SAID},
    possible=_possible,
    fields=_fields,
    shown=_shown,
    template="own_notice.html",
    crumb=(OWN, "desk.nav.own"),
    word="desk.own.notice",
    tail="_own",
    done="said",
    button=PARTY_SENDS,
)
ROUTES = SORT.routes()
