"""A form with files, read as it arrives: texts into memory, files straight into their sealed streams.

Nothing else touches the body. The framework's own reader would write it to a temporary file before
any check, so it never sees one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from litestar.concurrency import sync_to_thread
from litestar.exceptions import InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from registry.errors import Malformed, Refusal
from registry.reports.told import SentFile
from registry.settings import Settings

LONGEST_TEXT = 65_536  # bytes of one field, and
LONGEST_TEXTS = 262_144  # of all of them: many times what a form may say
MOST_PARTS = 64
LONGEST_NAME = 200
MEBIBYTE = 1_048_576


class TooLarge(Malformed):
    """More was sent than is taken; answered 413."""


class TooSlow(Malformed):
    """It did not arrive in time; answered 408."""


class Sink(Protocol):
    """Where the bytes of one file go."""

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""

    def finish(self) -> tuple[int, str]:
        """End; return length and SHA-256."""


@dataclass(frozen=True)
class Caps:
    """How much is taken.

    Attributes:
        largest: Bytes in all.
        files: Number of them.
        seconds: Within which all must have arrived.
    """

    largest: int
    files: int
    seconds: float

    @classmethod
    def of(cls, settings: Settings) -> "Caps":
        """Return those of an installation."""
        return cls(settings.reports_largest, settings.reports_files, settings.reports_seconds)


@dataclass
class Sent:
    """What has arrived so far.

    Attributes:
        fields: Names and texts in their order.
    """

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[SentFile] = field(default_factory=list)
    texts: int = 0

    def one(self, name: str) -> str:
        """Return the first text of a field, empty where there is none."""
        return next((value for named, value in self.fields if named == name), "")


Open = Callable[[Sent, int], Awaitable[Sink]]
"""Gives the sink of a file by its number, and may refuse by what was said before it."""


async def arrive(chunks: AsyncIterator[bytes], content_type: str, caps: Caps, sink: Open, sent: Sent) -> Sent:
    """Read a form to its end, into what its caller holds; after a refusal it has what came before.

    What is refused in the middle is read on and dropped, within bounds: a browser shows an answer
    only once it has sent all.

    Raises:
        TooLarge: It has too many bytes.
        TooSlow: It did not end in time.
        Malformed: It is no form, was cut, has too many files or a text that is too long; or the
            sink refused.
    """
    media, options = parse_options_header(content_type)
    if media != "multipart/form-data" or not options.get("boundary"):
        raise Malformed("report.form_broken")
    arriving = _Arriving(chunks, caps, sink, sent)
    try:
        async with asyncio.timeout(caps.seconds):
            try:
                return await arriving.read(options["boundary"])
            except (Refusal, MultipartError):
                await arriving.drop_the_rest()
                raise
    except TimeoutError as slow:
        raise TooSlow("report.too_slow") from slow
    except (MultipartError, UnicodeDecodeError, InternalServerException) as broken:
        raise Malformed("report.form_broken") from broken


class _Arriving:
    """One body on its way."""

    def __init__(self, chunks: AsyncIterator[bytes], caps: Caps, sink: Open, sent: Sent) -> None:
        self._chunks, self._caps, self._sink = chunks, caps, sink
        self._sent, self._bytes = sent, 0
        self._part: MultipartSegment | None = None
        self._text = bytearray()
        self._file: Sink | None = None

    async def read(self, boundary: str) -> Sent:
        """Read the parts one after the other."""
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            async for chunk in self._chunks:
                room = max(0, self._caps.largest - self._bytes)
                self._bytes += len(chunk)
                for event in parser.parse(chunk[:room]) if chunk[:room] and not parser.closed else ():
                    await self._take(event)
                if self._bytes > self._caps.largest:
                    raise TooLarge("report.too_large", most=self._caps.largest // MEBIBYTE)
        return self._sent

    async def drop_the_rest(self) -> None:
        """Read on as much again as is taken at most."""
        most = self._bytes + self._caps.largest
        async for chunk in self._chunks:
            self._bytes += len(chunk)
            if self._bytes > most:
                return

    async def _take(self, event: MultipartSegment | bytes | None) -> None:
        if isinstance(event, MultipartSegment):
            self._part, self._text, self._file = event, bytearray(), None
        elif event is not None and self._part is not None and self._part.filename is not None:
            await self._take_file(event)
        elif event is not None:
            self._text += event
            self._sent.texts += len(event)
            if len(self._text) > LONGEST_TEXT or self._sent.texts > LONGEST_TEXTS:
                raise Malformed("report.text_long")
        elif self._part is not None:
            await self._end(self._part)

    async def _take_file(self, piece: bytes) -> None:
        if self._file is None:
            if len(self._sent.files) >= self._caps.files:
                raise Malformed("report.files_many", field="files", most=self._caps.files)
            self._file = await self._sink(self._sent, len(self._sent.files) + 1)
        await sync_to_thread(self._file.feed, piece)

    async def _end(self, part: MultipartSegment) -> None:
        if part.filename is None:
            text = self._text.decode("utf-8").replace("\r\n", "\n")
            if "\0" in text:
                raise Malformed("field.nul", field=part.name[:LONGEST_NAME])
            self._sent.fields.append((part.name[:LONGEST_NAME], text))
        elif self._file is not None:  # a box for files that was left empty sends a part without bytes
            length, digest = await sync_to_thread(self._file.finish)
            self._sent.files.append(
                SentFile(
                    number=len(self._sent.files) + 1,
                    name=part.filename[:LONGEST_NAME],
                    media_type=(part.content_type or "")[:LONGEST_NAME],
                    length=length,
                    sha256=digest,
                )
            )
