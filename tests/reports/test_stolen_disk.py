"""Who takes the disk, the logs, the temporary files and the copies has not one word of any report."""

import base64
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import text
from sqlmodel import select

from jobs.backups.making import make_backup
from registry.reports import intake, opening, thread
from registry.reports.bodies import BUCKETS, stored_size
from registry.reports.codes import Derived
from registry.reports.envelope import COMPARTMENTS
from registry.reports.sealing import new_key
from registry.reports.tables import BodyPiece, Report
from registry.store.engine import checkpoint
from tests.reports import picture_samples
from tests.reports.hunting import CALLS, addresses_in, canary, hunted, hunted_in, packed
from tests.reports.intaking import Desk
from tests.reports.site import OFFICE

SENT, BY_FORM, WORDS = 300, 4, 64
ADDRESS = "203.0.113.77"
ORIGIN = {
    "X-Forwarded-For": ADDRESS,
    "Forwarded": f"for={ADDRESS}",
    "User-Agent": f"Mozilla/5.0 {canary(9000)}",
    "Cookie": f"session={canary(9001)}",
    "Referer": f"https://{canary(9002)}.example/",
    "Accept-Language": f"zh-CN, {canary(9003)}",
}

pytestmark = pytest.mark.parametrize(
    "reports_engine", ["sqlite"], indirect=True
)  # of PostgreSQL: its operator


@pytest.fixture
def watched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The disk: the installation's folder with all that is logged, and temporary files that stay."""
    spilt = desk.folder.parent / "tmp"
    spilt.mkdir()
    kept = SimpleNamespace(**{name: getattr(os, name) for name in dir(os)})
    kept.unlink = lambda _name: None
    monkeypatch.setattr(tempfile, "tempdir", str(spilt))
    monkeypatch.setattr(tempfile, "_os", kept)
    monkeypatch.setattr(tempfile, "_O_TMPFILE_WORKS", False)
    handler = logging.FileHandler(desk.folder.parent / "everything.log", encoding="utf-8")
    handler.addFilter(lambda record: not record.name.startswith("httpx"))  # the client's own
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield desk.folder.parent
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


def word(number: int) -> str:
    """Return one of the words, in either writing."""
    return canary(number % WORDS, CALLS[number % 2])


def sent_by_form(desk: Desk, number: int) -> None:
    """Send a report with a named writer and two files over HTTP, with all that a browser says of itself."""
    photo = picture_samples.saved("JPEG", comment=word(number).encode()) + word(number).encode() * 40_000
    desk.client.headers.update(ORIGIN)
    files = [(f"{word(number)}.jpg", photo), ("note.txt", word(number + 1).encode("gb18030") * 300)]
    told = {"story": f"{word(number)}的秤少给一两。" * 20, "merchant": word(number), "confirmed": "true"}
    desk.reported(files, **told, **{"identity.name": word(number), "identity.contact": canary(number)})


def sent_within(desk: Desk, number: int) -> None:
    """Send a report whose code was stretched elsewhere: that takes its time by design."""
    with desk.site.vault() as vault:
        incoming = intake.begin(vault, OFFICE)
        incoming.keep("content", 0, [f"{word(number)}".encode() * (1 + number % 90)])
        incoming.keep("identity", 0, [word(number).encode()])
        if number % 25 == 0:
            incoming.keep("originals", 1, [word(number).encode("utf-16-le") * 5000])
        intake.receive(vault, incoming, Derived(os.urandom(32), new_key()))
        incoming.close()


