"""The pages that say who we are and what a citizen may do, and the home page."""

from litestar import Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.linked import of_catalogue, of_site
from public_site.reader import Reader


@get("/", sync_to_thread=True, include_in_schema=False)
def home(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Show the search box and how much stands in the registry."""
    return reader.page(
        "home.html", state=edge.state().model_dump(), linked=of_site(edge.settings, reader.t("site.name"))
    )


@get("/about", sync_to_thread=True, include_in_schema=False)
def about(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Tell what this is, on what law it rests, and how to object."""
    return reader.page("about.html")


@get("/data", sync_to_thread=True, include_in_schema=False)
def data(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Show everything that machines can have: files, interface, feeds, on what terms."""
    name, terms = reader.t("data.title"), reader.t("data.terms_free")
    return reader.page("data.html", regimes=edge.regimes(), linked=of_catalogue(edge.settings, name, terms))


@get("/accessibility", sync_to_thread=True, include_in_schema=False)
def accessibility(reader: NamedDependency[Reader]) -> Response[str]:
    """State how far everybody can use these pages, and where to say that somebody cannot."""
    return reader.page("accessibility.html")
