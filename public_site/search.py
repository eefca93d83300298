"""The results page: what was asked, what was found and why, and how it can be narrowed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.businesses import Result, find, numbered, question
from api.edge import Edge
from api.facets import counted
from public_site.facets import Group, groups
from public_site.reader import Reader
from public_site.render import link
from public_site.sheets import MOST_FOUND
from public_site.texts import Words
from registry.errors import Malformed
from registry.publication.answers import PlacedInstrument
from registry.texts import say
from search_index.protocol import Facets, Query, Reason

A_PAGE = 20


@dataclass(frozen=True)
class Asked:
    """What a reader asked for, as it stands in the address."""

    q: str
    region: str = ""
    sector: str = ""
    list: str = ""
    designated: str = ""

    @property
    def anything(self) -> bool:
        """Whether there is a question at all."""
        return any(asdict(self).values())

    def address(self, cursor: str | None = None, **changed: str) -> str:
        """Return the address of the answer, with some of the filters changed."""
        return link("/search", **asdict(replace(self, **changed)), cursor=cursor)


@dataclass(frozen=True)
class _Answer:
    """What was found and counted, or what is wrong with the question; nothing where nothing was asked."""

    found: Result | None = None
    counts: Facets | None = None
    numbers: tuple[PlacedInstrument, ...] = ()
    problem: str | None = None


@get("/search", sync_to_thread=True, include_in_schema=False)
def search(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    *,
    q: FromQuery[str] = "",
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
    list: FromQuery[str] = "",
    designated: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show the businesses found; a question that makes no sense is answered on the page, with 422."""
    asked = Asked(q.strip(), region, sector, list, "1" if designated else "")
    answer = _answer(edge, reader, asked, cursor)
    found, t = answer.found, reader.t
    items = found.items if found else ()
    return reader.page(
        "search.html",
        status=422 if answer.problem else 200,
        asked=asked,
        kept={name: value for name, value in asdict(asked).items() if name != "q" and value},
        problem=answer.problem,
        hits=[(card.answer, hit.reasons, _reasons(t, hit.reasons)) for hit, card in items] if found else None,
        numbers=answer.numbers,
        names=reader.names(edge.rulebook(), edge.today()),
        total=_total(answer, t),
        by_database=found is not None and found.by_database,
        groups=_groups(edge, t, asked, answer.counts),
        regimes=edge.regimes(),
        shown_first=not cursor,
        most_found=MOST_FOUND,
        first=asked.address(),
        next=asked.address(found.next) if found and found.next else None,
    )


def _answer(edge: Edge, reader: Reader, asked: Asked, cursor: str) -> _Answer:
    try:
        query = question(
            edge,
            text=asked.q,
            region=asked.region or None,
            sector=asked.sector or None,
            lists=(asked.list,) if asked.list else (),
            designated=bool(asked.designated),
            limit=A_PAGE,
            after=cursor or None,
        )
        if not asked.anything:
            return _Answer(counts=counted(edge, Query()))
        return _Answer(find(edge, query), counted(edge, query), numbered(edge, query))
    except Malformed as senseless:
        return _Answer(problem=say(senseless, reader.language))


def _total(answer: _Answer, t: Words) -> str:
    """Say how many there are: as counted, or as the index says while more waits than can be counted."""
    if answer.found is None:
        return ""
    total = answer.counts.total if answer.counts else answer.found.total
    return t("search.total", count=f"{total:,}")


def _groups(edge: Edge, t: Words, asked: Asked, counts: Facets | None) -> Sequence[Group]:
    return groups(counts, t, edge.regimes(), asdict(asked), asked.address) if counts else ()


def _reasons(t: Words, reasons: Sequence[Reason]) -> list[str]:
    """Say why a business was found."""
    return [
        t(f"reason.{one.kind}", field=t(f"reason.field.{one.field}"), matched=one.matched) for one in reasons
    ]
