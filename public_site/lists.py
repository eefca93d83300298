"""Lists and boards: each with its legal basis, its entries, and what is left of a withdrawn one."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from api.edge import Edge
from public_site.names import Names, region_words
from public_site.render import link, page
from public_site.texts import words
from registry.publication import public_view
from registry.publication.answers import PublicRegime, Tombstone
from registry.regions import prefix, region
from registry.rulebook import Rulebook
from registry.store.engine import reading

A_GLANCE = 10
A_PAGE = 50
Colour = Literal["red", "black", "board"]
HOMES: Mapping[str, str] = {"red": "/lists/red", "black": "/lists/black", "board": "/boards"}


def regimes_of(session: Session, rulebook: Rulebook, today: date) -> dict[str, PublicRegime]:
    """Return the lists and boards in force today, wherever they apply, by code."""
    return {one.code: one for one in public_view.lists(session, rulebook, today)}


@get("/lists/red", sync_to_thread=True, include_in_schema=False)
def red(edge: NamedDependency[Edge], region: FromQuery[str] = "") -> Response[str]:
    """Show the red lists."""
    return _of_colour(edge, "red", region)


@get("/lists/black", sync_to_thread=True, include_in_schema=False)
def black(edge: NamedDependency[Edge], region: FromQuery[str] = "") -> Response[str]:
    """Show the black lists: only what has a legal basis."""
    return _of_colour(edge, "black", region)


@get("/boards", sync_to_thread=True, include_in_schema=False)
def boards(edge: NamedDependency[Edge], region: FromQuery[str] = "") -> Response[str]:
    """Show the boards, which have no legal basis and say so."""
    return _of_colour(edge, "board", region)


@get("/lists/{regime:str}", sync_to_thread=True, include_in_schema=False)
def one_list(
    edge: NamedDependency[Edge],
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
        asked = regimes_of(session, rulebook, today).get(regime)
        if asked is None:
            raise NotFoundException
        where = _known(region)
        found = public_view.entries(
            session, regime, today, region_prefix=prefix(where), after=cursor or None, limit=A_PAGE
        )
    here = f"/lists/{regime}"
    return page(
        edge.settings,
        "regime.html",
        regime=asked,
        names=Names(rulebook, today, words("zh")),
        home=HOMES[asked.colour],
        found=found,
        region=where,
        regions=_choices(asked.entries_by_region, where),
        count=sum(n for code, n in asked.entries_by_region.items() if code.startswith(prefix(where))),
        shown_first=not cursor,
        first=link(here, region=where),
        next=link(here, region=where, cursor=found.after) if found.after else None,
    )


@get("/lists/{regime:str}/entries/{entry_id:str}", sync_to_thread=True, include_in_schema=False)
def one_entry(edge: NamedDependency[Edge], regime: FromPath[str], entry_id: FromPath[str]) -> Response[str]:
    """Show an entry, or say that it has been withdrawn: 410, and no name.

    Raises:
        NotFoundException: There never was such an entry on that list.
    """
    rulebook, today = edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        found = public_view.entry(session, entry_id, today)
        regimes = regimes_of(session, rulebook, today)
    if found is None or found.regime != regime:
        raise NotFoundException
    of = regimes.get(regime)
    gone = isinstance(found, Tombstone)
    return page(
        edge.settings,
        "tombstone.html" if gone else "entry.html",
        status=410 if gone else 200,
        it=found,
        regime=of,
        home=HOMES[of.colour] if of else "/",
        names=Names(rulebook, today, words("zh")),
    )


def _of_colour(edge: Edge, colour: Colour, region: str) -> Response[str]:
    where, rulebook, today = _known(region), edge.rulebook(), edge.today()
    with reading(edge.engine) as session:
        regimes = [one for one in regimes_of(session, rulebook, today).values() if one.colour == colour]
        shown = [
            (one, public_view.entries(session, one.code, today, region_prefix=prefix(where), limit=A_GLANCE))
            for one in regimes
        ]
    counts: dict[str, int] = {}
    for one in regimes:
        for code, number in one.entries_by_region.items():
            counts[code] = counts.get(code, 0) + number
    return page(
        edge.settings,
        "colour.html",
        colour=colour,
        here_path=HOMES[colour],
        shown=shown,
        names=Names(rulebook, today, words("zh")),
        region=where,
        regions=_choices(counts, where),
        total=sum(counts.values()),
    )


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
