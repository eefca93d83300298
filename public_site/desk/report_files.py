"""What of a report leaves as a file, and what was disclosed: on record first, then decrypted and handed out.

Who handles a report has the clean copies; identity and files as they were sent open for whom custodians
disclosed them to. No file is shown by a browser: each comes to be kept, under a name of ours.
"""

from dataclasses import dataclass
from typing import Any, get_args

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from pydantic import Field

from api.edge import Edge
from api.faults import Misread
from public_site.desk import forms, sealed
from public_site.desk.form import Form, stated
from public_site.desk.myself import Nothing
from public_site.desk.report import shown_refused, shown_report
from registry.commands import Command
from registry.errors import Forbidden, Refusal
from registry.reports import disclosure, reading
from registry.reports.cleaning.kinds import MEDIA_TYPES
from registry.reports.disclosure import Guarded
from registry.reports.envelope import Compartment
from registry.reports.opening import Unlocked, may_open, read_together
from registry.reports.referral import paper_of, referred
from registry.reports.sealing import Unopened
from registry.reports.told import Identity, SentFile
from registry.reports.vault import Vault
from registry.reports.witness import Seen, Sides, report_of, seen

Asked = Request[Any, Any, Any]

NOTHING_RUNS = "default-src 'none'; sandbox"
AS_SENT = "application/octet-stream"  # a file that nobody cleaned is opened by nothing by itself
ENDINGS = frozenset(
    {
        "jpg", "jpeg", "png", "gif", "webp", "tif", "tiff", "bmp", "avif", "heic", "pdf", "doc", "docx",
        "xls", "xlsx", "ppt", "pptx", "txt", "csv", "mp3", "m4a", "wav", "amr", "aac", "ogg", "flac",
        "mp4", "mov", "avi", "mkv", "3gp", "zip", "rar", "7z",
    }
)  # fmt: skip


class OfDisclosed(Command):
    """Which file of what was disclosed is wanted; none: what there is."""

    part: str = Field(default="", max_length=40)
    number: str = Field(default="", max_length=10)


@dataclass(frozen=True, repr=False)
class Disclosure:
    """What was disclosed, as its page shows it.

    Attributes:
        identity: Who reports; None where the files were asked for.
        files: Compartment and file, for each file as it was sent.
    """

    compartment: Guarded
    identity: Identity | None = None
    files: tuple[tuple[Compartment, SentFile], ...] = ()


@post(
    "/desk/reports/{report_id:str}/files/{part:str}/{number:int}",
    sync_to_thread=True,
    include_in_schema=False,
    status_code=200,
)
def open_file(
    request: Asked,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    report_id: FromPath[str],
    part: FromPath[str],
    number: FromPath[int],
) -> Response[Any]:
    """Hand out the clean copy of a file."""
    forms.checked(edge, request, form)
    sides = sealed.sides_of(edge, request)
    try:
        stated(form, Nothing, {})
        with sides.reading() as vault:
            found = report_of(vault, sides.actor, report_id)
            by = sealed.unlocked(edge, request, vault)
            wanted = next((one for one in read_together(vault, found) if one == part), None)
            if wanted is None or wanted == "thread":
                raise NotFoundException
            if not may_open(vault, found, wanted, by.holder):
                raise Forbidden("report.no_share")
        proof = seen(sides, found, wanted)
        with sides.reading() as vault:
            copy, whole = reading.copy_of(vault, proof, found, by, number)
    except (Misread, Refusal) as refused:
        return shown_refused(edge, request, form, report_id, refused)
    except Unopened:
        return shown_refused(edge, request, form, report_id, Forbidden("report.damaged"))
    sealed.used(edge, request)
    return _download(whole, f"{report_id[:8]}-{part}-{number}.{copy.extension}", copy.told.media_type)


