"""Scores, for those who supervise: explained to the last point."""

from datetime import date, datetime
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.acts import consult
from api.describing import supervised
from api.edge import Edge
from api.supervising import may_read
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.calendar import legal_day
from registry.errors import Malformed, NotFound
from registry.overrides.queries import rulebook_at
from registry.scoring.answers import Explanation


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


def _explained(work: Work, business_id: str, as_of: date | None, known_at: datetime | None) -> Explanation:
    from registry.scoring.explain import explain  # noqa: PLC0415  # its engine is heavy, and seldom asked

    current = current_version(work.session, business_id)
    if current is None or not may_read(work, current.region):
        raise NotFound("business.unknown", business_id=business_id)
    known = known_at or work.now
    rulebook = rulebook_at(work.session, known) if known_at else work.rulebook
    return explain(work.session, business_id, as_of or legal_day(known), known, rulebook)
