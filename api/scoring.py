"""Scores, for those who supervise: explained to the last point, and what they ask to inspect."""

from datetime import date, datetime
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel, ConfigDict, Field

from api.acts import consult
from api.describing import supervised
from api.edge import Edge
from api.supervising import OfRegion, may_read, regions_within
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.calendar import legal_day
from registry.errors import Malformed, NotFound
from registry.overrides.queries import rulebook_at
from registry.regions import prefix
from registry.rulebook import Source, Tag
from registry.scoring.answers import Explanation
from registry.supervision.plan import Draw, plan


class Drawn(BaseModel):
    """The businesses of one grade under one ratio, and how many of them a plan inspects."""

    model_config = ConfigDict(frozen=True)

    jurisdiction: str | None = Field(description="Of the rule that sets the share; null: there is none.")
    grade: str | None = Field(description="Null: businesses without a grade.")
    businesses: int
    share_bp: int | None = Field(description="Basis points; null: there is none, or it is not known.")
    to_inspect: int | None = Field(description="The share of the businesses, rounded up; null with it.")
    source: Source | None
    tag: Tag | None


class InspectionPlan(BaseModel):
    """How many businesses of each grade are to be inspected."""

    model_config = ConfigDict(frozen=True)

    on: date = Field(description="Legal day whose shares hold; the grades are those on record.")
    items: tuple[Drawn, ...]


@get(
    "/api/v1/scores/plan",
    **supervised(422),
    tags=["scores"],
    summary="How many businesses of each grade are to be inspected",
)
def inspection_plan(
    request: Request[Any, Any, Any], edge: NamedDependency[Edge], region: OfRegion = ""
) -> InspectionPlan:
    """Return the plan of the own regions, by the shares of each place."""
    return consult(edge, request, lambda work: planned(work, region))


def planned(work: Work, region: str) -> InspectionPlan:
    """Return how many businesses of each grade are to be inspected in the regions of who asks.

    Raises:
        Forbidden: None of them is within that region.
    """
    draws = plan(work.session, work.rulebook, regions_within(work, prefix(region)), work.today)
    items = tuple(_drawn(one) for one in draws)
    return InspectionPlan(on=work.today, items=items)


@get(
    "/api/v1/scores/{business_id:str}",
    **supervised(404, 422),
    tags=["scores"],
    summary="A score with every contribution",
)
def score(
    request: Request[Any, Any, Any],
    edge: NamedDependency[Edge],
    business_id: FromPath[str],
    as_of: FromQuery[date | None] = None,
    known_at: FromQuery[datetime | None] = None,
) -> Explanation:
    """Return the score on a legal day (today), as known at an instant (now); the lines sum exactly."""
    if known_at is not None and known_at.tzinfo is None:
        raise Malformed("instant.naive", field="known_at")
    if known_at is not None and known_at > edge.now():
        raise Malformed("instant.ahead", field="known_at", instant=known_at.isoformat())
    if as_of is not None and as_of > edge.today():
        raise Malformed("day.ahead", field="as_of", day=as_of.isoformat())
    return consult(edge, request, lambda work: _explained(work, business_id, as_of, known_at))


def _drawn(one: Draw) -> Drawn:
    return Drawn(
        jurisdiction=one.jurisdiction,
        grade=one.grade,
        businesses=one.businesses,
        share_bp=one.bp,
        to_inspect=one.to_inspect,
        source=one.source,
        tag=one.tag,
    )


def _explained(work: Work, business_id: str, as_of: date | None, known_at: datetime | None) -> Explanation:
    from registry.scoring.explain import explain  # noqa: PLC0415  # its engine is heavy, and seldom asked

    current = current_version(work.session, business_id)
    if current is None or not may_read(work, current.region):
        raise NotFound("business.unknown", business_id=business_id)
    known = known_at or work.now
    rulebook = rulebook_at(work.session, known) if known_at else work.rulebook
    return explain(work.session, business_id, as_of or legal_day(known), known, rulebook)
