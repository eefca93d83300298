"""What a search finds and what stands on a list, as a sheet whose rows lead to the pages of today."""

from collections.abc import Iterator
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from api.businesses import find, question
from api.edge import Edge
from api.exports import in_form
from public_site.narrowing import Narrowing
from public_site.reader import Reader
from public_site.render import Written
from registry.errors import NotFound
from registry.publication import public_view
from registry.publication.answers import PublicEntry
from registry.store.engine import reading
from search_index.protocol import LARGEST_PAGE

MOST_FOUND = 1_000  # the first of a search; who wants all of them takes the editions
AT_ONCE = 500
FOUND = ("name", "uscc", "region", "market", "stall", "because", "id", "link")
ENTRIES = ("name", "uscc", "region", "market", "stall", "ground", "basis", "listed", "until", "id", "link")

Asked = Request[Any, Any, Any]


def form_of(name: str, stem: str) -> str:
    """Return the form that the name of a file asks for.

    Raises:
        NotFound: It is the name of no such file.
    """
    kind, _, form = name.partition(".")
    if kind != stem or form not in ("xlsx", "csv"):
        raise NotFound("export.file_unknown", name=name)
    return form


@get("/search/export/{name:str}", sync_to_thread=True, include_in_schema=False)
def found(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    name: FromPath[str],
    *,
    q: FromQuery[str] = "",
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
    list: FromQuery[str] = "",
    designated: FromQuery[str] = "",
) -> Response[bytes]:
    """Return the first thousand that a search finds, in the order of its pages.

    Where the index does not answer, a row above them says what the database could find.
    """
    form = form_of(name, "results")
    asked: dict[str, Any] = {
        "text": q.strip(),
        "region": region or None,
        "sector": sector or None,
        "lists": (list,) if list else (),
        "designated": bool(designated),
    }
    headings = [reader.t(f"match.heading.{one}") for one in FOUND]
    return in_form("results", form, headings, _found(edge, reader, asked))


def _found(edge: Edge, reader: Reader, asked: dict[str, Any]) -> Iterator[list[str]]:
    t, after = reader.t, None
    for _ in range(MOST_FOUND // LARGEST_PAGE):
        page = find(edge, question(edge, **asked, limit=LARGEST_PAGE, after=after))
        if page.by_database:
            yield [t("search.by_database")]
        for hit, card in page.items:
            one = card.answer
            why = t("write.semicolon").join(
                t(f"reason.{each.kind}", field=t(f"reason.field.{each.field}"), matched=each.matched)
                for each in hit.reasons
            )
            where = (one.region_name or one.region, one.market or "", one.stall or "")
            link = f"{reader.settings.public_url}/businesses/{one.id}"
            yield [one.name, one.uscc or "", *where, why, one.id, link]
        if (after := page.next) is None:
            return


@get("/lists/{regime:str}/export/{name:str}", sync_to_thread=True, include_in_schema=False)
def entries(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    regime: FromPath[str],
    name: FromPath[str],
    *,
    region: FromQuery[str] = "",
    sector: FromQuery[str] = "",
) -> Response[bytes]:
    """Return the entries of a list as its pages show them.

    Raises:
        NotFoundException: No such list is in force.
    """
    form = form_of(name, "entries")
    if regime not in edge.regimes():
        raise NotFoundException
    headings = [reader.t(f"match.heading.{one}") for one in ENTRIES]
    return in_form("entries", form, headings, _entries(edge, reader, regime, Narrowing.of(region, sector)))


def _entries(edge: Edge, reader: Reader, regime: str, want: Narrowing) -> Iterator[list[str]]:
    names = reader.names(edge.rulebook(), edge.today())
    with reading(edge.engine) as session:
        after: str | None = None
        while True:
            page = public_view.entries(
                session,
                regime,
                edge.today(),
                region_prefix=want.prefix,
                sector=want.sector,
                after=after,
                limit=AT_ONCE,
            )
            for one in page.items:
                yield _entry(reader, one, names.ground(one.ground, one.region))
            if (after := page.after) is None:
                return


def _entry(reader: Reader, one: PublicEntry, ground: str) -> list[str]:
    where = (one.region_name or one.region, one.market or "", one.stall or "")
    until = Written(reader.t).last_day(one.publish_until) if one.publish_until else ""
    link = f"{reader.settings.public_url}/lists/{one.regime}/entries/{one.entry_id}"
    term = (one.listed_on.isoformat(), until)
    return [one.name, one.uscc or "", *where, ground, one.basis or "", *term, one.entry_id, link]
