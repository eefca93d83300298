"""Taking a report: what arrives is sealed piece by piece, to keys that this process cannot open.

Nothing here, and nothing that it imports, holds the secret half of an office's key.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO

from sqlmodel import col, select

from registry.errors import Malformed, RuleRefused
from registry.identifiers import new_id
from registry.reports.bodies import Sealing
from registry.reports.codes import Derived, derive, read_code, was_issued
from registry.reports.envelope import Compartment, Envelope, Place, item_key
from registry.reports.policy import CODE_DAYS
from registry.reports.readiness import current_epoch, obstacles, public_of_epoch
from registry.reports.tables import BodyPiece, CompartmentKey, EpochKey, LastVisit, Report
from registry.reports.vault import Vault

PIECE = 1 << 20  # bytes in a row: a file of 50 MB is fifty rows


def shown_code(typed: str, proof: str, today: date, pepper: bytes) -> str:
    """Return the digits of a code that this installation showed today or yesterday.

    Raises:
        Malformed: It is no code, or none that we showed.
    """
    code = read_code(typed)
    days = tuple(today - timedelta(days=back) for back in range(CODE_DAYS))
    if not was_issued(code, days, pepper, proof):
        raise Malformed("report.code_stale", field="code")
    return code


def reporter_of(vault: Vault, typed: str, proof: str) -> Derived:
    """Return what follows from a code that this installation showed today or yesterday.

    Raises:
        Malformed: It is no code, or none that we showed.
    """
    return derive(shown_code(typed, proof, vault.today, vault.pepper), vault.pepper)


class Item:
    """One item while it arrives: what is fed goes sealed into its stream, and nowhere else."""

    def __init__(self, sealing: Sealing, stream: IO[bytes]) -> None:
        self._sealing, self._stream, self._digest = sealing, stream, sha256()

    def feed(self, piece: bytes) -> None:
        """Seal the next piece."""
        self._digest.update(piece)
        self._stream.write(self._sealing.feed(piece))

    def finish(self) -> tuple[int, str]:
        """Seal the end; return the length in bytes and the SHA-256, hex, of what was fed."""
        self._stream.write(self._sealing.finish())
        return self._sealing.length, self._digest.hexdigest()


@dataclass
class Incoming:
    """A report while it arrives: sealed streams on disk, their keys in memory.

    Attributes:
        envelope: The keys, drawn for this report.
        spool: Gives the files for the sealed streams; nothing plain is ever written to them.
    """

    envelope: Envelope
    spool: Callable[[], IO[bytes]] = field(default_factory=lambda: TemporaryFile)
    _streams: dict[tuple[Compartment, int], IO[bytes]] = field(default_factory=dict)

    def begin(self, compartment: Compartment, item: int) -> Item:
        """Begin an item that arrives piece by piece."""
        place, key = self.envelope.place, self.envelope.keys[compartment]
        stream = self._streams[compartment, item] = self.spool()
        return Item(Sealing(item_key(key, item), place.body_context(compartment, item)), stream)

    def keep(self, compartment: Compartment, item: int, pieces: Iterable[bytes]) -> int:
        """Seal a whole item, and return its length in bytes."""
        arriving = self.begin(compartment, item)
        for piece in pieces:
            arriving.feed(piece)
        return arriving.finish()[0]

    def rows(self) -> Iterator[BodyPiece]:
        """Yield the sealed streams as rows."""
        report_id = self.envelope.place.report_id
        for (compartment, item), stream in self._streams.items():
            stream.seek(0)
            for seq, piece in enumerate(_pieces(stream)):
                yield BodyPiece(report_id=report_id, compartment=compartment, item=item, seq=seq, piece=piece)

    def close(self) -> None:
        """Let go of the sealed streams."""
        for stream in self._streams.values():
            stream.close()


def begin(vault: Vault, office_code: str) -> Incoming:
    """Begin to take a report for an office.

    Raises:
        RuleRefused: The office takes none today: too few could read it.
    """
    refuse_closed(vault, office_code)
    return Incoming(Envelope(Place(vault.site, office_code, new_id())))


def refuse_closed(vault: Vault, office_code: str) -> None:
    """Refuse where a report would find nobody who can read it.

    Raises:
        RuleRefused: Holders or recovery are lacking, or were not tried in time.
    """
    if obstacles(vault, office_code):
        raise RuleRefused("report.closed", field="office_code")


def receive(vault: Vault, incoming: Incoming, reporter: Derived) -> Report:
    """Write down a report that has arrived; the same code again changes nothing.

    Args:
        vault: Open for writing.
        incoming: With at least the item 0 of `content`.
        reporter: What follows from the code.

    Returns:
        The report, new or as it was received before.

    Raises:
        RuleRefused: The office takes none any more.
    """
    found = by_locator(vault, reporter.locator)
    if found is not None:
        return found
    place = incoming.envelope.place
    refuse_closed(vault, place.office_code)
    intake, custody = _epochs(vault, place.office_code)
    report = Report(
        id=place.report_id,
        locator=reporter.locator,
        office_code=place.office_code,
        state="received",
        version=1,
        received_on=vault.today,
        intake_epoch=intake.fingerprint,
        custody_epoch=custody.fingerprint,
        reply_suite=reporter.reply.suite,
        reply_key=reporter.reply.public.raw,
    )
    vault.session.add(report)
    vault.session.flush()
    vault.session.add(LastVisit(key=report.id, report_id=report.id))
    _write_sealed(vault, incoming, intake, custody, reporter)
    return report


def by_locator(vault: Vault, locator: bytes) -> Report | None:
    """Return the report that a code finds, or None."""
    return vault.session.exec(select(Report).where(col(Report.locator) == locator)).one_or_none()


def _write_sealed(
    vault: Vault, incoming: Incoming, intake: EpochKey, custody: EpochKey, reporter: Derived
) -> None:
    report_id = incoming.envelope.place.report_id
    keys = incoming.envelope.sealed_keys(
        public_of_epoch(intake), public_of_epoch(custody), reporter.reply.public
    )
    for compartment, holder, key in keys:
        vault.session.add(
            CompartmentKey(report_id=report_id, compartment=compartment, holder=holder, sealed_key=key)
        )
    write_bodies(vault, incoming)


def write_bodies(vault: Vault, incoming: Incoming) -> None:
    """Write the sealed streams, one piece in memory at a time."""
    for row in incoming.rows():
        vault.session.add(row)
        vault.session.flush()
        vault.session.expunge(row)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _epochs(vault: Vault, office_code: str) -> tuple[EpochKey, EpochKey]:
    intake = current_epoch(vault, office_code, "intake")
    custody = current_epoch(vault, office_code, "custody")
    if intake is None or custody is None:
        raise RuleRefused("report.closed", field="office_code")
    return intake, custody
