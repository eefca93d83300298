"""The results page: what was asked, what was found, and the reason of every hit in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.businesses import Result, find, question
from api.edge import Edge
from public_site.names import region_words
from public_site.reader import Reader
from public_site.render import link
from public_site.texts import Words
from registry.businesses.rules import SECTORS
from registry.errors import Malformed
from registry.publication.answers import BusinessCard, PublicRegime
from registry.regions import ancestors, region
from registry.texts import say
from search_index.protocol import Reason

A_PAGE = 20
PROVINCES = tuple(code for n in range(11, 83) if region(code := f"{n}0000") is not None)


@dataclass(frozen=True)
class Asked:
    """What a reader asked for, as it stands in the form."""

    q: str
    region: str
    sector: str
    on_list: str
    cursor: str

    @property
    def anything(self) -> bool:
        """Whether there is a question at all."""
        return bool(self.q or self.region or self.sector or self.on_list)

    def address(self, cursor: str | None = None) -> str:
        """Return the address of the first page of the answer, or of the one after the cursor."""
        return link(
            "/search", q=self.q, region=self.region, sector=self.sector, list=self.on_list, cursor=cursor
        )


@get("/search", sync_to_thread=True, include_in_schema=False)
def search(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    *,
    q: FromQuery[str] = "",
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
    list: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show the businesses found; a question that makes no sense is answered on the page, with 422."""
    t = reader.t
    asked = Asked(q.strip(), region, sector, list, cursor)
    found, problem = _answer(edge, reader, asked)
    regimes = edge.regimes()
    items = found.items if found else ()
    return reader.page(
        "search.html",
        status=422 if problem else 200,
        asked=asked,
        problem=problem,
        hits=[(card.answer, _reasons(t, hit.reasons)) for hit, card in items] if found else None,
        total=t("search.total", count=f"{found.total:,}") if found else "",
        choices=_choices(t, asked, regimes, [card.answer for _, card in items]),
        regimes=regimes,
        shown_first=not cursor,
        first=asked.address(),
        next=asked.address(found.next) if found and found.next else None,
    )


def _answer(edge: Edge, reader: Reader, asked: Asked) -> tuple[Result | None, str | None]:
    """Return what was found, or what is wrong with the question; neither where nothing was asked."""
    if not asked.anything:
        return None, None
    try:
        query = question(
            edge,
            text=asked.q,
            region=asked.region or None,
            sector=asked.sector or None,
            lists=(asked.on_list,) if asked.on_list else (),
            limit=A_PAGE,
            after=asked.cursor or None,
        )
        return find(edge, query), None
    except Malformed as senseless:
        return None, say(senseless, reader.language)


def _reasons(t: Words, reasons: Sequence[Reason]) -> list[str]:
    """Say why a business was found."""
    return [
        t(f"reason.{one.kind}", field=t(f"reason.field.{one.field}"), matched=one.matched) for one in reasons
    ]


@dataclass(frozen=True)
class _Choices:
    """What the filters offer; regions are those of the hits on the page first, then the provinces."""

    regions: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    sectors: Sequence[str]
    lists: Sequence[PublicRegime]


def _choices(
    t: Words, asked: Asked, regimes: Mapping[str, PublicRegime], cards: Iterable[BusinessCard]
) -> _Choices:
    near = {above.ljust(6, "0") for card in cards for above in ancestors(card.region) if above}
    if region(asked.region) is not None:
        near.add(asked.region)
    groups = [
        (t("search.regions_here"), sorted(near - set(PROVINCES))),
        (t("search.provinces"), PROVINCES),
    ]
    return _Choices(
        regions=[(label, [(code, region_words(code)) for code in codes]) for label, codes in groups if codes],
        sectors=SECTORS,
        lists=tuple(regimes.values()),
    )
