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
from public_site.names import region_words
from public_site.render import Written
from public_site.texts import Words
from registry.audit.work import Work
from registry.errors import NotFound

Asked = Request[Any, Any, Any]
Sheet = tuple[Sequence[str], Iterable[list[str]]]


@get("/desk/exports/{name:str}", sync_to_thread=True, include_in_schema=False)
def exported(request: Asked, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
    """Return `businesses` as a question finds them, or `incomplete` facts, as `.xlsx` or `.csv`."""
    kind, _, form = name.partition(".")
    if kind not in ("businesses", "incomplete") or form not in ("xlsx", "csv"):
        raise NotFound("export.file_unknown", name=name)
    reader, asked = forms.reader_at_desk(request, edge), Question.of(request)

    def read(work: Work) -> Response[bytes]:
        sheet = (
            _incomplete(work, reader.t) if kind == "incomplete" else _businesses(edge, work, asked, reader.t)
        )
        return in_form(kind, form, *sheet)

    return forms.consult(edge, request, read)


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
