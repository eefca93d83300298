"""Registers in bulk: a workbook is tried out, its faults are told, and then it is carried out.

A market's operator fills the registers of the market; a verification body tells what it verified;
officers fill the registers of their regions.

Between the steps the file is kept for who sent it; the page that tells of it names its digest alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Any, Literal, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler
from pydantic import Field

from api.describing import WORKBOOK
from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms
from public_site.desk.form import LARGEST_UPLOAD, Form, stated
from public_site.desk.forms import NO_FAULTS, Faults, kept_language
from public_site.desk.markets import address_of, own_market
from registry.audit.work import Work
from registry.commands import Command
from registry.errors import Malformed, Refusal
from registry.imports.commands import carry_out, count_rows, examine
from registry.imports.orders import OrderSheet, Role, last_order, narrowed, order_sheet
from registry.imports.report import ImportReport, returned_rows
from registry.imports.tables import SheetOrder
from registry.imports.uploads import keep_upload, upload
from registry.imports.writing import write_xlsx
from registry.store.engine import writing
from registry.texts import catalogue

LARGEST = 4_194_304  # bytes
MOST_ROWS = 5_000  # one form is one transaction, and other writers wait for it
AT_ONCE = 500  # rows that are carried out while the browser waits; more are a job
SECONDS = "3"  # until the browser asks again how far a job is
MOST_FAULTS = 500  # on the page; the workbook of returned rows holds all

Asked = Request[Any, Any, Any]


class TakeSheet(Command):
    """A file of rows for a register of the officers."""

    kind: Literal["businesses", "pledges", "designations", "instruments", "verifications", "violations"]
    name: str = Field(max_length=200, description="What the file is called.")
    digest: str = Field(max_length=64, description="Of the file that was tried out, SHA-256 in hex.")


class TakeStalls(TakeSheet):
    """A file of rows for a register that a market's operator keeps."""

    kind: Literal["businesses", "pledges", "instruments", "verifications"]


class TakeVerifications(TakeSheet):
    """A file of verifications, which is all that a verification body records."""

    kind: Literal["verifications"]


