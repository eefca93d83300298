"""What a party has been served with in the cases about it: it sees no step before that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlmodel import Session, col, select

from registry.documents.papers import of_case
from registry.documents.tables import Document, Paper
from registry.lists import queries
from registry.lists.tables import Proposal

SERVED_BY: Mapping[str, str] = MappingProxyType(
    {
        "notice": "serve_notice",
        "hearing_notice": "serve_hearing_notice",
        "decision": "serve_decision",
        "repair_guide": "serve_decision",
    }
)
"""The step by which each kind of paper reaches the party."""


@dataclass(frozen=True)
class Served:
    """A paper that a party was served with.

    Attributes:
        served_on: Legal day of the service.
        deadline_on: Last day of the period that the service opened, while the case is at that step.
    """

    proposal: Proposal
    paper: Paper
    served_on: date
    deadline_on: date | None


def served_with(session: Session, business_id: str) -> list[Served]:
    """Return the papers that a business was served with and that are valid, the latest first."""
    query = select(Proposal).where(col(Proposal.business_id) == business_id)
    found = [one for proposal in session.exec(query).all() for one in _of_case(session, proposal)]
    return sorted(found, key=lambda one: (one.served_on, one.paper.document_id), reverse=True)


def _of_case(session: Session, proposal: Proposal) -> list[Served]:
    taken = {step.step: step for step in queries.steps(session, proposal.id)}
    found = []
    for paper in of_case(session, proposal.id):
        step = taken.get(SERVED_BY.get(paper.kind, ""))
        document = session.get(Document, paper.document_id)
        if step is None or paper.revoked_on or document is None or document.access == "officers":
            continue
        runs = proposal.closed_on is None and proposal.state == step.state
        found.append(Served(proposal, paper, step.taken_on, step.deadline_on if runs else None))
    return found
