"""The page of one business: who it is, what it pledged, what was decided, where it is listed."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from api.edge import Edge
from public_site.lists import regimes_of
from public_site.names import Names
from public_site.render import page
from public_site.texts import words
from registry.businesses.queries import surviving
from registry.publication import public_view
from registry.store.engine import reading


@get("/businesses/{business_id:str}", sync_to_thread=True, include_in_schema=False)
def business(edge: NamedDependency[Edge], business_id: FromPath[str]) -> Response[str] | Redirect:
    """Show a business as the public may see it today; a merged one answers 308.

    Raises:
        NotFoundException: There is no such business, or none that may be shown.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        carrier = surviving(session, business_id)
        if carrier is not None and carrier.id != business_id:
            return Redirect(f"/businesses/{carrier.id}", status_code=308)
        found = public_view.business(session, business_id, today, rulebook)
        regimes = regimes_of(session, rulebook, today)
    if found is None:
        raise NotFoundException
    names = Names(rulebook, today, words("zh"))
    return page(edge.settings, "business.html", it=found, regimes=regimes, names=names)
