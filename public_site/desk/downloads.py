"""The officer's lists as files for a spreadsheet: no cell of them is ever a live formula."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from api.exports import in_form
from api.supervising import regions_read
from public_site.desk import forms
from public_site.desk.businesses import Found, Question, found_within
from public_site.desk.expiring import days_ahead, endings
from public_site.desk.incomplete import lacking
from public_site.desk.listed import ENDINGS, SHEETS, STALLS, Listed, ending_rows, stall_rows
from public_site.desk.markets import own_market, stalls_of
from public_site.names import region_words
from public_site.render import Written
from public_site.texts import Words
from registry.audit.work import Work
from registry.errors import NotFound
from registry.imports.exports import export
from registry.regions import prefix

LONGEST = 40
REGISTERS = {"all_businesses": "businesses"} | {
    one: one for one in ("pledges", "designations", "instruments", "verifications", "violations")
}
"""By the name of the file, the kind of import whose columns it has."""

Asked = Request[Any, Any, Any]
Sheet = tuple[Sequence[str], Iterable[list[str]]]


@get("/desk/exports/{name:str}", sync_to_thread=True, include_in_schema=False)
def exported(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
    """Return a list as its page finds it, or a register as its import takes it, as `.xlsx` or `.csv`.

    The lists are `businesses`, `incomplete` facts, `cases` …, the registers `all_businesses`, `pledges` ….
    """
    kind, _, form = name.partition(".")
    if kind not in ("businesses", "incomplete", *SHEETS, *REGISTERS) or form not in ("xlsx", "csv"):
        raise NotFound("export.file_unknown", name=name)
    t = forms.reader_at_desk(request, edge).t

    def read(work: Work) -> Response[bytes]:
        if kind == "businesses":
            return in_form(kind, form, *_businesses(edge, work, Question.of(request), t))
        if kind == "incomplete":
            return in_form(kind, form, *_incomplete(work, t))
        if kind in REGISTERS:
            found = export(work, REGISTERS[kind], prefix(_plain(request.query_params.get("region", ""))))
            return in_form(kind, form, found.headings, found.rows)
        of = Listed(work, t, {one: _plain(value) for one, value in request.query_params.items()})
        headings, rows = SHEETS[kind]
        return in_form(kind, form, of.headings(headings), rows(of))

    return forms.consult(edge, request, read)


@get("/desk/markets/{market_id:str}/exports/{name:str}", sync_to_thread=True, include_in_schema=False)
def market_exported(
    request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """Return the stalls of a market with what they hold today, or what runs out: `stalls`, `expiring`."""
    kind, _, form = name.partition(".")
    if kind not in ("stalls", "expiring") or form not in ("xlsx", "csv"):
        raise NotFound("export.file_unknown", name=name)
    t = forms.reader_at_desk(request, edge).t
    ahead = days_ahead(request)

    def read(work: Work) -> Response[bytes]:
        market = own_market(work, market_id).id
        if kind == "stalls":
            rows = stall_rows(t, stalls_of(work, market))
        else:
            rows = ending_rows(t, endings(work, market, work.today + timedelta(days=ahead)))
        columns: tuple[str, ...] = STALLS if kind == "stalls" else ENDINGS
        return in_form(kind, form, [t(f"desk.listed.{one}") for one in columns], rows)

    return forms.consult(edge, request, read)


def _plain(value: str) -> str:
    """Return what an address asks for; no code or state is as long, or holds what a database cannot."""
    return "" if len(value) > LONGEST or not value.isprintable() else value


def _businesses(edge: Edge, work: Work, asked: Question, t: Words) -> Sheet:
    """Return every business that a question finds, in the order of the pages."""
    headings = [
        t(key)
        for key in (
            "desk.businesses.name",
            "business.uscc",
            "business.region",
            "business.market",
            "business.stall",
            "business.status",
        )
    ]
    found = found_within(edge, work, asked.q, asked.within(regions_read(work)))
    return headings, _located(found, t)


def _located(found: Iterable[Found], t: Words) -> Iterator[list[str]]:
    """Yield a row for each business, below one that says where the register answered alone."""
    for page in found:
        if page.by_database:
            yield [t("desk.businesses.by_database")]
        for one in page.page:
            where = (region_words(one.region), one.market or "", one.stall or "")
            yield [one.name or "", one.uscc or "", *where, t.term("status", one.status)]


def _incomplete(work: Work, t: Words) -> Sheet:
    headings = [
        t(key)
        for key in (
            "desk.businesses.name",
            "desk.incomplete.sort",
            "desk.incomplete.lacks",
            "desk.incomplete.since",
        )
    ]
    written = Written(t)
    rows = (
        [
            one.name,
            t(f"desk.history.sort.{one.sort}"),
            t("write.semicolon").join(one.lacks),
            written.moment(one.recorded_at),
        ]
        for one in lacking(work, t.language)
    )
    return headings, rows
