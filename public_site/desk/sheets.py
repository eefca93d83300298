"""Registers of a market in bulk: a workbook is tried out, its faults are told, and then it is carried out.

Between the steps the file is kept for who sent it; the page that tells of it names its digest alone.
"""

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field

from api.describing import WORKBOOK
from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms
from public_site.desk.form import LARGEST_UPLOAD, Form, stated
from public_site.desk.forms import NO_FAULTS, Faults, kept_language
from public_site.desk.markets import address_of, own_market
from registry.audit.work import Work
from registry.businesses.tables import Market
from registry.commands import Command
from registry.errors import Malformed, Refusal
from registry.imports.commands import carry_out, examine
from registry.imports.orders import OrderSheet, last_order, order_sheet
from registry.imports.report import ImportReport, returned_rows
from registry.imports.tables import SheetOrder
from registry.imports.uploads import keep_upload, upload
from registry.imports.writing import write_xlsx
from registry.store.engine import writing
from registry.texts import catalogue

KINDS = ("businesses", "pledges", "instruments", "verifications")
LARGEST = 4_194_304  # bytes
MOST_ROWS = 5_000  # one form is one transaction, and other writers wait for it
AT_ONCE = 500  # rows that are carried out while the browser waits; more are a job
SECONDS = "3"  # until the browser asks again how far a job is
MOST_FAULTS = 500  # on the page; the workbook of returned rows holds all

Asked = Request[Any, Any, Any]


class TakeSheet(Command):
    """A file of rows for the registers of a market."""

    kind: Literal["businesses", "pledges", "instruments", "verifications"]
    name: str = Field(max_length=200, description="What the file is called.")
    digest: str = Field(max_length=64, description="Of the file that was tried out, SHA-256 in hex.")
    rows: int = Field(default=0, ge=0, description="Rows that the trial read; many are carried out by a job.")


@get("/desk/markets/{market_id:str}/sheet", sync_to_thread=True, include_in_schema=False)
def sheet(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[Any]:
    """Show the templates, and the form that takes a file."""
    return _form(edge, request, market_id)


@post(
    "/desk/markets/{market_id:str}/examination",
    sync_to_thread=True,
    include_in_schema=False,
    status_code=200,
    request_max_body_size=LARGEST_UPLOAD,
)
def try_out(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], market_id: FromPath[str]
) -> Response[Any]:
    """Tell what would become of each row of a file; only the file itself is kept, for a while."""
    who = forms.checked(edge, request, form)
    try:
        kept = _kept(edge, who.actor.person_id, form)
    except Refusal as refused:
        return _form(edge, request, market_id, forms.faults_of(refused, request, form, TakeSheet))
    return _tried(edge, request, kept, market_id)


@post(
    "/desk/markets/{market_id:str}/import",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
def take(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], market_id: FromPath[str]
) -> Response[Any]:
    """Carry a file out, as it was tried."""

    def taken(work: Work, command: TakeSheet) -> tuple[TakeSheet, ImportReport | None]:
        own = _of_market(work, market_id)
        content = _bytes(edge, own, command)
        if command.rows > AT_ONCE:
            order_sheet(own, OrderSheet(market_id=market_id, **command.model_dump()))
            return command, None
        return command, carry_out(own, command.kind, content, command.name, most_rows=MOST_ROWS)

    def reveal(done: tuple[TakeSheet, ImportReport | None]) -> Response[Any]:
        command, report = done
        if report is None:
            return Redirect(kept_language(request, f"{address_of(market_id)}/import"), status_code=303)
        return _report(edge, request, market_id, command, report, carried=True)

    return forms.act(
        edge,
        request,
        form,
        TakeSheet,
        taken,
        lambda done: f"{address_of(market_id)}{'?done=imported' if done[1] else '/import'}",
        partial(_form, edge, request, market_id),
        reveal=reveal,
    )


