"""The transparency report: what the offices did, by office and month, as JSON and as a table."""

from datetime import date
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from api.describing import public
from api.edge import Edge
from api.supervising import OfRegion
from registry.regions import prefix
from registry.store.engine import reading
from registry.transparency.answers import TransparencyReport
from registry.transparency.dataset import as_csv
from registry.transparency.queries import report

From = Annotated[
    date | None,
    QueryParameter(name="from", description="First legal day; unset: of the eleven months before as well."),
]
To = Annotated[date | None, QueryParameter(name="to", description="Last legal day, inclusive; unset: today.")]


@get(
    "/api/v1/transparency",
    **public(422),
    tags=["transparency"],
    summary="What the offices did, by office and month",
)
def transparency(
    edge: NamedDependency[Edge], since: From = None, until: To = None, region: OfRegion = ""
) -> TransparencyReport:
    """Return cases, listings, withdrawals, repairs, objections and missed deadlines; no party is named."""
    fallen = edge.not_withdrawn()
    with reading(edge.engine) as session:
        return report(session, fallen, edge.today(), from_on=since, to_on=until, region=prefix(region))


@get(
    "/api/v1/transparency.csv",
    **public(422),
    media_type="text/csv",
    tags=["transparency"],
    summary="The same as a table",
)
def transparency_table(
    edge: NamedDependency[Edge], since: From = None, until: To = None, region: OfRegion = ""
) -> Response[str]:
    """Return one row for each office and month, with a heading, for spreadsheets."""
    fallen = edge.not_withdrawn()
    with reading(edge.engine) as session:
        found = report(session, fallen, edge.today(), from_on=since, to_on=until, region=prefix(region))
    name = f"transparency-{found.from_on}-{found.to_on}.csv"
    return Response(
        as_csv(found.items),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
