"""The page of one instrument, for who scans the sticker on it: is it verified, until when, by whom."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.edge import Edge
from public_site.reader import Reader
from registry.publication import instruments
from registry.store.engine import reading


@get("/instruments/{instrument_id:str}", sync_to_thread=True, include_in_schema=False)
def instrument(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], instrument_id: FromPath[str]
) -> Response[str]:
    """Show an instrument as it stands today.

    Raises:
        NotFoundException: There is no such instrument, or its user may not be shown.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        found = instruments.instrument(session, instrument_id, today, rulebook)
    if found is None:
        raise NotFoundException
    return reader.page("instrument.html", it=found, names=reader.names(rulebook, today), on=today)