@get("/desk/markets/{market_id:str}/import", sync_to_thread=True, include_in_schema=False)
def carrying(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[Any]:
    """Show how far the large file is that one asked for last; the browser asks again until it is done."""

    def read(work: Work) -> tuple[Market, SheetOrder | None]:
        return own_market(work, market_id), last_order(work.session, work.actor.account_name, market_id)

    market, order = forms.consult(edge, request, read)
    answer = forms.show(
        edge, request, "sheet_order.html", market=market, order=order, why=_why(order, request, edge)
    )
    if order is not None and order.finished_at is None:
        answer.headers["Refresh"] = SECONDS
    return answer


def _why(order: SheetOrder | None, request: Asked, edge: Edge) -> str:
    """Return why an order was not carried out to its end, where words say it without what they were told."""
    if order is None or order.refusal is None:
        return ""
    words = catalogue()[order.refusal][forms.reader_at_desk(request, edge).language]
    return "" if "{" in words else words


@post(
    "/desk/markets/{market_id:str}/returned",
    sync_to_thread=True,
    include_in_schema=False,
    status_code=200,
    request_max_body_size=LARGEST_UPLOAD,
)
def returned(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], market_id: FromPath[str]
) -> Response[Any]:
    """Send the rows that are refused, each with why, to be corrected and sent again."""
    examined = _examined(edge, request, form, market_id)
    if isinstance(examined, Faults):
        return _form(edge, request, market_id, examined)
    command, report = examined
    made = BytesIO()
    write_xlsx(made, "退回", *returned_rows(report))
    headers = {"Content-Disposition": f'attachment; filename="{command.kind}-returned.xlsx"'}
    return Response(made.getvalue(), media_type=WORKBOOK, headers=headers)


def _tried(edge: Edge, request: Asked, form: Form, market_id: str) -> Response[Any]:
    examined = _examined(edge, request, form, market_id)
    if isinstance(examined, Faults):
        return _form(edge, request, market_id, examined)
    return _report(edge, request, market_id, *examined, carried=False)


def _examined(
    edge: Edge, request: Asked, form: Form, market_id: str
) -> tuple[TakeSheet, ImportReport] | Faults:
    """Return a file and what would become of it, or what is wrong with the form."""
    who = forms.checked(edge, request, form)
    try:
        command = stated(form, TakeSheet, {})
        with writing(edge.engine) as session:
            own = _of_market(Work(session, who.actor, edge.now(), edge.rulebook()), market_id)
            content = _bytes(edge, own, command)
            return command, examine(own, command.kind, content, command.name, most_rows=MOST_ROWS)
    except (Misread, Refusal) as refused:
        found = forms.faults_of(refused, request, form, TakeSheet)
        return replace(found, said=tuple((_beside(name), words) for name, words in found.said))


def _of_market(work: Work, market_id: str) -> Work:
    """Return work in which the actor is the operator of this market, and nothing else.

    Raises:
        NotFound: There is no such market, or it is another's.
    """
    own_market(work, market_id)
    only = tuple(one for one in work.actor.grants if (one.role, one.market_id) == ("operator", market_id))
    return replace(work, actor=replace(work.actor, grants=only))


def _kept(edge: Edge, person_id: str, form: Form) -> Form:
    """Keep the file of a form for who sent it, and return the form with its digest in its place.

    Raises:
        Malformed: It is too large.
    """
    file = form.files.get("file")
    if file is None:
        return form
    if len(file.content) > LARGEST:
        raise Malformed("import.sheet_too_large", field="file", most=LARGEST // 1_048_576)
    digest = keep_upload(edge.settings.data_dir, person_id, file.content, edge.now())
    said = (("name", file.name[-200:]), ("digest", digest))
    return Form((*((name, value) for name, value in form.fields if name not in ("name", "digest")), *said))


def _bytes(edge: Edge, work: Work, command: TakeSheet) -> bytes:
    return upload(edge.settings.data_dir, work.actor.person_id, command.digest)


def _beside(name: str) -> str:
    """Return the field of the page that a fault stands beside: what is sent of a file is the file."""
    return "file" if name in ("name", "digest") else name


def _form(edge: Edge, request: Asked, market_id: str, faults: Faults = NO_FAULTS) -> Response[Any]:
    market = forms.consult(edge, request, lambda work: own_market(work, market_id))
    return forms.show(edge, request, "sheet.html", market=market, kinds=KINDS, faults=faults)


def _report(
    edge: Edge, request: Asked, market_id: str, command: TakeSheet, report: ImportReport, *, carried: bool
) -> Response[Any]:
    market = forms.consult(edge, request, lambda work: own_market(work, market_id))
    return forms.show(
        edge,
        request,
        "sheet_report.html",
        market=market,
        command=command,
        report=report,
        refused=report.refused[:MOST_FAULTS],
        warnings=report.warnings[:MOST_FAULTS],
        carried=carried,
        said=forms.reader_at_desk(request, edge).language,
    )
