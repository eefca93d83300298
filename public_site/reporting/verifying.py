"""Checking what a reporter showed: that a report was received on a day, or that something of it was opened.

Whoever is shown a certificate checks it here without a code, and nothing says who asked. What this page says
is the word of this installation; the same is checked offline against the key of the log in print.
"""

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency

from api.intake import proving
from api.intake.arriving import Sent
from api.intake.proving import Checked
from api.intake.reception import Reception
from api.intake.routes import stream_of
from api.intake.sending import entered
from public_site.reader import Reader, reader_of
from public_site.reporting.returning import no_files
from public_site.reporting.showing import Asked, Entered, refused, shown
from registry.errors import Refusal
from registry.reports.statement import opened_statement, statement


@get("/report/verify", sync_to_thread=True, include_in_schema=False)
def ask(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Ask for a certificate."""
    return shown(reception, request, "verify.html", languages=True, checked=None, words=())


@post("/report/verify", include_in_schema=False)
async def check(request: Asked, reception: NamedDependency[Reception]) -> Response[str]:
    """Say what a certificate proves, or that it proves nothing."""
    kind = request.headers.get("content-type", "")
    sent = await reception.arrive(stream_of(request), kind, no_files, Sent())
    return await sync_to_thread(_checked, request, reception, sent)


def _checked(request: Asked, reception: Reception, sent: Sent) -> Response[str]:
    reader = reader_of(request, reception.edge.settings)
    try:
        found = proving.check(reception.edge, sent.one("certificate"))
    except Refusal as refusal:
        fault = Entered(refused(refusal, reader), entered(sent))
        return shown(reception, request, "verify.html", status=422, entered=fault, checked=None, words=())
    words = _words(found, reader)
    return shown(reception, request, "verify.html", checked=found, words=words)


def _words(found: Checked, reader: Reader) -> list[str]:
    if found.what == "received":
        return statement(found.opening, found.office, found.owed, reader.language)
    return opened_statement(found.opening, found.office, reader.language)
