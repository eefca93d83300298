"""What machines look for at fixed addresses: robots.txt, maps of the site, security.txt."""

from datetime import date
from xml.sax.saxutils import escape

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.edge import Edge
from registry.publication.counts import PARTS, named_businesses
from registry.store.engine import reading

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = (
    *("/", "/lists/red", "/lists/black", "/boards", "/editions", "/data", "/changes", "/log", "/rules"),
    *("/repair", "/statistics", "/transparency", "/about", "/accessibility"),
)
CLOSED = ("/search", "/verify/", "/desk")
"""Endless or private: nothing in there belongs in a search engine."""


@get("/robots.txt", sync_to_thread=False, include_in_schema=False)
def robots(edge: NamedDependency[Edge]) -> Response[str]:
    """Let search engines read what is for everybody, and show them the map."""
    closed = [f"Disallow: {path}" for path in CLOSED]
    told = ["User-agent: *", *closed, "", f"Sitemap: {edge.settings.public_url}/sitemap.xml", ""]
    return Response("\n".join(told), media_type=MediaType.TEXT)


@get("/sitemap.xml", sync_to_thread=True, include_in_schema=False)
def sitemap(edge: NamedDependency[Edge]) -> Response[str]:
    """List the maps: one of the pages, and one for each part of the businesses."""
    names = ["pages", *(f"businesses-{part}" for part in PARTS)]
    maps = [f"{edge.settings.public_url}/sitemaps/{name}.xml" for name in names]
    return _xml("sitemapindex", "sitemap", maps)


@get("/sitemaps/{name:str}", sync_to_thread=True, include_in_schema=False)
def one_map(edge: NamedDependency[Edge], name: FromPath[str]) -> Response[str]:
    """List pages, or the businesses of a part; no natural person is among them.

    Raises:
        NotFoundException: There is no such map.
    """
    asked, site = name.removesuffix(".xml"), edge.settings.public_url
    part = asked.removeprefix("businesses-")
    if asked == "pages":
        lists = [f"/lists/{code}" for code in edge.regimes()]
        return _xml("urlset", "url", [f"{site}{path}" for path in (*PAGES, *lists)])
    if asked == part or part not in PARTS:
        raise NotFoundException
    with reading(edge.engine) as session:
        found = named_businesses(session, part)
    return _xml("urlset", "url", [f"{site}/businesses/{one}" for one in found])


@get("/.well-known/security.txt", sync_to_thread=False, include_in_schema=False)
def security(edge: NamedDependency[Edge]) -> Response[str]:
    """Tell whom to warn of a weakness (RFC 9116), until the end of next year.

    Raises:
        NotFoundException: The installation names no contact.
    """
    contact = edge.settings.security_contact
    if not contact:
        raise NotFoundException
    until = date(edge.today().year + 1, 12, 31)
    told = [
        f"Contact: {contact}",
        f"Expires: {until.isoformat()}T00:00:00Z",
        "Preferred-Languages: zh, en",
        f"Canonical: {edge.settings.public_url}/.well-known/security.txt",
    ]
    return Response("\n".join([*told, ""]), media_type=MediaType.TEXT)


def _xml(root: str, element: str, addresses: list[str]) -> Response[str]:
    listed = "".join(f"<{element}><loc>{escape(one)}</loc></{element}>\n" for one in addresses)
    told = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n{listed}</{root}>\n'
    return Response(told, media_type="application/xml; charset=utf-8")