@dataclass(frozen=True)
class Bench:
    """Where files of rows are brought, and whose registers they fill.

    Attributes:
        place: The desk above, as the navigation calls it; the pages of the files hang below its address.
        role: In which the rows are recorded, whatever else the actor holds.
        command: What its forms are read into.
        market_id: The market; None: the regions on which the role is held.
        name: The market's; empty: the place's own.
    """

    place: str
    role: Role
    command: type[TakeSheet]
    market_id: str | None = None
    name: str = ""

    @property
    def address(self) -> str:
        """Return the address of the desk above."""
        return f"/desk/{self.place}" if self.market_id is None else address_of(self.market_id)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of rows that it takes."""
        return get_args(self.command.model_fields["kind"].annotation)

    def narrow(self, work: Work) -> Work:
        """Return work in which the actor may do what this desk is for, and nothing else.

        Raises:
            NotFound: There is no such market, or it is another's.
        """
        if self.market_id is not None:
            own_market(work, self.market_id)
        return replace(work, actor=narrowed(work.actor, self.role, self.market_id))


VERIFYING = Bench("verifying", "verifier", TakeVerifications)
REGISTERS = Bench("businesses", "officer", TakeSheet)


def of_market(market_id: str) -> Callable[[Work], Bench]:
    """Return what finds the desk of a market, for its operator."""

    def found(work: Work) -> Bench:
        return Bench("markets", "operator", TakeStalls, market_id, own_market(work, market_id).name)

    return found


Find = Callable[[Work], Bench]


def asked_for(edge: Edge, request: Asked, find: Find, faults: Faults = NO_FAULTS) -> Response[Any]:
    """Show the templates, and the form that takes a file."""
    bench = forms.consult(edge, request, find)
    return forms.show(edge, request, "sheet.html", bench=bench, faults=faults)


def tried_out(edge: Edge, request: Asked, form: Form, find: Find) -> Response[Any]:
    """Tell what would become of each row of a file; only the file itself is kept, for a while."""
    who = forms.checked(edge, request, form)
    bench = forms.consult(edge, request, find)
    try:
        kept = _kept(edge, who.actor.person_id, form)
    except Refusal as refused:
        return asked_for(edge, request, find, forms.faults_of(refused, request, form, bench.command))
    examined = _examined(edge, request, kept, bench)
    if isinstance(examined, Faults):
        return asked_for(edge, request, find, examined)
    return _report(edge, request, bench, *examined, carried=False)


def carried_out(edge: Edge, request: Asked, form: Form, find: Find) -> Response[Any]:
    """Carry a file out as it was tried: at once, or by a job where its rows are many."""
    bench = forms.consult(edge, request, find)

    def taken(work: Work, command: TakeSheet) -> tuple[TakeSheet, ImportReport | None]:
        own = bench.narrow(work)
        content = _bytes(edge, own, command)
        rows = count_rows(command.kind, content, command.name, most=MOST_ROWS)
        if rows > AT_ONCE:
            order_sheet(
                own, OrderSheet(role=bench.role, market_id=bench.market_id, rows=rows, **command.model_dump())
            )
            return command, None
        return command, carry_out(own, command.kind, content, command.name, most_rows=MOST_ROWS)

    def reveal(done: tuple[TakeSheet, ImportReport | None]) -> Response[Any]:
        command, report = done
        if report is None:
            return Redirect(kept_language(request, f"{bench.address}/import"), status_code=303)
        return _report(edge, request, bench, command, report, carried=True)

    return forms.act(
        edge,
        request,
        form,
        bench.command,
        taken,
        lambda done: f"{bench.address}{'?done=imported' if done[1] else '/import'}",
        partial(asked_for, edge, request, find),
        reveal=reveal,
    )


def so_far(edge: Edge, request: Asked, find: Find) -> Response[Any]:
    """Show how far the large file is that one asked for last; the browser asks again until it is done."""

    def read(work: Work) -> tuple[Bench, SheetOrder | None]:
        bench = find(work)
        return bench, last_order(work.session, work.actor.account_name, bench.role, bench.market_id)

    bench, order = forms.consult(edge, request, read)
    why = _why(order, request, edge)
    answer = forms.show(edge, request, "sheet_order.html", bench=bench, order=order, why=why)
    if order is not None and order.finished_at is None:
        answer.headers["Refresh"] = SECONDS
    return answer


def sent_back(edge: Edge, request: Asked, form: Form, find: Find) -> Response[Any]:
    """Send the rows that are refused, each with why, to be corrected and sent again."""
    bench = forms.consult(edge, request, find)
    examined = _examined(edge, request, form, bench)
    if isinstance(examined, Faults):
        return asked_for(edge, request, find, examined)
    command, report = examined
    made = BytesIO()
    write_xlsx(made, "退回", *returned_rows(report))
    headers = {"Content-Disposition": f'attachment; filename="{command.kind}-returned.xlsx"'}
    return Response(made.getvalue(), media_type=WORKBOOK, headers=headers)


def _why(order: SheetOrder | None, request: Asked, edge: Edge) -> str:
    """Return why an order was not carried out to its end, where words say it without what they were told."""
    if order is None or order.refusal is None:
        return ""
    words = catalogue()[order.refusal][forms.reader_at_desk(request, edge).language]
    return "" if "{" in words else words


def _examined(
    edge: Edge, request: Asked, form: Form, bench: Bench
) -> tuple[TakeSheet, ImportReport] | Faults:
    """Return a file and what would become of it, or what is wrong with the form."""
    who = forms.checked(edge, request, form)
    try:
        command = stated(form, bench.command, {})
        with writing(edge.engine) as session:
            own = bench.narrow(Work(session, who.actor, edge.now(), edge.rulebook()))
            content = _bytes(edge, own, command)
            return command, examine(own, command.kind, content, command.name, most_rows=MOST_ROWS)
    except (Misread, Refusal) as refused:
        found = forms.faults_of(refused, request, form, bench.command)
        return replace(found, said=tuple((_beside(name), words) for name, words in found.said))


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


def _report(
    edge: Edge, request: Asked, bench: Bench, command: TakeSheet, report: ImportReport, *, carried: bool
) -> Response[Any]:
    return forms.show(
        edge,
        request,
        "sheet_report.html",
        bench=bench,
        command=command,
        report=report,
        refused=report.refused[:MOST_FAULTS],
        warnings=report.warnings[:MOST_FAULTS],
        carried=carried,
        said=forms.reader_at_desk(request, edge).language,
    )


UPLOADED: dict[str, Any] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "request_max_body_size": LARGEST_UPLOAD,
}


@get("/desk/markets/{market_id:str}/sheet", sync_to_thread=True, include_in_schema=False)
def sheet(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[Any]:
    """Show an operator the templates, and the form that takes a file."""
    return asked_for(edge, request, of_market(market_id))


@post("/desk/markets/{market_id:str}/examination", status_code=200, **UPLOADED)
def try_out(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], market_id: FromPath[str]
) -> Response[Any]:
    """Try out a file for a market."""
    return tried_out(edge, request, form, of_market(market_id))


@post("/desk/markets/{market_id:str}/import", **UPLOADED)
def take(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], market_id: FromPath[str]
) -> Response[Any]:
    """Carry out a file for a market."""
    return carried_out(edge, request, form, of_market(market_id))


@get("/desk/markets/{market_id:str}/import", sync_to_thread=True, include_in_schema=False)
def carrying(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[Any]:
    """Show how far a large file for a market is."""
    return so_far(edge, request, of_market(market_id))


@post("/desk/markets/{market_id:str}/returned", status_code=200, **UPLOADED)
def returned(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], market_id: FromPath[str]
) -> Response[Any]:
    """Send back the refused rows of a file for a market."""
    return sent_back(edge, request, form, of_market(market_id))


def at_place(bench: Bench) -> tuple[ControllerRouterHandler, ...]:
    """Return the pages of a desk that is the same for everybody who has it."""

    def find(_: Work) -> Bench:
        return bench

    @get(f"{bench.address}/sheet", sync_to_thread=True, include_in_schema=False)
    def sheet(request: Asked, edge: NamedDependency[Edge]) -> Response[Any]:
        return asked_for(edge, request, find)

    @post(f"{bench.address}/examination", status_code=200, **UPLOADED)
    def try_out(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
        return tried_out(edge, request, form, find)

    @post(f"{bench.address}/import", **UPLOADED)
    def take(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
        return carried_out(edge, request, form, find)

    @get(f"{bench.address}/import", sync_to_thread=True, include_in_schema=False)
    def carrying(request: Asked, edge: NamedDependency[Edge]) -> Response[Any]:
        return so_far(edge, request, find)

    @post(f"{bench.address}/returned", status_code=200, **UPLOADED)
    def returned(request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form]) -> Response[Any]:
        return sent_back(edge, request, form, find)

    return sheet, try_out, take, carrying, returned


ROUTES = (sheet, try_out, take, carrying, returned, *at_place(VERIFYING), *at_place(REGISTERS))
