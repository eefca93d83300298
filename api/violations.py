"""Violations: recorded, corrected, repaired — by an officer's key."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BaseModel, ConfigDict

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import Incomplete, Limit, OfBusiness, may_read, regions_read
from registry.audit.work import Work
from registry.errors import NotFound
from registry.store.versions import versions
from registry.violations import commands, queries
from registry.violations.forms import CorrectViolation, RecordViolation
from registry.violations.tables import PenaltyDecision, Violation


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


class ViolationVersion(BaseModel):
    """One version of a violation: what was recorded of it at an instant."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    version: int
    business_id: str
    conduct_code: str
    type_codes: tuple[str, ...]
    instrument_kind: str | None
    quantity: int
    conduct: str | None
    found_on: date | None
    found_precision: str
    severity: str | None
    publish_from: date | None
    publish_until: date | None
    repaired_on: date | None
    held_from_on: date | None
    held_to_on: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    incomplete: str | None


class ViolationFile(RecordedViolation):
    """A violation as it stands, and all its versions, the present one first."""

    versions: tuple[ViolationVersion, ...]


class RecordedViolations(Page[RecordedViolation]):
    """One page of violations as officers see them."""


class Violations(Controller):
    """Violations (违法行为)."""

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

    @get("/", **supervised(422), summary="Violations of the own regions")
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
            return RecordedViolations.of([_shown(*pair) for pair in found], limit, "violation_id")

        return consult(edge, request, read)

    @get("/{violation_id:str}", **supervised(404), summary="A violation, for officers")
    def show(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], violation_id: FromPath[str]
    ) -> ViolationFile:
        """Return a violation with its decision, its class, what it lacks, and all its versions."""
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
        return record(
            edge, request, data, lambda work: recorded(commands.correct_violation(work, data), request)
        )


def _read(work: Work, violation_id: str) -> ViolationFile:
    found = queries.violation(work.session, violation_id)
    if found is None or not may_read(work, found[1].region):
        raise NotFound("violation.unknown", violation_id=violation_id)
    known = versions(work.session, Violation, Violation.violation_id, violation_id)
    return ViolationFile(
        **dict(_shown(*found)), versions=tuple(ViolationVersion.model_validate(row) for row in known)
    )


def _shown(violation: Violation, decision: PenaltyDecision) -> RecordedViolation:
    shared = violation.model_dump(include=set(RecordedViolation.model_fields))
    more = decision.model_dump(include=set(RecordedViolation.model_fields) - set(shared))
    return RecordedViolation.model_validate({**more, **shared, "decision_version": decision.version})
