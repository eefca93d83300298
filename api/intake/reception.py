"""The reception: what handlers and pages of the intake stand on."""

import asyncio
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256

from litestar.concurrency import sync_to_thread
from sqlmodel import col, select

from api.edge import Edge
from api.intake.arriving import Caps, Open, Sent, Sink, arrive
from api.intake.copying import Copying
from api.intake.sending import ReportForm, read_report, refuse_telling
from api.intake.turns import Crowded, Turns
from api.intake.visits import Visits
from registry.offices.queries import current_name
from registry.offices.tables import Office
from registry.reports import intake
from registry.reports.codes import derive, draw, issued
from registry.reports.decoy import Decoy, make_decoy
from registry.reports.intake import Incoming, shown_code
from registry.reports.policy import ANSWERED_EVERY
from registry.reports.readiness import offices_open
from registry.reports.told import IDENTITY, LISTING, MATTER, CopiedFile, Listing, sealable
from registry.store.engine import reading

REMEMBERED = 10_000  # codes whose report was received: sending one again costs nothing


@dataclass(frozen=True)
class OpenOffice:
    """An office that takes reports today."""

    code: str
    name: str
    region: str


@dataclass(frozen=True, repr=False)
class Drawn:
    """A code that was shown, and the proof that it was: 24 digits, and hex."""

    code: str
    proof: str


@dataclass(frozen=True, repr=False)
class Received:
    """A report that was taken."""

    code: str
    office_code: str
    received_on: date


class Reception:
    """Takes reports in one process.

    Attributes:
        edge: The parts of the installation.
        turns: At checking codes.
        visits: Of reporters who came back.
    """

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.turns = Turns()
        self.visits = Visits()
        self._arriving = 0
        self._key = secrets.token_bytes(32)
        self._received: OrderedDict[bytes, Received] = OrderedDict()

    @cached_property
    def decoy(self) -> Decoy:
        """Return what stands in for a report that a code does not find: at an office of a county."""
        with reading(self.edge.engine) as session:
            smallest = select(Office.code).order_by(col(Office.region).desc(), col(Office.code))
            office_code = session.exec(smallest).first()
        with self.edge.reports.reading(self.edge.today()) as vault:
            return make_decoy(vault.site, office_code or "")

    def draw(self) -> Drawn:
        """Draw a code for somebody who opens the form."""
        code = draw()
        return Drawn(code, issued(code, self.edge.today(), self.edge.reports.pepper))

    def offices(self) -> list[OpenOffice]:
        """Return the offices that take reports today, by region."""
        with self.edge.reports.reading(self.edge.today()) as vault:
            codes = offices_open(vault)
        found = []
        with reading(self.edge.engine) as session:
            for code in codes:
                office, named = session.get(Office, code), current_name(session, code)
                if office is not None and named is not None:
                    found.append(OpenOffice(code, named.name, office.region))
        return sorted(found, key=lambda one: (one.region, one.code))

    async def arrive(self, chunks: AsyncIterator[bytes], content_type: str, sink: Open, sent: Sent) -> Sent:
        """Read a form as it arrives.

        Args:
            chunks: The body.
            content_type: As the request names it.
            sink: Gives the sinks of its files.
            sent: What has arrived so far.

        Raises:
            Crowded: Too many are arriving.
            Malformed: It is no form, or one that is not taken.
        """
        if self._arriving >= self.edge.settings.reports_at_once:
            raise Crowded
        self._arriving += 1
        try:
            return await arrive(chunks, content_type, Caps.of(self.edge.settings), sink, sent)
        finally:
            self._arriving -= 1

    async def receive(
        self, chunks: AsyncIterator[bytes], content_type: str, sent: Sent, beside: Collection[str] = ()
    ) -> Received:
        """Take a report: seal what arrives as it does, then write it down; the same code changes nothing.

        Args:
            chunks: The body.
            content_type: As the request names it.
            sent: What has arrived; after a refusal the caller still has the texts.
            beside: Fields that belong to the page and not to the report.

        Raises:
            Crowded: Too many are arriving, or waiting.
            Malformed: It is not what the form asks for, larger than is taken, or its code is none of ours.
            Misread: A field has the wrong shape.
            RuleRefused: The office takes none, or the text tells who wrote it.
        """
        filing = Filing(self)
        try:
            await self.arrive(chunks, content_type, filing.open, sent)
            sent.fields = [one for one in sent.fields if one[0] not in beside]
            return await self.take(sent, filing)
        finally:
            filing.close()

    async def take(self, sent: Sent, filing: "Filing") -> Received:
        """Write down what has arrived."""
        form = read_report(sent)
        reports = self.edge.reports
        code = shown_code(form.code, form.proof, self.edge.today(), reports.pepper)
        refuse_telling(form, code)
        again = hmac.digest(self._key, code.encode(), sha256)
        if again not in self._received:
            async with self.turns.turn("sending"):
                received = await sync_to_thread(self._write, code, form, sent, filing)
            self._received[again] = received
            if len(self._received) > REMEMBERED:
                self._received.popitem(last=False)
        return self._received[again]

    def _write(self, code: str, form: ReportForm, sent: Sent, filing: "Filing") -> Received:
        incoming = filing.incoming or self.begin(form.office_code)
        filing.incoming = incoming
        matter = form.matter.model_copy(update={"files": filing.copies()})
        incoming.keep("content", MATTER, [sealable(matter)])
        incoming.keep("identity", IDENTITY, [sealable(form.identity)])
        incoming.keep("originals", LISTING, [sealable(Listing(files=tuple(sent.files)))])
        reporter = derive(code, self.edge.reports.pepper)
        with self.edge.reports.writing(self.edge.today()) as vault:
            report = intake.receive(vault, incoming, reporter)
            return Received(code, report.office_code, report.received_on)

    def begin(self, office_code: str) -> Incoming:
        """Begin to take a report for an office.

        Raises:
            RuleRefused: It takes none today.
        """
        with self.edge.reports.reading(self.edge.today()) as vault:
            return intake.begin(vault, office_code)

    async def on_beat(self, began: float) -> None:
        """Wait for the next beat since a code was stretched: how long its answer took tells nothing.

        Args:
            began: When it was, in seconds of the event loop's clock.
        """
        passed = asyncio.get_running_loop().time() - began
        await asyncio.sleep((math.floor(passed / ANSWERED_EVERY) + 1) * ANSWERED_EVERY - passed)


class Filing:
    """Where the files of one report go while it arrives."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._copying: list[Copying] = []
        self.incoming: Incoming | None = None

    async def open(self, sent: Sent, number: int) -> Sink:
        """Give the sink of a file; what stands before it must show that we gave out its code.

        Raises:
            Malformed: It does not, or names no office.
            RuleRefused: The office takes none today.
        """
        if self.incoming is None:
            edge = self._reception.edge
            shown_code(sent.one("code"), sent.one("proof"), edge.today(), edge.reports.pepper)
            self.incoming = await sync_to_thread(self._reception.begin, sent.one("office_code"))
        copying = await sync_to_thread(Copying, self.incoming, number)
        self._copying.append(copying)
        return copying

    def copies(self) -> tuple[CopiedFile, ...]:
        """Return what those who work on the report have of each file."""
        return tuple(one.copied for one in self._copying)

    def close(self) -> None:
        """Let go of the sealed streams and of what made copies."""
        for one in self._copying:
            one.close()
        if self.incoming is not None:
            self.incoming.close()
