"""Verifying an official paper by the code on it: number, office, day, digest; never the party's name."""

from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from api.edge import Edge
from public_site.reader import Reader
from registry.publication.verification import verified
from registry.store.engine import reading


@get("/verify", sync_to_thread=True, include_in_schema=False)
def ask(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], code: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """Ask for the code of a paper; a genuine one leads to its page, whatever blanks it was typed with."""
    typed = "".join(code.split()).lower()
    with reading(edge.engine) as session:
        known = bool(typed) and verified(session, typed) is not None
    if known:
        return Redirect(f"/verify/{quote(typed, safe='')}", status_code=303)
    return reader.page("verify_ask.html", status=404 if typed else 200, code=code.strip())


@get("/verify/{code:str}", sync_to_thread=True, include_in_schema=False)
def verify(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], code: FromPath[str]
) -> Response[str]:
    """Show what a code stands for, and how to compare a file with the genuine one.

    Raises:
        NotFoundException: It stands for nothing; the page is that of any unknown address.
    """
    with reading(edge.engine) as session:
        found = verified(session, code)
    if found is None:
        raise NotFoundException
    return reader.page("verify.html", it=found)