@post("/desk/reports/{report_id:str}/referral", sync_to_thread=True, include_in_schema=False, status_code=200)
def open_referral(
    request: Asked, edge: NamedDependency[Edge], form: NamedDependency[Form], report_id: FromPath[str]
) -> Response[Any]:
    """Hand out the paper by which a report was referred, made anew from what is sealed."""
    forms.checked(edge, request, form)
    sides = sealed.sides_of(edge, request)
    try:
        stated(form, Nothing, {})
        with sides.reading() as vault:
            found, by = report_of(vault, sides.actor, report_id), sealed.unlocked(edge, request, vault)
            if not may_open(vault, found, "content", by.holder):
                raise Forbidden("report.no_share")
        proof = seen(sides, found, "content")
        with sides.reading() as vault:
            paper = paper_of(referred(vault, proof, found, by))
    except (Misread, Refusal) as refused:
        return shown_refused(edge, request, form, report_id, refused)
    except Unopened:
        return shown_refused(edge, request, form, report_id, Forbidden("report.damaged"))
    sealed.used(edge, request)
    return _download(paper, f"{report_id[:8]}-referral.pdf", MEDIA_TYPES["pdf"])


@post(
    "/desk/reports/{report_id:str}/disclosed/{compartment:str}",
    sync_to_thread=True,
    include_in_schema=False,
    status_code=200,
)
def open_disclosed(
    request: Asked,
    edge: NamedDependency[Edge],
    form: NamedDependency[Form],
    report_id: FromPath[str],
    compartment: FromPath[str],
) -> Response[Any]:
    """Open what was disclosed: its leaf and its entry are committed, and then something is decrypted.

    With `part` and `number` in the form it hands that file out; without, it shows who reports, or which
    files there are.
    """
    guarded = next((one for one in get_args(Guarded) if one == compartment), None)
    if guarded is None:
        raise NotFoundException
    forms.checked(edge, request, form)
    sides = sealed.sides_of(edge, request)
    try:
        asked = stated(form, OfDisclosed, {})
        with sides.reading() as vault:
            by = sealed.unlocked(edge, request, vault)
        proofs = disclosure.opened(sides, report_id, guarded, by)
        with sides.reading() as vault:
            if asked.part:
                return _as_sent(vault, sides, proofs, by, asked)
            disclosed = _disclosed(vault, sides, proofs, by, guarded)
    except (Misread, Refusal) as refused:
        return shown_refused(edge, request, form, report_id, refused)
    except Unopened:
        return shown_refused(edge, request, form, report_id, Forbidden("report.damaged"))
    sealed.used(edge, request)
    return shown_report(edge, request, report_id, disclosed=disclosed)


def _disclosed(
    vault: Vault, sides: Sides, proofs: tuple[Seen, ...], by: Unlocked, guarded: Guarded
) -> Disclosure:
    found = report_of(vault, sides.actor, proofs[0].report_id)
    if guarded == "identity":
        return Disclosure(guarded, identity=reading.identity(vault, proofs[0], found, by))
    listed = [(one.compartment, reading.listing(vault, one, found, by)) for one in proofs]
    return Disclosure(guarded, files=tuple((part, file) for part, files in listed for file in files))


def _as_sent(
    vault: Vault, sides: Sides, proofs: tuple[Seen, ...], by: Unlocked, asked: OfDisclosed
) -> Response[bytes]:
    """Return a file as it was sent, under the ending that its sender gave it, if it is a known one."""
    part, number = asked.part, asked.number
    proof = next((one for one in proofs if one.compartment == part), None)
    if proof is None:
        raise NotFoundException
    found = report_of(vault, sides.actor, proof.report_id)
    files = reading.listing(vault, proof, found, by)
    file = next((one for one in files if str(one.number) == number), None)
    if file is None:
        raise NotFoundException
    whole = b"".join(reading.piece(vault, proof, found, by, file.number))
    ending = file.name.rpartition(".")[2].lower()
    named = f"{found.id[:8]}-{part}-{number}.{ending if ending in ENDINGS else 'bin'}"
    return _download(whole, named, AS_SENT)


def _download(whole: bytes, name: str, media_type: str) -> Response[bytes]:
    held = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": NOTHING_RUNS,
    }
    return Response(whole, media_type=media_type, headers=held)


ROUTES = (open_file, open_referral, open_disclosed)
