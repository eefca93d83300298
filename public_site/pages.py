"""The pages that say who we are and what a citizen may do, and the home page."""

from litestar import Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.reader import Reader


@get("/", sync_to_thread=True, include_in_schema=False)
def home(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Show the search box and how much stands in the registry."""
    return reader.page("home.html", state=edge.state().model_dump())


@get("/report", sync_to_thread=True, include_in_schema=False)
def report(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Tell how to report by telephone and by post."""
    return reader.page("report.html")


@get("/about", sync_to_thread=True, include_in_schema=False)
def about(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Tell what this is, on what law it rests, and how to object."""
    return reader.page("about.html")
