"""Lists that are matched: a sheet or pasted lines, answered on the page or as a sheet to keep."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from api.edge import Edge
from api.exports import in_form
from api.limits import count_names
from api.matching import LARGEST_LIST, Answered, match_list
from api.problems import status_of
from public_site.desk.form import Form
from public_site.desk.forms import NO_FAULTS, Faults
from public_site.reader import Reader
from registry.errors import Malformed
from registry.imports.asked import Line, lines_of_file, lines_of_text
from registry.publication.matching import MOST, Candidate
from registry.texts import say

FORMS = ("page", "xlsx", "csv")
HEADINGS = ("place", "asked", "state", "name", "uscc", "region", "market", "stall", "because", "id", "link")

Asked = Request[Any, Any, Any]


@get("/match", sync_to_thread=True, include_in_schema=False)
def ask(reader: NamedDependency[Reader]) -> Response[str]:
    """Show the form that takes a list."""
    return _form(reader)


@post(
    "/match",
    sync_to_thread=True,
    include_in_schema=False,
    status_code=200,
    request_max_body_size=LARGEST_LIST,
)
def match(
    request: Asked, edge: NamedDependency[Edge], reader: NamedDependency[Reader], form: NamedDependency[Form]
) -> Response[Any]:
    """Answer a list: who bears each name or code, what is like it, and why."""
    try:
        kind = form.one("as") or "page"
        if kind not in FORMS:
            raise Malformed("match.form_unknown", field="as", known=", ".join(FORMS))
        lines = _lines(form)
    except Malformed as refused:
        said = ((refused.field or "", say(refused, reader.language)),)
        entered = {name: form.every(name) for name, _ in form.fields}
        return _form(reader, Faults(said, entered, status_of(refused)))
    count_names(request, len(lines))
    answered, by = match_list(edge, lines)
    by_database = by == "database"
    if kind != "page":
        headings = [reader.t(f"match.heading.{one}") for one in HEADINGS]
        told = [[reader.t("search.by_database")]] if by_database else []
        return in_form("match", kind, headings, chain(told, _rows(reader, answered)))
    return reader.page(
        "match.html",
        faults=NO_FAULTS,
        most=MOST,
        text=form.one("text"),
        answered=answered,
        by_database=by_database,
        why=lambda one: _why(reader, one),
    )


def _form(reader: Reader, faults: Faults = NO_FAULTS) -> Response[str]:
    return reader.page(
        "match.html",
        status=faults.status,
        faults=faults,
        most=MOST,
        text=faults.value("text"),
        answered=None,
        by_database=False,
    )


def _lines(form: Form) -> tuple[Line, ...]:
    """Return the lines of the file where there is one, else those that were pasted."""
    file = form.files.get("file")
    return lines_of_file(file.content, file.name) if file else lines_of_text(form.one("text"))


def _rows(reader: Reader, answered: Iterable[Answered]) -> Iterator[list[str]]:
    """Yield a row for each candidate, and one for each line that has none."""
    for one in answered:
        told = [one.line.place, one.text, reader.t(f"match.state.{one.state}")]
        candidates = one.found.candidates if one.found else ()
        for candidate in candidates:
            yield [*told, *_candidate(reader, one, candidate)]
        if not candidates:
            reason = one.line.fault.reason(reader.language) if one.line.fault else ""
            yield [*told, "", "", "", "", "", reason, "", ""]


def _candidate(reader: Reader, one: Answered, found: Candidate) -> list[str]:
    where = (found.region_name or found.region, found.market or "", found.stall or "")
    link = f"{reader.settings.public_url}/businesses/{found.id}"
    why = _why(reader, found)
    if one.by_name:
        why = f"{reader.t('match.code_unknown')}{why}"
    return [found.name, found.uscc or "", *where, why, found.id, link]


def _why(reader: Reader, found: Candidate) -> str:
    if found.because == "like":
        return reader.t("match.like", matched=found.matched)
    field = "uscc" if found.because == "code" else found.because
    return reader.t("reason.exact", field=reader.t(f"reason.field.{field}"))
