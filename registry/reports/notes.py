"""What officers note about a report: sealed with its content, so that a thief learns nothing from it."""

import json
from dataclasses import dataclass
from datetime import date

from registry.reports.bodies import sealed_body
from registry.reports.envelope import item_key
from registry.reports.tables import BodyPiece, Report
from registry.reports.thread import item, items, place_of
from registry.reports.vault import Vault

FIRST_NOTE = 1000  # items of the content below this number came from the reporter


@dataclass(frozen=True)
class Note:
    """A note: on which step, when, by whom."""

    act: str
    written_on: date
    person_id: str
    text: str


def write_note(vault: Vault, report: Report, key: bytes, note: Note) -> None:
    """Add a note to the content of a report.

    Args:
        vault: Open for writing.
        report: The report.
        key: Of its content.
        note: What is noted.
    """
    number = max(FIRST_NOTE, *(one + 1 for one in (0, *items(vault, report, "content"))))
    said = {
        "act": note.act,
        "on": note.written_on.isoformat(),
        "person_id": note.person_id,
        "text": note.text,
    }
    context = place_of(vault, report).body_context("content", number)
    piece = sealed_body(item_key(key, number), context, json.dumps(said, ensure_ascii=False).encode())
    vault.session.add(BodyPiece(report_id=report.id, compartment="content", item=number, seq=0, piece=piece))
    vault.session.flush()


def notes(vault: Vault, report: Report, key: bytes) -> list[Note]:
    """Return the notes about a report, the oldest first."""
    found = []
    for number in items(vault, report, "content"):
        if number >= FIRST_NOTE:
            said = json.loads(b"".join(item(vault, report, "content", number, key)))
            written_on = date.fromisoformat(said["on"])
            found.append(Note(said["act"], written_on, said["person_id"], said["text"]))
    return found
