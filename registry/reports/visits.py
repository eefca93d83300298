"""What a reporter does who came back with his code: he looks, answers, adds, deletes and claims."""

import secrets
from collections.abc import Sequence
from typing import cast

from sqlmodel import col, delete, func, select

from registry.reports.codes import Derived
from registry.reports.envelope import KEY_LENGTH, Compartment, Envelope
from registry.reports.intake import Incoming, write_bodies
from registry.reports.readiness import public_of_epoch
from registry.reports.sealing import seal
from registry.reports.tables import BodyPiece, CompartmentKey, EpochKey, Message, Report
from registry.reports.thread import place_of, visit, write
from registry.reports.vault import Vault

WORDS = 64  # in each catalogue: a pair of them is one of four thousand


def come_back(vault: Vault, reporter: Derived) -> tuple[Report, bytes, str | None]:
    """Return report and key of the thread, and the words that the last visit showed.

    New ones are drawn: whoever sees others than he noted knows that somebody else was here.

    Raises:
        NotFound: The code finds no report.
    """
    report, key = visit(vault, reporter)
    shown_last, report.visit_word = report.visit_word, drawn_words()
    vault.session.add(report)
    vault.session.flush()
    return report, key, shown_last


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


def begin_addition(vault: Vault, report: Report) -> tuple[Compartment, Incoming]:
    """Begin to take more files for a report, into a compartment of their own."""
    query = select(func.count(func.distinct(col(CompartmentKey.compartment)))).where(
        col(CompartmentKey.report_id) == report.id, col(CompartmentKey.compartment).like("originals-%")
    )
    compartment = added(vault.session.exec(query).one() + 1)
    envelope = Envelope(place_of(vault, report), {compartment: secrets.token_bytes(KEY_LENGTH)})
    return compartment, Incoming(envelope)


def receive_addition(vault: Vault, report: Report, compartment: Compartment, incoming: Incoming) -> None:
    """Write down files that were added; only the custodians of the report open them."""
    epoch = vault.session.get_one(EpochKey, report.custody_epoch)
    context = incoming.envelope.place.key_context(compartment, epoch.fingerprint)
    sealed = seal(public_of_epoch(epoch), incoming.envelope.keys[compartment], context)
    vault.session.add(
        CompartmentKey(
            report_id=report.id, compartment=compartment, holder=epoch.fingerprint, sealed_key=sealed
        )
    )
    write_bodies(vault, incoming)


def added(number: int) -> Compartment:
    """Return the compartment of the files that were added at the first, second … time."""
    return cast(Compartment, f"originals-{number}")


def additions(vault: Vault, report: Report) -> Sequence[Compartment]:
    """Return the compartments of files that were added, in their order."""
    query = (
        select(col(CompartmentKey.compartment))
        .where(col(CompartmentKey.report_id) == report.id)
        .where(col(CompartmentKey.compartment).like("originals-%"))
        .distinct()
    )
    return [added(number) for number in range(1, len(vault.session.exec(query).all()) + 1)]
