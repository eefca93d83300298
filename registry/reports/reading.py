"""What a person reads of a report: nothing without the proof that the audit log holds it already."""

from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import NotFound
from registry.reports import opening, thread
from registry.reports.cleaning.kinds import MEDIA_TYPES
from registry.reports.envelope import Compartment
from registry.reports.notes import Note, notes
from registry.reports.opening import Unlocked
from registry.reports.tables import Report
from registry.reports.thread import Said
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
)
from registry.reports.vault import Vault
from registry.reports.visits import copies
from registry.reports.witness import Seen, refuse_unproved


@dataclass(frozen=True)
class Copy:
    """A file as who handles a report has it.

    Attributes:
        part: Compartment of its clean copy: `content`, or one of files that were added later.
        told: What there is of it to read, and what not.
    """

    part: Compartment
    told: CopiedFile

    @property
    def extension(self) -> str:
        """Return what the name of the copy ends with; empty where there is no copy."""
        return next((kind for kind, media in MEDIA_TYPES.items() if media == self.told.media_type), "")


@dataclass(frozen=True, repr=False)
class Content:
    """A report as it is read at the desk.

    Attributes:
        matter: What the reporter stated.
        files: What came with it, and what was added later.
        notes: What officers noted.
        thread: What was asked and answered.
    """

    matter: Matter
    files: tuple[Copy, ...]
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
    refuse_unproved(proof, report, "content", by.holder.person_id)
    key = opening.key_for(vault, report, "content", by.holder, by.secret)
    talk = opening.key_for(vault, report, "thread", by.holder, by.secret)
    matter = Matter.model_validate_json(b"".join(thread.item(vault, report, "content", MATTER, key)))
    sent = [Copy("content", one) for one in matter.files]
    return Content(
        matter,
        (*sent, *_added(vault, report, by)),
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
    refuse_unproved(proof, report, compartment, by.holder.person_id)
    key = opening.key_for(vault, report, compartment, by.holder, by.secret)
    yield from thread.item(vault, report, compartment, number, key)


def identity(vault: Vault, proof: Seen, report: Report, by: Unlocked) -> Identity:
    """Return who sent a report.

    Raises:
        Forbidden: The proof is of another report or person, or the reader cannot open it.
        Unopened: What is kept was altered or moved.
    """
    return Identity.model_validate_json(b"".join(piece(vault, proof, report, by, IDENTITY)))


def listing(vault: Vault, proof: Seen, report: Report, by: Unlocked) -> tuple[SentFile, ...]:
    """Return the files as they were sent, of the compartment that was proved.

    Raises:
        Forbidden: The proof is of another report or person, or the reader cannot open it.
        Unopened: What is kept was altered or moved.
    """
    return Listing.model_validate_json(b"".join(piece(vault, proof, report, by, LISTING))).files


def copy_of(vault: Vault, proof: Seen, report: Report, by: Unlocked, number: int) -> tuple[Copy, bytes]:
    """Return a clean copy of the compartment that was proved, and what is known of it.

    Raises:
        Forbidden: The proof is of another report or person, or the reader cannot open it.
        NotFound: There is no such file, or no copy of it.
        Unopened: What is kept was altered or moved.
    """
    refuse_unproved(proof, report, proof.compartment, by.holder.person_id)
    key = opening.key_for(vault, report, proof.compartment, by.holder, by.secret)
    listed = b"".join(thread.item(vault, report, proof.compartment, LISTING, key))
    files = (Matter if proof.compartment == "content" else Copies).model_validate_json(listed).files
    found = next((one for one in files if one.number == number and not one.refused), None)
    if found is None:
        raise NotFound("report.item_unknown", number=number)
    whole = b"".join(thread.item(vault, report, proof.compartment, number, key))
    return Copy(proof.compartment, found), whole


def _added(vault: Vault, report: Report, by: Unlocked) -> Iterator[Copy]:
    for part in copies(vault, report):
        key = opening.key_for(vault, report, part, by.holder, by.secret)
        listed = b"".join(thread.item(vault, report, part, LISTING, key))
        yield from (Copy(part, one) for one in Copies.model_validate_json(listed).files)
