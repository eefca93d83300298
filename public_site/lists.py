"""Lists and boards: each with its legal basis, its entries, and what is left of a withdrawn one."""

from collections.abc import Mapping
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from api.edge import Edge
from public_site.names import region_words
from public_site.reader import Reader
from public_site.render import link
from registry.publication import public_view
from registry.publication.answers import PublicRegime, Tombstone
from registry.publication.due_process import due_process
from registry.regions import prefix, region
from registry.repair.queries import subject_of_entry
from registry.repair.rules import early_end
from registry.store.engine import reading

A_GLANCE = 10
A_PAGE = 50
Tab = Literal["red", "black", "board"]
PLACES = ("red", "black", "board", "pointer", "card")
HOMES: Mapping[str, str] = {
    "red": "/lists/red",
    "black": "/lists/black",
    "board": "/boards",
    "card": "/boards",
    "pointer": "/boards",
}


@get("/lists/red", sync_to_thread=True, include_in_schema=False)
def red(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], region: FromQuery[str] = ""
) -> Response[str]:
    """Show the red lists."""
    return _of_colour(edge, reader, "red", region)


@get("/lists/black", sync_to_thread=True, include_in_schema=False)
def black(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], region: FromQuery[str] = ""
) -> Response[str]:
    """Show the black lists: only what has a legal basis."""
    return _of_colour(edge, reader, "black", region)


@get("/boards", sync_to_thread=True, include_in_schema=False)
def boards(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], region: FromQuery[str] = ""
) -> Response[str]:
    """Show the boards, which have no legal basis and say so, with cards of markets and pointers."""
    return _of_colour(edge, reader, "board", region)


@get("/lists/{regime:str}", sync_to_thread=True, include_in_schema=False)
def one_list(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    regime: FromPath[str],
    region: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show one list or board, page by page.

    Raises:
        NotFoundException: No such list is in force.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        asked = edge.regimes().get(regime)
        if asked is None:
            raise NotFoundException
        where = _known(region)
        found = public_view.entries(
            session, regime, today, region_prefix=prefix(where), after=cursor or None, limit=A_PAGE
        )
    here = f"/lists/{regime}"
    return reader.page(
        "regime.html",
        regime=asked,
        names=reader.names(rulebook, today),
        home=HOMES[asked.colour],
        found=found,
        region=where,
        where=region_words(where) if where else "",
        regions=_choices(asked.entries_by_region, where),
        count=_within(asked, where),
        shown_first=not cursor,
        first=link(here, region=where),
        next=link(here, region=where, cursor=found.after) if found.after else None,
    )


@get("/lists/{regime:str}/entries/{entry_id:str}", sync_to_thread=True, include_in_schema=False)
def one_entry(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    regime: FromPath[str],
    entry_id: FromPath[str],
) -> Response[str]:
    """Show an entry, or say that it has been withdrawn: 410, and no name.

    Raises:
        NotFoundException: There never was such an entry on that list.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        found = public_view.entry(session, entry_id, today)
        led_to_it = due_process(session, entry_id, today)
        regimes = edge.regimes()
    if found is None or found.regime != regime:
        raise NotFoundException
    of = regimes.get(regime)
    gone = isinstance(found, Tombstone)
    return reader.page(
        "tombstone.html" if gone else "entry.html",
        status=410 if gone else 200,
        it=found,
        repairable=None
        if isinstance(found, Tombstone)
        else early_end(rulebook, subject_of_entry(found), today),
        led_to_it=led_to_it,
        regime=of,
        home=HOMES[of.colour] if of else "/",
        names=reader.names(rulebook, today),
    )


def _of_colour(edge: Edge, reader: Reader, colour: Tab, region: str) -> Response[str]:
    where, rulebook, today = _known(region), edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        regimes = [one for one in edge.regimes().values() if HOMES[one.colour] == HOMES[colour]]
        regimes.sort(key=lambda one: PLACES.index(one.colour))
        shown = [
            (one, public_view.entries(session, one.code, today, region_prefix=prefix(where), limit=A_GLANCE))
            for one in regimes
        ]
    counts: dict[str, int] = {}
    for one in regimes:
        for code, number in one.entries_by_region.items():
            counts[code] = counts.get(code, 0) + number
    return reader.page(
        "colour.html",
        colour=colour,
        here_path=HOMES[colour],
        shown=shown,
        counts={one.code: _within(one, where) for one in regimes},
        where=region_words(where) if where else "",
        names=reader.names(rulebook, today),
        region=where,
        regions=_choices(counts, where),
        total=sum(counts.values()),
    )


def _within(regime: PublicRegime, where: str) -> int:
    """Return how many entries a list has in a region."""
    return sum(n for code, n in regime.entries_by_region.items() if code.startswith(prefix(where)))


def _known(code: str) -> str:
    """Return a region that a reader chose, or none where it is no region."""
    return code if region(code) is not None else ""


def _choices(counts: Mapping[str, int], chosen: str) -> list[tuple[str, str, int]]:
    """Return the regions that have entries, with their counts, and the one that was chosen."""
    codes = {*counts, chosen} if chosen else set(counts)
    return [
        (
            code,
            region_words(code),
            sum(number for other, number in counts.items() if other.startswith(prefix(code))),
        )
        for code in sorted(codes)
    ]
