"""An XLSX file as a package: refused by what it holds, never by its name, before any of it is read.

What is let through is packed anew, so that the reader of cells sees only parts that were measured here:
two readers of one archive may otherwise understand it differently.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from registry.errors import Malformed

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Excel, and the envelope of an encrypted workbook
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

MOST_PARTS = 1_000  # a workbook of fifty sheets with drawings has some two hundred
MOST_RATIO = 200  # sheets of an office expand ten to thirty times, a bomb a thousand times
SMALL = 10_485_760  # below 10 MiB no ratio does harm: a sheet of one value repeated is an honest one
PIECE = 1 << 20


@dataclass(frozen=True)
class Room:
    """How much of a workbook is read; to read it at all costs time and memory, whatever it says.

    Attributes:
        expanded: Bytes of XML of all its parts.
        cells: Of the boxes around the content of its sheets.
    """

    expanded: int
    cells: int


# 256 MiB of XML: the sheets of 100,000 rows of twenty columns, twice over; more goes as CSV, row by row
OFFICE = Room(268_435_456, 3_000_000)


def for_rows(most: int) -> Room:
    """Return the room of a sheet of so many rows: a hundred columns of 64 bytes of XML."""
    return Room(most * 100 * 64, most * 100)


_MACROS = ("vbaproject", "macrosheets/", "activex/", "dialogsheets/")
_ELSEWHERE = ("externallinks/", "embeddings/", "connections.xml", "querytables/", "xl/model/")
WORKBOOK = "xl/workbook.xml"


def read_package(file: BinaryIO, room: Room) -> dict[str, bytes]:
    """Return the XML parts of a workbook by name, measured while they are unpacked.

    Args:
        file: At its beginning; it starts with `ZIP`.
        room: How much of it is read.

    Raises:
        Malformed: It is no workbook, is damaged, encrypted or too large, has macros or reaches elsewhere.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _refuse_by_names(entries)
            budget = _Budget(sum(entry.compress_size for entry in entries), room)
            parts = {
                entry.filename: _unpacked(archive, entry, budget)
                for entry in entries
                if entry.filename.lower().endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, zipfile.zlib.error) as damaged:  # type: ignore[attr-defined]  # it re-exports it
        raise Malformed("import.workbook_damaged") from damaged
    if WORKBOOK not in parts:
        raise Malformed("import.not_workbook")
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise Malformed("import.workbook_macros", part="[Content_Types].xml")
    return parts


def packed(parts: dict[str, bytes]) -> BytesIO:
    """Return an archive of exactly these parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def refuse_ole(content: bytes) -> None:
    """Refuse what begins like an OLE file, by what it is.

    Raises:
        Malformed: Always: it is an encrypted workbook or one of before 2007.
    """
    if _ENCRYPTED_STREAM in content:
        raise Malformed("import.workbook_encrypted")
    raise Malformed("import.workbook_old")


def _refuse_by_names(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_PARTS:
        raise Malformed("import.workbook_parts", parts=len(entries), most=MOST_PARTS)
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) != len(names):
        raise Malformed("import.workbook_damaged")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Malformed("import.workbook_encrypted")
    for name in names:
        if any(word in name for word in _MACROS):
            raise Malformed("import.workbook_macros", part=name)
        if any(word in name for word in _ELSEWHERE):
            raise Malformed("import.workbook_elsewhere", part=name)


class _Budget:
    """Bytes that the parts of one file may still take, whatever their headers promise."""

    def __init__(self, packed_size: int, room: Room) -> None:
        self.most = min(room.expanded, max(SMALL, packed_size * MOST_RATIO))
        self.used = 0

    def take(self, size: int) -> None:
        """Take the bytes of a piece.

        Raises:
            Malformed: There were too many.
        """
        self.used += size
        if self.used > self.most:
            raise Malformed("import.workbook_bomb", most=self.most >> 20)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> bytes:
    pieces = []
    with archive.open(entry) as part:
        while piece := part.read(PIECE):
            budget.take(len(piece))
            pieces.append(piece)
    return b"".join(pieces)
