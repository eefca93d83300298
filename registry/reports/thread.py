"""The thread between a reporter and the office: both sides hold its key, nobody else does."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import col, func, select

from registry.errors import NotFound
from registry.reports.bodies import opened, sealed_body
from registry.reports.codes import Derived
from registry.reports.envelope import REPORTER, Compartment, Place, compartment_key, item_key
from registry.reports.intake import by_locator
from registry.reports.tables import BodyPiece, CompartmentKey, Message, Report
from registry.reports.vault import Vault

Side = Literal["reporter", "office"]


@dataclass(frozen=True)
class Said:
    """A message as its reader sees it."""

    number: int
    written_by: str
    written_on: date
    text: str


def place_of(vault: Vault, report: Report) -> Place:
    """Return where a report stands."""
    return Place(vault.site, report.office_code, report.id)


def visit(vault: Vault, reporter: Derived) -> tuple[Report, bytes]:
    """Return the report of a code and the key of its thread.

    Raises:
        NotFound: The code finds none; a wrong one and an expired one look the same.
    """
    report = by_locator(vault, reporter.locator)
    if report is None:
        raise NotFound("report.not_found", field="code")
    sealed = sealed_key(vault, report.id, "thread", REPORTER)
    return report, compartment_key(reporter.reply, REPORTER, place_of(vault, report), "thread", sealed)


def sealed_key(vault: Vault, report_id: str, compartment: Compartment, holder: str) -> bytes:
    """Return a compartment's key as it is sealed to a holder.

    Raises:
        NotFound: It is not sealed to them.
    """
    row = vault.session.get(CompartmentKey, (report_id, compartment, holder))
    if row is None:
        raise NotFound("report.not_yours")
    return row.sealed_key


def item(vault: Vault, report: Report, compartment: Compartment, number: int, key: bytes) -> Iterator[bytes]:
    """Yield an item of a compartment.

    Args:
        vault: Read only is enough.
        report: The report.
        compartment: Which one.
        number: Of the item.
        key: Of the compartment.

    Raises:
        NotFound: There is no such item.
        Unopened: Another key, or what is kept was altered.
    """
    query = select(BodyPiece).where(
        col(BodyPiece.report_id) == report.id,
        col(BodyPiece.compartment) == compartment,
        col(BodyPiece.item) == number,
    )
    pieces = [row.piece for row in vault.session.exec(query.order_by(col(BodyPiece.seq)))]
    if not pieces:
        raise NotFound("report.item_unknown", number=number)
    context = place_of(vault, report).body_context(compartment, number)
    yield from opened(item_key(key, number), context, pieces)


def items(vault: Vault, report: Report, compartment: Compartment) -> Sequence[int]:
    """Return the numbers of the items of a compartment."""
    query = select(col(BodyPiece.item)).where(
        col(BodyPiece.report_id) == report.id, col(BodyPiece.compartment) == compartment
    )
    return sorted(set(vault.session.exec(query)))


def messages(vault: Vault, report: Report, key: bytes) -> list[Said]:
    """Return the thread, oldest first.

    Args:
        vault: Read only is enough.
        report: The report.
        key: Of the thread.
    """
    query = select(Message).where(col(Message.report_id) == report.id).order_by(col(Message.number))
    rows, pieces = vault.session.exec(query).all(), _pieces(vault, report)
    return [
        Said(row.number, row.written_by, row.written_on, _text(vault, report, row, key, pieces[row.number]))
        for row in rows
    ]


def _pieces(vault: Vault, report: Report) -> dict[int, list[bytes]]:
    """Return the pieces of a thread by message, in one statement however many there are."""
    query = select(BodyPiece.item, BodyPiece.piece).where(
        col(BodyPiece.report_id) == report.id, col(BodyPiece.compartment) == "thread"
    )
    found = defaultdict[int, list[bytes]](list)
    for number, piece in vault.session.exec(query.order_by(col(BodyPiece.item), col(BodyPiece.seq))):
        found[number].append(piece)
    return found


def _text(vault: Vault, report: Report, row: Message, key: bytes, pieces: Sequence[bytes]) -> str:
    context = place_of(vault, report).body_context("thread", row.number)
    return b"".join(opened(item_key(key, row.number), context, pieces)).decode()


def alone(vault: Vault, report: Report) -> None:
    """Wait until nobody else acts on a report.

    So two messages take two numbers, and what is added is sealed to who reads the report by then.
    """
    vault.session.exec(select(col(Report.id)).where(col(Report.id) == report.id).with_for_update()).one()


def write(vault: Vault, report: Report, key: bytes, side: Side, text: str) -> Message:
    """Write a message for the other side, sealed under the key of the thread."""
    alone(vault, report)
    query = select(func.max(col(Message.number))).where(col(Message.report_id) == report.id)
    number = (vault.session.exec(query).one() or 0) + 1
    context = place_of(vault, report).body_context("thread", number)
    piece = sealed_body(item_key(key, number), context, text.encode())
    vault.session.add(BodyPiece(report_id=report.id, compartment="thread", item=number, seq=0, piece=piece))
    row = Message(report_id=report.id, number=number, written_by=side, written_on=vault.today)
    vault.session.add(row)
    vault.session.flush()
    return row


def delete_message(vault: Vault, report: Report, number: int) -> None:
    """Delete a message with its text; nothing of it stays.

    Raises:
        NotFound: There is no such message.
    """
    row = vault.session.get(Message, (report.id, number))
    if row is None:
        raise NotFound("report.item_unknown", number=number)
    query = select(BodyPiece).where(
        col(BodyPiece.report_id) == report.id,
        col(BodyPiece.compartment) == "thread",
        col(BodyPiece.item) == number,
    )
    for piece in vault.session.exec(query).all():
        vault.session.delete(piece)
    vault.session.delete(row)
    vault.session.flush()
