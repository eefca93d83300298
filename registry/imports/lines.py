"""The lines of a text file: UTF-8 with or without its mark, or GB18030; CSV or JSON.

A file is decoded once before anything is written, so that a wrong encoding refuses it whole. Rows are
then read as they are needed; one that cannot be read is handed on as a refusal of its own.
"""

import codecs
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from registry.errors import Malformed, Refusal
from registry.imports.cells import JsonNumber
from registry.imports.raw import RawRow, letter

Content = Path | bytes
"""A file in its place, or the bytes of one."""

CHUNK = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


def opened(content: Content) -> BinaryIO:
    """Open a file, or bytes as one."""
    return content.open("rb") if isinstance(content, Path) else BytesIO(content)


@dataclass(frozen=True)
class Encoded:
    """What is known of a text file once it was read through.

    Attributes:
        encoding: `utf-8` or `gb18030`.
        size: In bytes.
    """

    encoding: str
    size: int


def encoding_of(content: Content) -> Encoded:
    """Return how a file is written, after reading through it.

    Raises:
        Malformed: It is neither UTF-8 nor GB18030.
    """
    try:
        return Encoded("utf-8", _decoded_size(content))
    except Malformed as refusal:
        size = _size_of_gb18030(content) if refusal.params["likely"] == "?" else None
        if size is None:
            raise
        return Encoded("gb18030", size)


def _decoded_size(content: Content) -> int:
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    with opened(content) as file:
        while chunk := file.read(CHUNK):
            if size == 0 and chunk.startswith(_UTF16):
                raise Malformed("import.encoding", position=0, byte=f"{chunk[0]:02X}", likely="UTF-16")
            marked = size == 0 and chunk.startswith(codecs.BOM_UTF8)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as wrong:
                position = size - pending + wrong.start
                byte = f"{wrong.object[wrong.start]:02X}"
                likely = "UTF-8" if marked else "?"
                raise Malformed("import.encoding", position=position, byte=byte, likely=likely) from wrong
            size += len(chunk)
    if decoder.getstate()[0]:
        raise Malformed("import.encoding", position=size - len(decoder.getstate()[0]), byte="—", likely="?")
    return size


def _size_of_gb18030(content: Content) -> int | None:
    """Return the size of a file in GB18030; None: it is not, or is damaged UTF-8 that decodes by chance.

    Most of what people write in Chinese stands in GB 2312; a third of what chance makes of UTF-8 does.
    """
    decoder = codecs.getincrementaldecoder("gb18030")()
    size = wide = common = 0
    with opened(content) as file:
        while chunk := file.read(CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                return None
            narrow = len(text.encode("ascii", "ignore"))
            wide += len(text) - narrow
            common += (len(text.encode("gb2312", "ignore")) - narrow) // 2
            size += len(chunk)
    return None if decoder.getstate()[0] or common * 4 < wide * 3 else size


class _Lines:
    """The decoded lines of a file, and how many bytes of it they took."""

    def __init__(self, content: Content, encoding: str) -> None:
        self.content = content
        self.encoding = encoding
        self.read_to = 0

    def __iter__(self) -> Iterator[str]:
        with opened(self.content) as file:
            for line in file:
                text = line.decode(self.encoding)
                first = self.read_to == 0
                self.read_to += len(line)
                yield text.removeprefix("\ufeff") if first else text


def csv_records(content: Content, encoding: str) -> Iterator[RawRow]:
    lines = _Lines(content, encoding)
    reader = csv.reader(iter(lines), strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:  # the reader's words are English alone
            yield RawRow(number, {}, lines.read_to, Malformed("import.csv"))
            continue
        if "".join(record).strip():
            yield RawRow(number, {"record": record}, lines.read_to)


def csv_rows(content: Content, encoding: str, heading_at: int, headings: list[str]) -> Iterator[RawRow]:
    """Yield the rows of a CSV file below its heading.

    Args:
        content: The file.
        encoding: Of its text.
        heading_at: Number of the heading row.
        headings: In their order.
    """
    width = len(headings)
    letters = {heading: letter(i) for i, heading in enumerate(headings)}
    for raw in csv_records(content, encoding):
        if raw.number <= heading_at:
            continue
        if raw.refusal is not None:
            yield raw
            continue
        record = raw.cells["record"]
        if len(record) > width and any(cell.strip() for cell in record[width:]):
            refusal = Malformed("import.too_many_cells", cells=len(record), headings=width)
            yield RawRow(raw.number, {}, raw.read_to, refusal)
            continue
        cells = {heading: _live(cell) for heading, cell in zip(headings, record, strict=False)}
        yield RawRow(raw.number, cells, raw.read_to, letters=letters)


def _live(cell: str) -> str:
    """Return a cell as it was before an export neutralised it, see `writing.inert`."""
    return cell[1:] if cell[:1] == "'" and _NEUTRALISED.match(cell) else cell


def json_rows(content: Content, encoding: str) -> Iterator[RawRow]:
    lines = _Lines(content, encoding)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cells = json.loads(
                line,
                parse_float=JsonNumber,
                parse_int=JsonNumber,
                parse_constant=_no_number,
                object_pairs_hook=_unique,
            )
        except json.JSONDecodeError as unreadable:
            refusal: Refusal = Malformed("import.json", position=unreadable.pos + 1)
        except (ValueError, RecursionError):
            refusal = Malformed("import.json_value")
        except Malformed as twice:
            refusal = twice
        else:
            if isinstance(cells, dict):
                yield RawRow(number, cells, lines.read_to)
                continue
            refusal = Malformed("import.not_object")
        yield RawRow(number, {}, lines.read_to, refusal)


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        [(heading, _)] = Counter(key for key, _value in pairs).most_common(1)
        raise Malformed("import.heading_twice", heading=heading)
    return made
