"""What the desk shows of listing cases: one line in the work list, and the whole file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from api.supervising import may_read
from registry.accounts.names import person_names
from registry.audit.work import Work
from registry.businesses.queries import holding
from registry.businesses.tables import BusinessVersion
from registry.documents import papers
from registry.documents.tables import Document, Paper
from registry.errors import NotFound
from registry.lists import casefile, dues, grounds, queries, told
from registry.lists.differences import Differences, differences
from registry.lists.possible import Possible, possible_steps
from registry.lists.tables import ListEntry, Proposal, ProposalDue, ProposalStep
from registry.offices.queries import name_on
from registry.repair.queries import objections_to
from registry.repair.tables import Objection
from registry.rulebook import ListRegime


@dataclass(frozen=True)
class CaseLine:
    """A case in the work list.

    Attributes:
        possible: What may follow, for the person who looks.
        due_on: Last day of the first deadline of the office that is not met; None: none.
    """

    proposal: Proposal
    business: str
    regime: ListRegime | None
    possible: tuple[Possible, ...]
    due_on: date | None

    @property
    def next(self) -> Possible | None:
        """The step with which the office is to go on, one that this person may take first."""
        awaited = [one for one in self.possible if one.awaited]
        return min(awaited, key=lambda one: one.refusal is not None, default=None)


@dataclass(frozen=True)
class CaseFile:
    """A case with all that its page shows; `people` and `offices` are names by identifier."""

    line: CaseLine
    steps: Sequence[ProposalStep]
    facts: Sequence[tuple[str, str | None]]
    bases: Sequence[str]
    papers: Sequence[Paper]
    documents: dict[str, Document]
    dues: Sequence[ProposalDue]
    points: Sequence[tuple[str, str, dict[str, Any] | None]]
    objections: Sequence[Objection]
    entry: ListEntry | None
    new: Differences
    people: dict[str, str]
    offices: dict[str, str]

    @property
    def proposal(self) -> Proposal:
        """The case itself."""
        return self.line.proposal


def case_lines(work: Work, found: Sequence[Proposal]) -> list[CaseLine]:
    """Return cases as the work list shows them."""
    names = business_names(work.session, (one.business_id for one in found))
    lines = []
    for one in found:
        regime = regime_of(work, one)
        taken = queries.steps(work.session, one.id)
        possible = possible_steps(work, one, taken, regime)
        open_dues = [due.due_on for due in dues.of_case(work.session, one.id) if due.met_on is None]
        due_on = min((day for day in open_dues if day is not None), default=None)
        lines.append(CaseLine(one, names.get(one.business_id, ""), regime, possible, due_on))
    return lines


def case_file(work: Work, proposal_id: str) -> CaseFile:
    """Return the file of a case.

    Raises:
        NotFound: There is none, or none of the regions of who asks.
    """
    proposal = queries.proposal(work.session, proposal_id)
    if proposal is None or not may_read(work, proposal.region):
        raise NotFound("proposal.unknown", proposal_id=proposal_id)
    line = case_lines(work, [proposal])[0]
    taken = queries.steps(work.session, proposal_id)
    issued = papers.of_case(work.session, proposal_id)
    words, bases = told.told_of(work, proposal.evidence, proposal.region)
    given = casefile.answers(taken)
    return CaseFile(
        line=line,
        steps=taken,
        facts=list(zip(words, _obstacles(work, proposal), strict=True)),
        bases=bases,
        papers=issued,
        documents=documents_of(work.session, papers_of_steps(taken)),
        dues=dues.of_case(work.session, proposal_id),
        points=[
            (number, point, dict(given[number]) if number in given else None)
            for number, point in casefile.points(taken).items()
        ],
        objections=objections_to(work.session, proposal_id),
        entry=entry_of_case(work.session, proposal_id),
        new=differences(work, proposal, taken, line.regime),
        people=person_names(work.session, (step.person_id for step in taken)),
        offices=office_names(work, (step.office_code for step in taken)),
    )


def regime_of(work: Work, proposal: Proposal) -> ListRegime | None:
    """Return the list of a case as it is in force, if it is."""
    return work.rulebook.in_force(ListRegime, proposal.region, work.today).get(proposal.regime)


def business_names(session: Session, business_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of businesses by identifier; who is not named has none."""
    rows = holding(session, BusinessVersion.business_id, set(business_ids))
    return {row["business_id"]: row["name"] or "" for row in rows}


def office_names(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of offices today, by code."""
    return {code: name_on(work.session, code, work.today) or code for code in sorted(set(codes))}


def entry_of_case(session: Session, proposal_id: str) -> ListEntry | None:
    """Return the entry that a case led to, as it stands."""
    query = select(ListEntry).where(
        col(ListEntry.proposal_id) == proposal_id, col(ListEntry.superseded_at).is_(None)
    )
    return session.exec(query.order_by(col(ListEntry.entry_id).desc())).first()


def _obstacles(work: Work, proposal: Proposal) -> list[str | None]:
    known = {fact.id: fact.obstacle for fact in grounds.facts(work.session, proposal.evidence, work.today)}
    return [known.get(fact_id, "ended") for fact_id in proposal.evidence]


def papers_of_steps(steps: Iterable[Any]) -> list[str]:
    """Return the documents that steps rest on, and those that were handed in with them."""
    held = [one for step in steps for one in (step.document_id, *step.detail.get("exhibits", ()))]
    return [one for one in held if one is not None]


def documents_of(session: Session, document_ids: Iterable[str | None]) -> dict[str, Document]:
    """Return documents by identifier."""
    asked = {one for one in document_ids if one is not None}
    return {one.id: one for one in session.exec(select(Document).where(col(Document.id).in_(asked)))}
