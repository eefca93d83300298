"""Published aggregates with their source."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.describing import public
from api.edge import Edge
from api.paging import LARGEST, Page, cursor_of, key_of
from registry.publication import public_view
from registry.publication.answers import PublicStatistic
from registry.store.engine import reading

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST)]


class StatisticsPage(Page[PublicStatistic]):
    """One page of statistics."""


@get("/api/v1/statistics", **public(422), tags=["statistics"], summary="Published aggregates")
def statistics(
    edge: NamedDependency[Edge],
    kind: FromQuery[str | None] = None,
    limit: Limit = 50,
    cursor: FromQuery[str | None] = None,
) -> StatisticsPage:
    """Return sourced aggregates (spot checks, counts, activities); never facts about a merchant."""
    key = key_of(cursor)
    with reading(edge.engine) as session:
        page = public_view.statistics(session, after=key, limit=limit, record_kind=kind)
    return StatisticsPage(items=page.items, next=cursor_of(page.after) if page.after else None)
