"""Lists and boards: each with its legal basis, its entries, and what is left of a withdrawn one."""

from collections.abc import Mapping
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from api.edge import Edge
from public_site.charts import NARROW, lengths, stacked
from public_site.names import region_words
from public_site.narrowing import Kind, Narrowing, Option, narrowed, spread
from public_site.reader import Reader
from public_site.render import link
from registry.publication import public_view
from registry.publication.answers import PublicRegime, Tombstone
from registry.publication.due_process import due_process
from registry.repair.queries import subject_of_entry
from registry.repair.rules import early_end
from registry.store.engine import reading

A_GLANCE = 10
A_PAGE = 50
MOST_DRAWN = 12
PICTURES: Mapping[str, Kind] = {"regions": "region", "sectors": "sector"}
LINES: Mapping[str, str] = {"red": "#a61b1b", "black": "#22282e", "board": "#8a6d1d"}
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
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
) -> Response[str]:
    """Show the red lists."""
    return _of_colour(edge, reader, "red", Narrowing.of(region, sector))


@get("/lists/black", sync_to_thread=True, include_in_schema=False)
def black(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
) -> Response[str]:
    """Show the black lists: only what has a legal basis."""
    return _of_colour(edge, reader, "black", Narrowing.of(region, sector))


@get("/boards", sync_to_thread=True, include_in_schema=False)
def boards(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
) -> Response[str]:
    """Show the boards, which have no legal basis and say so, with cards of markets and pointers."""
    return _of_colour(edge, reader, "board", Narrowing.of(region, sector))


@get("/lists/{regime:str}", sync_to_thread=True, include_in_schema=False)
def one_list(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    regime: FromPath[str],
    *,
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show one list or board, page by page.

    Raises:
        NotFoundException: No such list is in force.
    """
    asked, want = _in_force(edge, regime), Narrowing.of(region, sector)
    with reading(edge.engine) as session:
        found = public_view.entries(
            session,
            regime,
            edge.today(),
            region_prefix=want.prefix,
            sector=want.sector,
            after=cursor or None,
            limit=A_PAGE,
        )
    here, only = f"/lists/{regime}", {"region": want.region, "sector": want.sector}
    return reader.page(
        "regime.html",
        regime=asked,
        names=reader.names(edge.rulebook(), edge.today()),
        home=HOMES[asked.colour],
        found=found,
        narrowed=narrowed(edge.entries(), [regime], want, reader.t),
        where=region_words(want.region) if want.region else "",
        spreads=_spreads(edge, reader, regime, want),
        shown_first=not cursor,
        only=only,
        first=link(here, **only),
        next=link(here, **only, cursor=found.after) if found.after else None,
    )


def _spreads(edge: Edge, reader: Reader, regime: str, want: Narrowing) -> list[tuple[Kind, list[Option]]]:
    entries = edge.entries()
    return [(kind, spread(entries, regime, kind, reader.t, want.prefix)) for kind in PICTURES.values()]


@get("/lists/{regime:str}/{name:str}", sync_to_thread=True, include_in_schema=False)
def picture(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    regime: FromPath[str],
    name: FromPath[str],
    *,
    region: FromQuery[str] = "",
) -> Response[str]:
    """Draw how the entries of a list spread over regions or sectors; the page says the same in a table.

    Raises:
        NotFoundException: No such list is in force, or there is no such picture.
    """
    colour, asked = _in_force(edge, regime).colour, name.removesuffix(".svg").removesuffix(NARROW)
    kind = PICTURES.get(asked)
    if kind is None or name not in (f"{asked}.svg", f"{asked}{NARROW}.svg"):
        raise NotFoundException
    within = Narrowing.of(region, "").prefix
    rows = [(label, number) for _, label, number in spread(edge.entries(), regime, kind, reader.t, within)]
    drawn, line = rows[:MOST_DRAWN], LINES.get(colour, LINES["board"])
    if NARROW in name:
        labels, numbers = [label for label, _ in drawn], [number for _, number in drawn]
        return Response(stacked(labels, {kind: numbers}, (line,)), media_type="image/svg+xml")
    return Response(lengths(drawn, line), media_type="image/svg+xml")


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


def _of_colour(edge: Edge, reader: Reader, colour: Tab, want: Narrowing) -> Response[str]:
    rulebook, today = edge.rulebook(), edge.today()
    regimes = [one for one in edge.regimes().values() if HOMES[one.colour] == HOMES[colour]]
    regimes.sort(key=lambda one: PLACES.index(one.colour))
    with reading(edge.engine) as session:
        shown = [
            (
                one,
                public_view.entries(
                    session, one.code, today, region_prefix=want.prefix, sector=want.sector, limit=A_GLANCE
                ),
                narrowed(edge.entries(), [one.code], want, reader.t).count,
            )
            for one in regimes
        ]
    return reader.page(
        "colour.html",
        colour=colour,
        here_path=HOMES[colour],
        shown=shown,
        where=region_words(want.region) if want.region else "",
        names=reader.names(rulebook, today),
        narrowed=narrowed(edge.entries(), [one.code for one in regimes], want, reader.t),
    )


def _in_force(edge: Edge, regime: str) -> PublicRegime:
    found = edge.regimes().get(regime)
    if found is None:
        raise NotFoundException
    return found
