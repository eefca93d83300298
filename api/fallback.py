"""What the database answers while a search server does not: who bears a name or a code exactly."""

from typing import Literal

from api.edge import Edge
from registry.publication.matching import borne_by
from registry.publication.public_view import index_documents
from registry.store.engine import reading
from search_index.documents import from_source
from search_index.ordering import order_key
from search_index.plan import plan
from search_index.protocol import Hits, Query
from search_index.reading import found_among

AnsweredBy = Literal["index", "database"]
ANSWERED_BY = (
    "`database` while the search index does not answer: only who bears a name, former name or code exactly "
    "as it was asked is found then, and nothing is counted."
)


def answered_by(*, database: bool) -> AnsweredBy:
    """Return who answered, as answers say it."""
    return "database" if database else "index"


def by_database(edge: Edge, query: Query) -> Hits:
    """Return who bears the text of a query exactly, within its filters, on the one page there is."""
    planned = plan(query.text)
    if planned is None or query.after is not None:
        return Hits((), 0, None)
    with reading(edge.engine) as session:
        ids = borne_by(session, query.text)
        documents = [from_source(one) for one in index_documents(session, edge.today(), ids=ids)]
    return found_among(((order_key(one), one) for one in documents), planned, query, None)
