"""The form of a report: the code first, then the texts, a look at what they tell, and the sealing."""

import re
from dataclasses import replace

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from pydantic import ValidationError

from api.businesses import find, question
from api.faults import Misread
from api.intake.arriving import Sent, Sink, TooLarge
from api.intake.reception import Reception
from api.intake.routes import stream_of
from api.intake.sending import ReportForm, entered, read_report, refuse_telling
from public_site.reader import reader_of
from public_site.reporting.showing import Asked, Entered, refused, shown
from registry.errors import Malformed, Refusal
from registry.publication.answers import BusinessCard
from registry.reports.codes import written
from registry.reports.intake import shown_code
from registry.rulebook import Conduct
from registry.texts import say

OURS = ("step", "noted")  # what the buttons and boxes of the pages say beside the report
FOUND_AT_ONCE = 8
OTHER = "other"
NATION = "000000"
_ADDRESS = re.compile(r"/businesses/([0-9A-Za-z-]{1,40})")


@get("/report", sync_to_thread=True, include_in_schema=False)
def entry(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Tell what a report is, who will see what of it, and every way to send one."""
    return shown(reception, request, "entry.html", languages=True, open=bool(reception.offices()))


@get("/report/new", sync_to_thread=True, include_in_schema=False)
def begin(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Draw a code and show it before the form."""
    drawn = reception.draw()
    fields = {"code": (drawn.code,), "proof": (drawn.proof,)}
    return form(reception, request, Entered(fields=fields), languages=True)


@post("/report/new", include_in_schema=False, request_max_body_size=None)
async def write(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Find the merchant, show the form again, or show what the texts tell before they are sent."""
    kind = request.headers.get("content-type", "")
    sent = await reception.arrive(stream_of(request), kind, _no_files, Sent())
    return await sync_to_thread(_written, request, reception, sent)


@post("/report/send", include_in_schema=False, request_max_body_size=None)
async def send(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Take the report; what is refused is shown with the texts, which the page alone holds."""
    sent = Sent()
    try:
        kind = request.headers.get("content-type", "")
        received = await reception.receive(stream_of(request), kind, sent, OURS)
    except (Refusal, Misread) as refusal:
        return await sync_to_thread(_again, request, reception, sent, refusal)
    return await sync_to_thread(
        shown, reception, request, "received.html", code=written(received.code), received=received
    )


def form(
    reception: Reception,
    request: Asked,
    given: Entered,
    *,
    matches: tuple[BusinessCard, ...] | None = None,
    by_database: bool = False,
    languages: bool = False,
) -> Response[str]:
    """Show the form, or why there is none today."""
    offices = reception.offices()
    if not offices:
        answer = shown(reception, request, "closed.html", status=503)
        answer.headers["Retry-After"] = "86400"
        return answer
    edge = reception.edge
    rows = edge.rulebook().in_force(Conduct, NATION, edge.today()).values()
    conducts = sorted(rows, key=lambda row: row.code == OTHER)  # what fits nothing else comes last
    return shown(
        reception,
        request,
        "form.html",
        status=422 if given.said else 200,
        entered=given,
        languages=languages,
        code=written(given.value("code")),
        offices=[(one.code, one.name) for one in offices],
        conducts=conducts,
        matches=matches,
        by_database=by_database,
        chosen=_card(reception, given.value("business_id")),
    )


def _written(request: Asked, reception: Reception, sent: Sent) -> Response[str]:
    edge, reader = reception.edge, reader_of(request, reception.edge.settings)
    step = sent.one("step")
    sent.fields = [(name, value) for name, value in sent.fields if name not in OURS]
    _take_address(reception, sent)
    given = Entered(fields=entered(sent))
    try:
        code = shown_code(sent.one("code"), sent.one("proof"), edge.today(), edge.reports.pepper)
    except Malformed as stale:
        drawn = reception.draw()
        fields = {**given.fields, "code": (drawn.code,), "proof": (drawn.proof,)}
        return form(reception, request, Entered(refused(stale, reader), fields))
    if step == "find":
        asked = question(edge, text=sent.one("merchant"), limit=FOUND_AT_ONCE)
        found = find(edge, asked) if sent.one("merchant") else None
        matches = tuple(card.answer for _, card in found.items) if found else ()
        silent = found is not None and found.by_database
        return form(reception, request, given, matches=matches, by_database=silent)
    if step == "change":
        return form(reception, request, given)
    try:
        report = read_report(sent)
        refuse_telling(report.model_copy(update={"confirmed": True}), code)
    except (Refusal, Misread) as refusal:
        return form(reception, request, replace(given, said=_faults(refusal, reader.language)))
    return review(reception, request, given, report)


def review(reception: Reception, request: Asked, given: Entered, report: ReportForm) -> Response[str]:
    """Show what will be sealed, and what in it may tell of its writer; files are chosen here."""
    office = next((one.name for one in reception.offices() if one.code == report.office_code), "")
    edge = reception.edge
    rows = edge.rulebook().in_force(Conduct, NATION, edge.today())
    return shown(
        reception,
        request,
        "review.html",
        status=422 if given.said else 200,
        entered=given,
        code=written(given.value("code")),
        report=report,
        office=office,
        chosen=_card(reception, report.matter.business_id),
        conducts=[rows[code] for code in report.matter.conducts if code in rows],
        kept=[
            (name, value) for name, values in given.fields.items() for value in values if name != "confirmed"
        ],
        most_files=edge.settings.reports_files,
        most_megabytes=edge.settings.reports_largest >> 20,
    )


def _again(request: Asked, reception: Reception, sent: Sent, refusal: Refusal | Misread) -> Response[str]:
    """Show the form or the review again with what was entered; files have to be chosen anew."""
    reader = reader_of(request, reception.edge.settings)
    sent.fields = [(name, value) for name, value in sent.fields if name not in OURS]
    given = Entered(_faults(refusal, reader.language), entered(sent))
    try:
        report = read_report(sent)
    except (Refusal, Misread, ValidationError):
        return form(reception, request, given)
    answer = review(reception, request, given, report)
    if isinstance(refusal, TooLarge):
        answer.status_code = 413
    return answer


def _faults(refusal: Refusal | Misread, language: str) -> tuple[tuple[str, str], ...]:
    if isinstance(refusal, Refusal):
        return ((refusal.field or "", say(refusal, "en" if language == "en" else "zh")),)
    return tuple(
        (one.pointer.removeprefix("/"), say(one.refusal, "en" if language == "en" else "zh"))
        for one in refusal.faults
    )


def _take_address(reception: Reception, sent: Sent) -> None:
    """Take a link to a merchant's page that stands where its name is asked for as the choice of it."""
    match = _ADDRESS.search(sent.one("merchant"))
    card = _card(reception, match[1]) if match else None
    if card is not None:
        chosen = {"merchant": card.name or "", "business_id": card.id}
        sent.fields = [one for one in sent.fields if one[0] not in chosen] + list(chosen.items())


def _card(reception: Reception, business_id: str) -> BusinessCard | None:
    edge = reception.edge
    found = edge.cards.shown([business_id], edge.today()) if business_id else {}
    return found[business_id].answer if business_id in found else None


async def _no_files(_sent: Sent, _number: int) -> Sink:
    raise Malformed("report.no_files_here", field="files")
