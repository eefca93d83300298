"""Violations and the decisions that found them: recorded, corrected, annulled — by an officer's key."""

from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.paging import cursor_of, key_of
from api.paths import same_id
from api.supervising import Incomplete, Limit, OfBusiness, may_read, regions_read
from registry.audit.work import Work
from registry.commands import Command
from registry.errors import NotFound
from registry.violations import commands, queries
from registry.violations.forms import ChangeDecisionStanding, CorrectViolation, RecordViolation
from registry.violations.tables import PenaltyDecision, Violation


class RepairViolation(Command):
    """Record that the credit of a violation was repaired, from a day on."""

    violation_id: str
    expected_version: int
    repaired_on: date


class RecordedViolation(BaseModel):
    """A violation as officers see it, with what it lacks."""

    model_config = ConfigDict(frozen=True)

    violation_id: str
    version: int
    business_id: str
    decision_id: str
    decision_version: int
    decision_no: str | None
    authority: str
    decided_on: date | None
    decided_precision: str
    standing: str
    conduct_code: str
    type_codes: tuple[str, ...]
    severity: str | None
    publish_from: date | None
    publish_until: date | None
    repaired_on: date | None
    fine_fen: int | None
    confiscated_fen: int | None
    incomplete: str | None


class RecordedViolations(BaseModel):
    """One page of violations as officers see them."""

    model_config = ConfigDict(frozen=True)

    items: tuple[RecordedViolation, ...]
    next: str | None = Field(description="Pass it as `cursor` to read on; null at the end.")


class Violations(Controller):
    """Violations (违法行为) and penalty decisions (行政处罚决定)."""

    path = "/api/v1/violations"
    tags = ("violations",)

    @post("/", **act(), summary="Record a violation")
    def record(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[RecordViolation]
    ) -> Response[Recorded]:
        """Record what a decision found; a fact that lacks its date or class is kept as incomplete."""
        return record(
            edge, request, data, lambda work: recorded(commands.record_violation(work, data), request)
        )

    @get("/", **supervised(403, 422), summary="Violations of the own regions")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: OfBusiness = None,
        incomplete: Incomplete = False,
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> RecordedViolations:
        """Return what was decided in the bearer's regions, or only what still lacks something."""
        key = key_of(cursor)

        def read(work: Work) -> RecordedViolations:
            found = queries.violations_within(
                work.session,
                regions_read(work),
                business_id=business_id,
                incomplete=incomplete,
                after=key or "",
                limit=limit + 1,
            )
            items = tuple(_shown(*pair) for pair in found[:limit])
            more = len(found) > limit
            return RecordedViolations(items=items, next=cursor_of(items[-1].violation_id) if more else None)

        return consult(edge, request, read)

    @get("/{violation_id:str}", **supervised(404), summary="A violation, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], violation_id: FromPath[str]
    ) -> RecordedViolation:
        """Return a violation with its decision, its class and what it lacks."""
        return consult(edge, request, lambda work: _read(work, violation_id))

    @post("/{violation_id:str}/correction", **act(), summary="Correct a violation")
    def correct(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        violation_id: FromPath[str],
        data: JSONBody[CorrectViolation],
    ) -> Response[Recorded]:
        """Correct what was recorded; the mistaken version stays known as of its time."""
        same_id(violation_id, data.violation_id, "violation_id")
        return record(
            edge, request, data, lambda work: recorded(commands.correct_violation(work, data), request)
        )

    @post("/{violation_id:str}/repair", **act(), summary="Record a repair")
    def repair(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        violation_id: FromPath[str],
        data: JSONBody[RepairViolation],
    ) -> Response[Recorded]:
        """Record that credit was repaired: from that day the violation neither counts nor shows."""
        same_id(violation_id, data.violation_id, "violation_id")
        return record(
            edge,
            request,
            data,
            lambda work: recorded(
                commands.repair_violation(work, violation_id, data.expected_version, data.repaired_on),
                request,
            ),
        )


@post(
    "/api/v1/decisions/{decision_id:str}/standing",
    **act(),
    tags=["violations"],
    summary="Change the standing of a decision",
)
def change_standing(
    request: Request[Any, Any, Any],
    edge: NamedDependency[Edge],
    decision_id: FromPath[str],
    data: JSONBody[ChangeDecisionStanding],
) -> Response[Recorded]:
    """Record that a decision came under review, was annulled, or is in force again."""
    same_id(decision_id, data.decision_id, "decision_id")
    return record(
        edge, request, data, lambda work: recorded(commands.change_decision_standing(work, data), request)
    )


def _read(work: Work, violation_id: str) -> RecordedViolation:
    found = queries.violation(work.session, violation_id)
    if found is None or not may_read(work, found[1].region):
        raise NotFound("violation.unknown", violation_id=violation_id)
    return _shown(*found)


def _shown(violation: Violation, decision: PenaltyDecision) -> RecordedViolation:
    shared = violation.model_dump(include=set(RecordedViolation.model_fields))
    more = decision.model_dump(include=set(RecordedViolation.model_fields) - set(shared))
    return RecordedViolation.model_validate({**more, **shared, "decision_version": decision.version})
