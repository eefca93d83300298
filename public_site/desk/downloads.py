"""The officer's lists as files for a spreadsheet: no cell of them is ever a live formula."""

from collections.abc import Iterable, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from api.exports import in_form
from api.supervising import regions_read
from public_site.desk import forms
from public_site.desk.businesses import Question, found_within
from public_site.desk.incomplete import lacking
from public_site.desk.listed import SHEETS, STALLS, Listed, stall_rows
from public_site.desk.markets import own_market, stalls_of
from public_site.names import region_words
from public_site.render import Written
from public_site.texts import Words
from registry.audit.work import Work
from registry.errors import NotFound

LONGEST = 40

Asked = Request[Any, Any, Any]
Sheet = tuple[Sequence[str], Iterable[list[str]]]


@get("/desk/exports/{name:str}", sync_to_thread=True, include_in_schema=False)
def exported(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
    """Return a list as its page finds it: `businesses`, `incomplete` facts, `cases` …, `.xlsx` or `.csv`."""
    kind, _, form = name.partition(".")
    if kind not in ("businesses", "incomplete", *SHEETS) or form not in ("xlsx", "csv"):
        raise NotFound("export.file_unknown", name=name)
    t = forms.reader_at_desk(request, edge).t

    def read(work: Work) -> Response[bytes]:
        if kind == "businesses":
            return in_form(kind, form, *_businesses(edge, work, Question.of(request), t))
        if kind == "incomplete":
            return in_form(kind, form, *_incomplete(work, t))
        of = Listed(work, t, {one: _plain(value) for one, value in request.query_params.items()})
        headings, rows = SHEETS[kind]
        return in_form(kind, form, of.headings(headings), rows(of))

    return forms.consult(edge, request, read)


@get("/desk/markets/{market_id:str}/exports/{name:str}", sync_to_thread=True, include_in_schema=False)
def market_exported(
    request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """Return the stalls of a market with what they hold today, as `stalls.xlsx` or `stalls.csv`."""
    if name not in ("stalls.xlsx", "stalls.csv"):
        raise NotFound("export.file_unknown", name=name)
    t = forms.reader_at_desk(request, edge).t

    def read(work: Work) -> Response[bytes]:
        rows = stall_rows(t, stalls_of(work, own_market(work, market_id).id))
        headings = [t(f"desk.listed.{one}") for one in STALLS]
        return in_form("stalls", name.partition(".")[2], headings, rows)

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
    rows = (
        [
            one.name or "",
            one.uscc or "",
            region_words(one.region),
            one.market or "",
            one.stall or "",
            t.term("status", one.status),
        ]
        for one in found_within(edge, work, asked.q, asked.within(regions_read(work)))
    )
    return headings, rows


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
