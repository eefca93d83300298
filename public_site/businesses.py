"""The page of one business: who it is, what it pledged, what was decided, where it is listed."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from api.edge import Edge
from public_site.linked import of_business
from public_site.reader import Reader
from public_site.timeline import timeline
from registry.businesses.queries import surviving
from registry.publication import clearance, public_view
from registry.publication.grades import grade_of
from registry.repair.queries import early_ends
from registry.store.engine import reading


@get("/businesses/{business_id:str}", sync_to_thread=True, include_in_schema=False)
def business(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], business_id: FromPath[str]
) -> Response[str] | Redirect:
    """Show a business as the public may see it today; a merged one answers 308.

    Raises:
        NotFoundException: There is no such business, or none that may be shown.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        found = public_view.business(session, business_id, today, rulebook)
        carrier = surviving(session, business_id) if found is None else None
        clears = clearance.is_made_of(session, business_id)
        listed = found.entries if found is not None else ()
        repairable = early_ends(session, rulebook, business_id, listed, today)
        graded = grade_of(session, found, rulebook, today, edge.now()) if found is not None else None
    if carrier is not None and carrier.id != business_id:
        return Redirect(f"/businesses/{carrier.id}", status_code=308)
    if found is None:
        raise NotFoundException
    names = reader.names(rulebook, today)
    return reader.page(
        "business.html",
        it=found,
        regimes=edge.regimes(),
        names=names,
        clears=clears,
        history=timeline(found, edge.regimes(), names),
        linked=of_business(edge.settings, found),
        repairable=repairable,
        graded=graded,
        ungraded=names.reason(graded.ungraded_because) if graded and graded.ungraded_because else "",
        grounded=names.ground_of(graded.scheme) if graded else "",
    )
