"""Whistle-blowers of the demonstration: what they send, and write when they come back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import ExifTags, Image, ImageDraw

from api.intake.copying import Copying
from api.intake.routes import added_note, claim_note
from jobs.demo.reports import OFFICE, Desk
from registry.reports import codes, intake, thread, visits
from registry.reports.codes import Derived
from registry.reports.envelope import Compartment
from registry.reports.intake import Incoming
from registry.reports.tables import Report
from registry.reports.told import (
    IDENTITY,
    LISTING,
    MATTER,
    CopiedFile,
    Copies,
    Identity,
    Listing,
    Matter,
    SentFile,
    sealable,
)
from registry.reports.vault import Vault

Photograph = tuple[str, bytes]
Act = Callable[[Vault, Report, bytes], object]


@dataclass(frozen=True, repr=False)
class Reporter:
    """Somebody who reported.

    Attributes:
        code: Leads back to the report; it stands nowhere else.
        known_by: What follows from the code.
        word: Agreed upon in the thread, to be paid a reward under; empty where none is claimed.
    """

    report_id: str
    code: str
    known_by: Derived
    word: str = ""


def send(
    desk: Desk,
    days_before: int,
    matter: Matter,
    identity: Identity | None = None,
    photographs: Sequence[Photograph] = (),
) -> Reporter:
    """Send a report as the intake does: a code first, the files, what happened, and who says so."""
    code = codes.draw()
    with desk.reports.writing(desk.day(days_before)) as vault:
        proof = codes.issued(code, vault.today, vault.pepper)
        reporter = intake.reporter_of(vault, codes.written(code), proof)
        incoming = intake.begin(vault, OFFICE)
        try:
            sent, copied = _copied(incoming, photographs, "originals", "content")
            incoming.keep("content", MATTER, [sealable(matter.model_copy(update={"files": copied}))])
            incoming.keep("identity", IDENTITY, [sealable(identity or Identity())])
            incoming.keep("originals", LISTING, [sealable(Listing(files=sent))])
            report_id = intake.receive(vault, incoming, reporter).id
        finally:
            incoming.close()
    return Reporter(report_id, code, reporter)


def write(desk: Desk, reporter: Reporter, days_before: int, text: str) -> None:
    """Come back and write to the office."""
    _visit(desk, reporter, days_before, lambda vault, report, key: _say(vault, report, key, text))


def add(desk: Desk, reporter: Reporter, days_before: int, photograph: Photograph) -> None:
    """Come back with one more file."""

    def bring(vault: Vault, report: Report, key: bytes) -> None:
        times, incoming = visits.begin_addition(vault, report)
        try:
            sent, copied = _copied(incoming, [photograph], visits.added(times), visits.copied(times))
            incoming.keep(visits.added(times), LISTING, [sealable(Listing(files=sent))])
            incoming.keep(visits.copied(times), LISTING, [sealable(Copies(files=copied))])
            visits.receive_addition(vault, report, times, incoming)
        finally:
            incoming.close()
        _say(vault, report, key, added_note(len(sent)))

    _visit(desk, reporter, days_before, bring)


def claim(desk: Desk, reporter: Reporter, days_before: int, word: str) -> Reporter:
    """Come back and claim the reward, under a word agreed upon; return who is paid under it."""

    def ask(vault: Vault, report: Report, key: bytes) -> None:
        visits.claim_reward(vault, report, key, claim_note(word, "收到办理结果后再来领取"))

    _visit(desk, reporter, days_before, ask)
    return replace(reporter, word=word)


def photograph(reads: str, name: str) -> Photograph:
    """Return a drawn picture of a scale's display, which tells like a real one where it was taken.

    Args:
        reads: What the display shows, in figures and Latin letters.
        name: Of the file.
    """
    image = Image.new("RGB", (640, 360), (214, 208, 196))
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 70, 580, 290), fill=(38, 44, 48), outline=(120, 120, 120), width=6)
    draw.text((110, 120), reads, fill=(120, 240, 130), font_size=110)
    found = Image.Exif()
    found[ExifTags.Base.Make] = "DEMO"
    found.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (32.0, 7.0, 44.5),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (114.0, 4.0, 30.25),
        }
    )
    content = BytesIO()
    image.save(content, "JPEG", exif=found)
    return name, content.getvalue()


def _copied(
    incoming: Incoming, photographs: Sequence[Photograph], original: Compartment, copy: Compartment
) -> tuple[tuple[SentFile, ...], tuple[CopiedFile, ...]]:
    """Seal files as they are and their clean copies; return what is told of both."""
    sent, copied = list[SentFile](), list[CopiedFile]()
    for number, (name, content) in enumerate(photographs, start=1):
        copying = Copying(incoming, number, original, copy)
        try:
            copying.feed(content)
            length, digest = copying.finish()
        finally:
            copying.close()
        told = {"number": number, "name": name, "media_type": "image/jpeg"}
        sent.append(SentFile.model_validate({**told, "length": length, "sha256": digest}))
        copied.append(copying.copied)
    return tuple(sent), tuple(copied)


def _say(vault: Vault, report: Report, key: bytes, text: str) -> None:
    thread.write(vault, report, key, "reporter", text)


def _visit(desk: Desk, reporter: Reporter, days_before: int, do: Act) -> None:
    with desk.reports.writing(desk.day(days_before)) as vault:
        report, key = thread.visit(vault, reporter.known_by)
        visits.next_words(vault, report.id)
        do(vault, report, key)
