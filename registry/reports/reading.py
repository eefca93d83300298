"""What a person reads of a report: nothing without the proof that the audit log holds it already."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.errors import Forbidden
from registry.reports import opening, thread
from registry.reports.envelope import Compartment
from registry.reports.notes import FIRST_NOTE, Note, notes
from registry.reports.opening import Unlocked
from registry.reports.tables import Report
from registry.reports.thread import Said
from registry.reports.vault import Vault
from registry.reports.witness import Seen

STORY = 0  # the item of the content that is the story itself
STATED = ("merchant", "instrument", "place", "happened_on", "business_id")


@dataclass(frozen=True, repr=False)
class Content:
    """A report as it is read at the desk.

    Attributes:
        matter: What the reporter stated beside the story, by field; empty where nothing was.
        story: What the reporter wrote.
        files: Numbers of the files that came with it.
        notes: What officers noted.
        thread: What was asked and answered.
    """

    matter: Mapping[str, str]
    story: str
    files: tuple[int, ...]
    notes: tuple[Note, ...]
    thread: tuple[Said, ...]


def content(vault: Vault, proof: Seen, report: Report, by: Unlocked) -> Content:
    """Return story, notes and thread of a report.

    Args:
        vault: Read only is enough.
        proof: That the reading stands in the audit log.
        report: The report.
        by: Who reads.

    Raises:
        Forbidden: The proof is of another report or person, or the reader cannot open it.
        Unopened: What is kept was altered or moved.
    """
    _refuse_unproved(proof, report, "content", by)
    key = opening.key_for(vault, report, "content", by.holder, by.secret)
    talk = opening.key_for(vault, report, "thread", by.holder, by.secret)
    numbers = [one for one in thread.items(vault, report, "content") if one < FIRST_NOTE]
    matter, story = _told(b"".join(thread.item(vault, report, "content", STORY, key)).decode())
    return Content(
        matter,
        story,
        tuple(one for one in numbers if one != STORY),
        tuple(notes(vault, report, key)),
        tuple(thread.messages(vault, report, talk)),
    )


def piece(vault: Vault, proof: Seen, report: Report, by: Unlocked, number: int) -> Iterator[bytes]:
    """Yield one item of the compartment that was proved: a file, or who sent the report.

    Raises:
        Forbidden: The proof is of another report or person, or the reader cannot open it.
        NotFound: There is no such item.
        Unopened: What is kept was altered or moved.
    """
    compartment = proof.compartment
    _refuse_unproved(proof, report, compartment, by)
    key = opening.key_for(vault, report, compartment, by.holder, by.secret)
    yield from thread.item(vault, report, compartment, number, key)


def _told(said: str) -> tuple[dict[str, str], str]:
    """Return what a form stated by field, and the story; a plain text is a story alone."""
    try:
        stated = json.loads(said)
    except ValueError:
        return {}, said
    if not isinstance(stated, dict) or "story" not in stated:
        return {}, said
    return {name: str(stated[name]) for name in STATED if stated.get(name)}, str(stated["story"])


def _refuse_unproved(proof: Seen, report: Report, compartment: Compartment, by: Unlocked) -> None:
    if proof != Seen(report.id, compartment, by.holder.person_id):
        raise Forbidden("report.unwitnessed")