@pytest.mark.parametrize("by_form", [BY_FORM, pytest.param(SENT, marks=pytest.mark.long)])
def test_no_word_of_three_hundred_reports_is_on_the_disk_and_every_holder_reads_all(
    desk: Desk, watched: Path, by_form: int
) -> None:
    for number in range(by_form):
        sent_by_form(desk, number)
    for number in range(by_form, SENT):
        sent_within(desk, number)
    desk.client.get(f"/api/v1/reports/form?{word(1)}=1")
    assert hunted_in(watched) == {}  # the write-ahead logs are full
    checkpoint(desk.site.engine)
    copy = watched / "copy.age"
    make_backup(desk.reception.edge.settings, copy, [str(Identity.generate().to_public())])
    assert hunted_in(watched) == {}
    assert len(list((watched / "tmp").iterdir())) >= SENT
    assert addresses_in(watched, [ADDRESS]) == []
    assert read_by(desk, "li") == SENT


def read_by(desk: Desk, name: str) -> int:
    """Return how many reports a holder can open, and see that each says what was sent."""
    opened = 0
    with desk.site.vault() as vault:
        for report in vault.session.exec(select(Report)):
            key = opening.key_for(vault, report, "content", desk.site.rows[name], desk.site.secrets[name])
            story = b"".join(thread.item(vault, report, "content", 0, key))
            opened += bool(hunted(story))
    return opened


LISTED = {stored_size(bucket - 1) for bucket in BUCKETS}


def sizes(desk: Desk) -> dict[str, set[int]]:
    """Return the sizes in which items are kept, by compartment."""
    query = text(
        "SELECT sum(length(piece)) FROM body_piece WHERE compartment = :one GROUP BY report_id, item"
    )
    with desk.site.vault() as vault:
        rows = {one: vault.session.connection().execute(query, {"one": one}) for one in COMPARTMENTS}
        return {one: {size for (size,) in found} for one, found in rows.items()}


def few(kept: dict[str, set[int]]) -> bool:
    """Say whether texts are kept in listed sizes alone, and a name or none in one."""
    return kept["content"] | kept["identity"] <= LISTED and len(kept["identity"]) == 1


def test_sizes_are_a_few_and_tell_nothing_finer(desk: Desk) -> None:
    for number in range(0, SENT, 3):
        sent_within(desk, number)
    kept = sizes(desk)
    assert few(kept)
    assert len(kept["content"]) <= 3
    with desk.site.vault() as vault:
        pieces = vault.session.exec(select(BodyPiece.piece)).all()
    assert len({piece[:1] for piece in pieces}) == 1


def test_a_build_that_fills_nothing_up_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.reports.bodies.padded_size", lambda length: length + 1)
    for number in range(3):
        sent_within(desk, number)
    assert not few(sizes(desk))


LEAKS = {
    "line of a log": ("a.log", f"report of {word(0)} taken".encode()),
    "line of a log in JSON": ("b.log", json.dumps({"story": word(1)}).encode()),
    "text of an exception": ("c.log", repr(ValueError(word(3).encode())).encode()),
    "log that was put away": ("d.log.gz", packed(word(1).encode() * 9)),
    "spool of an upload": ("e.tmp", b"\xff\xd8" + word(1).encode("gb18030") + bytes(999)),
    "field of an index": ("f.idx", word(0).encode("utf-16-le")),
    "body of a mail": ("g.eml", base64.b64encode(b"a" + word(1).encode() * 3)),
    "label of a measurement": ("h.prom", f'reports{{by="{word(0)}"}} 1'.encode()),
    "parameter of an address": ("i.log", b"GET /?q=%E9%BB%84%E9%9B%80%E9%B8%A3%E6%B6%A7 200"),
    "column of a dump": ("j.sql", b"E'\\\\x" + word(0).encode().hex().encode() + b"'"),
    "name of a file": (f"{word(0)}.jpg", b""),
    "page of an archive": ("l.zip", picture_samples.saved("PNG") + packed(packed(word(0).encode() * 5))),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_hunt_finds_every_leak_that_was_planted(
    leak: str, tmp_path: Path, reports_engine: object
) -> None:
    name, content = LEAKS[leak]
    (tmp_path / name).write_bytes(content)
    found = hunted_in(tmp_path)
    assert name in found
    assert len(LEAKS) == 12
