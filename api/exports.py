"""What is on record, as sheets for those who supervise: XLSX or CSV, no cell of it a live formula."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts import consult
from api.describing import WORKBOOK, sent_as, supervised
from api.edge import Edge
from api.supervising import OfRegion
from registry.audit.work import Work
from registry.errors import NotFound, RuleRefused
from registry.imports.exports import EXPORTS, Row, export
from registry.imports.writing import write_csv, write_xlsx
from registry.regions import prefix

MOST_ROWS = 100_000  # a sheet of an office; more goes by the command line, and holds no reader up


@get(
    "/api/v1/exports/{name:str}",
    **supervised(404, 422),
    **sent_as(WORKBOOK, "text/csv"),
    tags=["exports"],
    summary="Facts and cases of the own regions, as XLSX or CSV",
)
def exported(
    request: Request[Any, Any, Any], edge: NamedDependency[Edge], name: FromPath[str], region: OfRegion = ""
) -> Response[bytes]:
    """Return `businesses`, `pledges`, `violations` … as `pledges.xlsx` or `pledges.csv`.

    What can be imported has the columns of its import, so that a file imports to the same state.
    """
    kind, _, form = name.partition(".")
    if kind not in EXPORTS or kind == "audit" or form not in ("xlsx", "csv"):
        raise NotFound("export.file_unknown", name=name)
    return consult(edge, request, lambda work: _file(work, kind, form, prefix(region)))


@get(
    "/api/v1/audit/{name:str}",
    **supervised(404, 422),
    **sent_as(WORKBOOK, "text/csv"),
    tags=["audit"],
    summary="The audit log, as XLSX or CSV",
)
def audit_exported(
    request: Request[Any, Any, Any], edge: NamedDependency[Edge], name: FromPath[str], region: OfRegion = ""
) -> Response[bytes]:
    """Return `audit.xlsx` or `audit.csv`: acts of the offices in the own regions, the latest first."""
    if name not in ("audit.xlsx", "audit.csv"):
        raise NotFound("export.file_unknown", name=name)
    return consult(edge, request, lambda work: _file(work, "audit", name.partition(".")[2], prefix(region)))


def _file(work: Work, kind: str, form: str, region: str) -> Response[bytes]:
    found = export(work, kind, region)
    return in_form(kind, form, found.headings, found.rows)


def in_form(name: str, form: str, headings: Sequence[str], rows: Iterable[Row]) -> Response[bytes]:
    """Return rows as a download; no cell of it is a live formula.

    Args:
        name: Of the file, without its ending, and of its sheet.
        form: xlsx or csv.
        headings: Of the first row.
        rows: Texts, read while they are written.

    Raises:
        RuleRefused: They are more than a sheet of an office.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "xlsx":
        book = BytesIO()
        write_xlsx(book, name, headings, _bounded(rows))
        return Response(book.getvalue(), media_type=WORKBOOK, headers=headers)
    text = StringIO(newline="")
    write_csv(text, headings, _bounded(rows))
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise RuleRefused("export.too_many_rows", field="region", most=MOST_ROWS)
        yield row
