"""How to follow what changes and to check a kept copy: deltas, events, webhooks, Atom, clearances."""

from litestar import Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.names import region_words
from public_site.reader import Reader
from registry.publication.clearance import ADVERSE
from registry.publication.events import RETAINED
from registry.rulebook import Term


@get("/changes", sync_to_thread=True, include_in_schema=False)
def changes(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Tell how to follow the lists, with the feeds that there are."""
    regimes = list(edge.regimes().values())
    regions = sorted({code for one in regimes for code in one.entries_by_region})
    kept = edge.rulebook().in_force(Term, "", edge.today()).get(RETAINED)
    return reader.page(
        "changes.html",
        regimes=regimes,
        regions=[(code, region_words(code)) for code in regions],
        adverse=[one.name_zh for one in regimes if one.colour in ADVERSE],
        kept_months=kept.months if kept else None,
    )
