"""The page of sourced aggregates, which speak of no merchant."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.edge import Edge
from public_site.reader import Reader
from public_site.render import link
from registry.publication import public_view
from registry.store.engine import reading

A_PAGE = 50


@get("/statistics", sync_to_thread=True, include_in_schema=False)
def statistics(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    kind: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show our own counts and the aggregates that authorities published."""
    kinds = reader.t.family("record")
    asked = kind if kind in kinds else ""
    with reading(edge.engine) as session:
        found = public_view.statistics(session, cursor or None, A_PAGE, asked or None)
    return reader.page(
        "statistics.html",
        state=edge.state().model_dump(),
        found=found,
        instruments=[one.model_dump() for one in edge.instruments()],
        kinds=kinds,
        kind=asked,
        shown_first=not cursor,
        first=link("/statistics", kind=asked),
        next=link("/statistics", kind=asked, cursor=found.after) if found.after else None,
    )
