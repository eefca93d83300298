"""Measures: what stands today, for the departments that apply them, and what they made of it."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult, record
from api.answers import Recorded, recorded
from api.describing import act, sent_as, supervised
from api.edge import Edge
from api.paging import Page, key_of
from api.supervising import READERS, Limit, OfRegion
from registry.audit.work import Work
from registry.errors import Forbidden, Malformed
from registry.measures import commands, queries
from registry.measures.commands import ApplyMeasure, AssignScope, LiftMeasure
from registry.measures.queries import InEffect, Named
from registry.publication.formats import neutral
from registry.regions import prefix

OfScope = Annotated[
    str | None, QueryParameter(name="scope", pattern=r"^[a-z0-9_.]{1,64}$", description="Only of this scope.")
]
OnDay = Annotated[date | None, QueryParameter(name="on", description="Legal day; today unless given.")]
NAMED = ("name", "uscc")
COLUMNS = (*NAMED, *InEffect.__dataclass_fields__)


class MeasureInEffect(BaseModel):
    """A measure in effect for a business, with its basis and that of the list."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    business_id: str
    entry_id: str
    regime: str
    region: str
    measure: str
    kind: Literal["incentive", "sanction"]
    scope: str
    name_zh: str
    name_en: str
    basis: str
    list_basis: str
    from_on: date
    until_on: date | None = Field(description="First day on which it is over; null: open.")


class AppliedMeasure(BaseModel):
    """That an office applied a measure."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    version: int
    measure: str
    scope: str
    entry_id: str
    business_id: str
    region: str
    basis: str
    office_code: str
    applied_on: date
    lifted_on: date | None
    note: str | None


class AppliedMeasures(Page[AppliedMeasure]):
    """One page of applications."""


class Measures(Controller):
    """Incentives and sanctions (守信激励、失信惩戒措施) that listings attach."""

    path = "/api/v1/measures"
    tags = ("measures",)

    @get("/", **supervised(422), summary="What offices applied")
    def all(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        limit: Limit = 50,
        cursor: FromQuery[str | None] = None,
    ) -> AppliedMeasures:
        """Return what offices applied in the bearer's regions, lifted ones too."""
        key = key_of(cursor)

        def read(work: Work) -> AppliedMeasures:
            found = queries.applications(work.session, _regions(work), after=key or "", limit=limit + 1)
            return AppliedMeasures.of(found, limit, "id")

        return consult(edge, request, read)

    @get("/businesses/{business_id:str}", **supervised(422), summary="Measures in effect for a business")
    def of_business(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        business_id: FromPath[str],
        of_scope: OfScope = None,
        on: OnDay = None,
    ) -> tuple[MeasureInEffect, ...]:
        """Return what is in effect for a business on a day, by the entries that stood on it."""

        def read(work: Work) -> tuple[MeasureInEffect, ...]:
            regions = _regions(work)
            found = queries.in_effect(
                work.session, work.rulebook, business_id, _day(on, work.today), of_scope
            )
            return tuple(
                MeasureInEffect.model_validate(one) for one in found if one.region.startswith(regions)
            )

        return consult(edge, request, read)

    @get(
        "/export",
        **supervised(422),
        **sent_as("application/x-ndjson", "text/csv"),
        summary="What stands, for partner departments",
    )
    def export(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        region: OfRegion = "",
        of_scope: OfScope = None,
        form: Annotated[Literal["ndjson", "csv"], QueryParameter(name="format")] = "ndjson",
    ) -> Response[str]:
        """Return every measure that stands today in a region, with name, code and basis."""

        def read(work: Work) -> str:
            _refuse_outside(work, prefix(region))
            found = queries.all_in_effect(work.session, work.rulebook, prefix(region), work.today, of_scope)
            return _csv(found) if form == "csv" else _ndjson(found)

        media = "text/csv" if form == "csv" else "application/x-ndjson; charset=utf-8"
        disposition = f'attachment; filename="measures.{form}"'
        return Response(
            consult(edge, request, read), media_type=media, headers={"Content-Disposition": disposition}
        )

    @get("/endings", **supervised(), summary="Measures to be lifted")
    def endings(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge]
    ) -> tuple[AppliedMeasure, ...]:
        """Return the applied measures of the bearer's regions whose entry stands no more."""

        def read(work: Work) -> tuple[AppliedMeasure, ...]:
            found = queries.to_be_lifted(work.session, _regions(work), work.today)
            return tuple(AppliedMeasure.model_validate(row) for row in found)

        return consult(edge, request, read)

    @post("/", **act(), summary="Record that a measure was applied")
    def apply(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[ApplyMeasure]
    ) -> Response[Recorded]:
        """Record that the own office applied a measure; only what the entry attaches by law."""
        return record(edge, request, data, lambda work: recorded(commands.apply_measure(work, data), request))

    @post("/{application_id:str}/lifting", **act(), summary="Record that a measure was lifted")
    def lift(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        application_id: FromPath[str],
        data: JSONBody[LiftMeasure],
    ) -> Response[Recorded]:
        """Record that the own office lifted a measure."""
        return record(edge, request, data, lambda work: recorded(commands.lift_measure(work, data), request))

    @post("/scopes", **act(), summary="Assign a scope to an office")
    def assign(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[AssignScope]
    ) -> Response[Recorded]:
        """Say that an office answers for a scope of measures; by an administrator."""
        return record(edge, request, data, lambda work: recorded(commands.assign_scope(work, data), request))


def _regions(work: Work) -> tuple[str, ...]:
    """Return the regions whose measures the bearer may read: supervisors' and partner departments'."""
    roles = (*READERS, "partner")
    within = tuple(sorted({grant.region for grant in work.actor.grants if grant.role in roles}))
    if not within:
        raise Forbidden("grant.missing", role="partner", region="000000")
    return within


def _refuse_outside(work: Work, region: str) -> None:
    if not region.startswith(_regions(work)):
        raise Forbidden("grant.missing", role="partner", region=region or "000000")


def _day(asked: date | None, today: date) -> date:
    if asked is not None and asked > today:
        raise Malformed("day.ahead", field="on", day=asked.isoformat())
    return asked or today


def _cells(named: Named) -> dict[str, Any]:
    told = {"name": named.name, "uscc": named.uscc, **asdict(named.measure)}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in told.items()}


def _ndjson(found: Iterable[Named]) -> str:
    return "".join(json.dumps(_cells(one), ensure_ascii=False) + "\n" for one in found)


def _csv(found: Iterable[Named]) -> str:
    text = io.StringIO()
    text.write("\ufeff")  # spreadsheets read Chinese by it
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows([neutral(_cells(one)[name]) for name in COLUMNS] for one in found)
    return text.getvalue()
