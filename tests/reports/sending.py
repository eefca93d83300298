"""A report as a reporter sends it: a story, a photograph and a name."""

import secrets
from collections.abc import Iterator

from sqlalchemy import delete
from sqlmodel import select

from registry.reports import codes, intake
from registry.reports.retention import belongings
from registry.reports.sealing import new_key
from registry.reports.tables import Report
from registry.reports.told import (
    IDENTITY,
    LISTING,
    MATTER,
    CopiedFile,
    Identity,
    Listing,
    Matter,
    SentFile,
    sealable,
)
from registry.reports.vault import Vault
from tests.reports.site import OFFICE, PEPPER

STORY = "集市三号摊的电子秤少给一两"
PHOTO = bytes(range(256)) * 900
NAME = "举报人：周某，电话 13900000000"


def sent(
    vault: Vault, code: str | None = None, *, story: str = STORY, photo: bytes = PHOTO, name: str = NAME
) -> tuple[Report, codes.Derived]:
    """Send a report with a story, a photograph and a name."""
    code = code or codes.draw()
    reporter = intake.reporter_of(vault, codes.written(code), codes.issued(code, vault.today, PEPPER))
    incoming = intake.begin(vault, OFFICE)
    copied = CopiedFile(number=1, media_type="image/jpeg", length=len(photo))
    as_sent = SentFile(number=1, name="周某 IMG_1.JPG", media_type="", length=len(photo), sha256="")
    incoming.keep("content", MATTER, [sealable(Matter(story=story, files=(copied,)))])
    incoming.keep("content", 1, _in_pieces(photo))
    incoming.keep("originals", LISTING, [sealable(Listing(files=(as_sent,)))])
    incoming.keep("originals", 1, _in_pieces(photo))
    incoming.keep("identity", IDENTITY, [sealable(Identity(name=name))])
    report = intake.receive(vault, incoming, reporter)
    incoming.close()
    return report, reporter


def arrived(vault: Vault, story: bytes = STORY.encode()) -> tuple[Report, codes.Derived]:
    """Let a report of a story arrive from somebody whose code was stretched elsewhere."""
    reporter = codes.Derived(secrets.token_bytes(32), new_key())
    incoming = intake.begin(vault, OFFICE)
    incoming.keep("content", 0, [story])
    report = intake.receive(vault, incoming, reporter)
    incoming.close()
    return report, reporter


def forget_all(vault: Vault) -> None:
    """Delete every report with all that is its own, as the purge does after their term."""
    reports = vault.session.exec(select(Report.id)).all()
    for table, of_them in belongings(reports):
        vault.session.connection().execute(delete(table).where(of_them))


def _in_pieces(whole: bytes) -> Iterator[bytes]:
    for at in range(0, len(whole), 10_000):
        yield whole[at : at + 10_000]
