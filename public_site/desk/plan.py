"""How many businesses of each grade are to be inspected, by the shares of their own place."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from api.scoring import planned
from api.supervising import OfRegion
from public_site.desk import forms

Asked = Request[Any, Any, Any]


@get("/desk/plan", sync_to_thread=True, include_in_schema=False)
def plan(request: Asked, edge: NamedDependency[Edge], region: OfRegion = "") -> Response[str]:
    """Show the plan of the own regions, or of one of them."""
    found = forms.consult(edge, request, lambda work: planned(work, region))
    names = forms.reader_at_desk(request, edge).names(edge.rulebook(), edge.today())
    return forms.show(edge, request, "plan.html", found=found, names=names, region=region)
