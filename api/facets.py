"""Exact numbers beside a search: what the index counts, put right by what waits to be indexed."""

from pydantic import BaseModel, ConfigDict, Field

from api.edge import Edge
from registry.publication.public_view import index_documents
from registry.store import outbox
from registry.store.engine import reading
from search_index.documents import from_source
from search_index.facets import tally
from search_index.protocol import Facets, IndexSilent, Query

MOST_WAITING = 500


class FacetCounts(BaseModel):
    """Numbers of businesses found, each dimension counted without its own filter."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    total: int
    regions: dict[str, int] = Field(description="By code of the county.")
    sectors: dict[str, int] = Field(description="By code; a business without a sector is in no number.")
    lists: dict[str, int] = Field(description="By code of the list; a business on two counts in both.")
    designated: int = Field(description="Demonstration units.")


def counted(edge: Edge, query: Query) -> Facets | None:
    """Count all that a search finds, exactly; None while more waits to be indexed than is read here.

    None too while a search server does not answer.

    What changes by the calendar alone is brought to the index soon after midnight, by `mend_index`.
    """
    with reading(edge.engine) as session:
        waiting = outbox.waiting(session, "search", MOST_WAITING)
        if waiting is None:
            return None
        fresh = [from_source(one) for one in index_documents(session, edge.today(), ids=waiting)]
    try:
        return edge.index.facets(query, but_not=waiting).plus(tally(fresh, query))
    except IndexSilent:  # the search beside it tells the reader
        return None
