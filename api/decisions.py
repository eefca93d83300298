"""Penalty decisions: read with all their versions, put under review, annulled — by an officer's key."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, ConfigDict

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.supervising import may_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.store.versions import versions
from registry.violations import commands
from registry.violations.forms import ChangeDecisionStanding
from registry.violations.queries import violations_of_decision
from registry.violations.tables import PenaltyDecision


class RecordedDecision(BaseModel):
    """One version of a penalty decision, as officers see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    decision_id: str
    version: int
    decision_no: str | None
    authority: str
    region: str
    decided_on: date | None
    decided_precision: str
    procedure: str
    penalties: tuple[str, ...]
    fine_fen: int | None
    confiscated_fen: int | None
    basis: str | None
    summary: str | None
    severity_stated: str | None
    published_on: date | None
    standing: str
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None


class DecisionFile(RecordedDecision):
    """A decision as it stands, what it found, and all its versions, the present one first."""

    violations: tuple[str, ...]
    versions: tuple[RecordedDecision, ...]


class Decisions(Controller):
    """Penalty decisions (行政处罚决定)."""

    path = "/api/v1/decisions"
    tags = ("violations",)

    @get("/{decision_id:str}", **supervised(404), summary="A decision, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], decision_id: FromPath[str]
    ) -> DecisionFile:
        """Return a decision as it stands, the violations that it found, and all its versions."""
        return consult(edge, request, lambda work: _read(work, decision_id))

    @post("/{decision_id:str}/standing", **act(), summary="Change the standing of a decision")
    def change_standing(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        decision_id: FromPath[str],
        data: JSONBody[ChangeDecisionStanding],
    ) -> Response[Recorded]:
        """Record that a decision came under review, was annulled, or is in force again."""
        return record(
            edge, request, data, lambda work: recorded(commands.change_decision_standing(work, data), request)
        )


def _read(work: Work, decision_id: str) -> DecisionFile:
    known = [
        RecordedDecision.model_validate(row)
        for row in versions(work.session, PenaltyDecision, PenaltyDecision.decision_id, decision_id)
    ]
    if not known or not may_read(work, known[0].region):
        raise NotFound("violation.decision_unknown", decision_id=decision_id)
    found = violations_of_decision(work.session, decision_id)
    return DecisionFile(
        **dict(known[0]),
        violations=tuple(violation.violation_id for violation in found),
        versions=tuple(known),
    )
