"""What a reporter does who came back with his code: he looks, answers, adds, deletes and claims."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlmodel import col, delete, select

from registry.reports.codes import Derived
from registry.reports.decoy import Decoy
from registry.reports.envelope import KEY_LENGTH, REPORTER, Compartment, Envelope, compartment_key
from registry.reports.intake import Incoming, by_locator, write_bodies
from registry.reports.readiness import public_of_epoch
from registry.reports.sealing import PublicKey, seal, suite_of
from registry.reports.tables import (
    BodyPiece,
    CompartmentKey,
    EpochKey,
    HolderKey,
    LastVisit,
    Message,
    RecoveryKey,
    Report,
)
from registry.reports.thread import alone, place_of, visit, write
from registry.reports.vault import Vault

ADDED, COPIED = "originals-", "copies-"
DRAWN = 8  # bytes in the name of an addition
WORDS = 64  # in each catalogue: a pair of them is one of four thousand


@dataclass(frozen=True, repr=False)
class Return:
    """What a code led to.

    Attributes:
        found: Whether that is a report; else it is the decoy, and nobody may be shown it.
        key: Of the thread.
        shown_last: The words that the last visit showed, by their numbers.
        words: Those that were drawn for the next one.
    """

    found: bool
    report: Report
    key: bytes
    shown_last: str | None
    words: str


def come_back(vault: Vault, reporter: Derived, decoy: Decoy) -> Return:
    """Return what a code leads to; the same is read, opened and written where it leads to nothing.

    Args:
        vault: Open for writing.
        reporter: What follows from the code.
        decoy: What stands in for a report that is not found.
    """
    nobodys, nobody = decoy.report(vault), decoy.reply()  # put together for every code
    there = by_locator(vault, reporter.locator) or nobodys
    row = vault.session.get(CompartmentKey, (there.id, "thread", REPORTER))
    reply, sealed = (nobody, decoy.sealed_key) if row is None else (reporter.reply, row.sealed_key)
    key = compartment_key(reply, REPORTER, place_of(vault, there), "thread", sealed)
    shown_last, words = next_words(vault, there.id)
    return Return(row is not None, there, key, shown_last, words)


def come_again(vault: Vault, reporter: Derived) -> Return:
    """Return where a visit goes on.

    Raises:
        NotFound: The report is gone meanwhile.
    """
    report, key = visit(vault, reporter)
    words = vault.session.get_one(LastVisit, report.id).words
    return Return(True, report, key, None, words or "")


def next_words(vault: Vault, key: str) -> tuple[str | None, str]:
    """Return the words that the last visit showed, and new ones, which it is told by whether somebody came.

    Args:
        vault: Open for writing.
        key: The report's, or the decoy's.
    """
    last, words = vault.session.get_one(LastVisit, key), drawn_words()
    shown_last, last.words = last.words, words
    vault.session.add(last)
    vault.session.flush()
    return shown_last, words


def drawn_words() -> str:
    """Return a pair of words by their numbers."""
    return f"{secrets.randbelow(WORDS)}-{secrets.randbelow(WORDS)}"


def delete_answers(vault: Vault, report: Report, through: int) -> int:
    """Delete the office's messages up to a number with their texts, and return how many there were.

    Args:
        vault: Open for writing.
        report: The report.
        through: Number of the last message that the reporter has seen.
    """
    query = select(col(Message.number)).where(
        col(Message.report_id) == report.id,
        col(Message.written_by) == "office",
        col(Message.number) <= through,
    )
    numbers = vault.session.exec(query).all()
    for table, numbered in ((BodyPiece, col(BodyPiece.item)), (Message, col(Message.number))):
        statement = delete(table).where(col(table.report_id) == report.id, numbered.in_(numbers))
        if table is BodyPiece:
            statement = statement.where(col(BodyPiece.compartment) == "thread")
        vault.session.exec(statement)
    return len(numbers)


def claim_reward(vault: Vault, report: Report, key: bytes, text: str) -> None:
    """Write down that the reporter claims a reward, and tell the office how he will prove himself."""
    write(vault, report, key, "reporter", text)
    report.reward_claimed_on = vault.today
    vault.session.add(report)
    vault.session.flush()


def begin_addition(vault: Vault, report: Report) -> tuple[str, Incoming]:
    """Begin to take more files for a report, and name the addition: two that arrive at once are two.

    The files as they are sent go into one compartment of their own, their clean copies into another. Both are
    named before the first byte comes, for what is sealed is bound to the name.
    """
    addition = f"{len(additions(vault, report)) + 1}-{secrets.token_hex(DRAWN)}"
    keys = {one: secrets.token_bytes(KEY_LENGTH) for one in (added(addition), copied(addition))}
    return addition, Incoming(Envelope(place_of(vault, report), keys))


def receive_addition(vault: Vault, report: Report, addition: str, incoming: Incoming) -> None:
    """Write down files that were added.

    Their custodians open them as they were sent; who reads the report opens their copies.
    """
    alone(vault, report)
    vault.session.refresh(report)
    custody = vault.session.get_one(EpochKey, report.custody_epoch)
    readers = _readers(vault, report)
    _seal_to(vault, report, added(addition), incoming, [(custody.fingerprint, public_of_epoch(custody))])
    _seal_to(vault, report, copied(addition), incoming, readers)
    write_bodies(vault, incoming)


def _seal_to(
    vault: Vault,
    report: Report,
    compartment: Compartment,
    incoming: Incoming,
    to: Sequence[tuple[str, PublicKey]],
) -> None:
    place, key = incoming.envelope.place, incoming.envelope.keys[compartment]
    for holder, public in to:
        sealed = seal(public, key, place.key_context(compartment, holder))
        vault.session.add(
            CompartmentKey(report_id=report.id, compartment=compartment, holder=holder, sealed_key=sealed)
        )


def _readers(vault: Vault, report: Report) -> list[tuple[str, PublicKey]]:
    """Return to whom the content of a report is sealed now: its epoch, or its team and the recovery key."""
    query = select(col(CompartmentKey.holder)).where(
        col(CompartmentKey.report_id) == report.id,
        col(CompartmentKey.compartment) == "content",
        col(CompartmentKey.holder) != REPORTER,
    )
    return [(holder, _public(vault, holder)) for holder in sorted(vault.session.exec(query))]


def _public(vault: Vault, holder: str) -> PublicKey:
    row = (
        vault.session.get(EpochKey, holder)
        or vault.session.get(HolderKey, holder)
        or vault.session.get_one(RecoveryKey, holder)
    )
    return PublicKey(suite_of(row.suite), row.public_key)


def added(addition: str) -> Compartment:
    """Return the compartment of the files of an addition as they were sent."""
    return cast(Compartment, f"{ADDED}{addition}")


def copied(addition: str) -> Compartment:
    """Return the compartment of the clean copies of the files of an addition."""
    return cast(Compartment, f"{COPIED}{addition}")


def additions(vault: Vault, report: Report) -> Sequence[Compartment]:
    """Return the compartments of files that were added, in the order in which they began to arrive."""
    return [added(one) for one in _additions(vault, report)]


def copies(vault: Vault, report: Report) -> Sequence[Compartment]:
    """Return the compartments of the clean copies of files that were added, in the same order."""
    return [copied(one) for one in _additions(vault, report)]


def _additions(vault: Vault, report: Report) -> list[str]:
    query = select(col(CompartmentKey.compartment)).where(
        col(CompartmentKey.report_id) == report.id, col(CompartmentKey.compartment).startswith(ADDED)
    )
    names = {one.removeprefix(ADDED) for one in vault.session.exec(query)}
    return sorted(names, key=lambda one: (int(one.partition("-")[0]), one))
