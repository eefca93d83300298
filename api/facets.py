"""Exact numbers beside a search: what the index counts, put right by what waits to be indexed."""

from pydantic import BaseModel, ConfigDict, Field

from api.edge import Edge
from search_index.facets import tally
from search_index.protocol import Facets, IndexSilent, Query


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
    waiting = edge.waiting()
    if waiting is None:
        return None
    try:
        return edge.index.facets(query, but_not=waiting.ids).plus(tally(waiting.documents, query))
    except IndexSilent:  # the search beside it tells the reader
        return None
