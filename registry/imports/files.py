"""Reading import files row by row: CSV and JSON lines, UTF-8 with or without its mark.

A file is decoded once before anything is written, so that a wrong encoding refuses it whole. Rows
are then read as they are needed; one that cannot be read is handed on as a refusal of its own.
"""

import codecs
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.errors import Malformed, Refusal

CHUNK = 1 << 20
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class JsonNumber(str):
    """A number of JSON as it was written, so that no fraction is lost; only some columns take one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in the file.

    Attributes:
        number: As a spreadsheet counts, the heading being row 1; for JSON lines, the line.
        cells: By heading; numbers of JSON as their text, so that no fraction is lost.
        read_to: Bytes of the file up to the end of the row.
        refusal: Why it could not be read; `cells` is empty then.
    """

    number: int
    cells: dict[str, Any]
    read_to: int
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Source:
    """A file that can be read as UTF-8.

    Attributes:
        size: In bytes.
        headings: Of a CSV file; None for JSON lines, whose rows name their own.
    """

    path: Path
    size: int
    headings: list[str] | None

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows, blank ones left out."""
        return _json_rows(self.path) if self.headings is None else _csv_rows(self.path, self.headings)


def open_source(path: Path, *, json_lines: bool = False) -> Source:
    """Open an import file after reading through it once.

    Args:
        path: The file; its name tells CSV from JSON lines.
        json_lines: The kind is only read as JSON lines, whatever the name.

    Raises:
        Malformed: It is not UTF-8, or a CSV file has no heading, or the same one twice.
    """
    size = _decoded_size(path)
    if json_lines or path.suffix.lower() in JSON_SUFFIXES:
        return Source(path, size, None)
    first = next(_csv_records(path), None)
    if first is None or first.refusal is not None:
        raise Malformed("import.no_heading", file=path.name)
    headings = [str(heading).strip() for heading in first.cells["record"]]
    while headings and not headings[-1]:  # spreadsheets write columns that are empty to the end
        headings.pop()
    twice = next((h for h in headings if headings.count(h) > 1), None)
    if twice is not None:
        raise Malformed("import.heading_twice", heading=twice)
    return Source(path, size, headings)


def _decoded_size(path: Path) -> int:
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if size == 0 and chunk.startswith(_UTF16):
                raise Malformed("import.encoding", position=0, byte=f"{chunk[0]:02X}", likely="UTF-16")
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as wrong:
                position = size - pending + wrong.start
                byte = f"{wrong.object[wrong.start]:02X}"
                raise Malformed(
                    "import.encoding", position=position, byte=byte, likely=_likely(path)
                ) from wrong
            size += len(chunk)
    if decoder.getstate()[0]:
        raise Malformed("import.encoding", position=size - len(decoder.getstate()[0]), byte="—", likely="?")
    return size


def _likely(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("gb18030")()
    with path.open("rb") as file:
        try:
            decoder.decode(file.read(CHUNK))
        except UnicodeDecodeError:
            return "?"
    return "GB18030"


class _Lines:
    """The decoded lines of a file, and how many bytes of it they took."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read_to = 0

    def __iter__(self) -> Iterator[str]:
        with self.path.open("rb") as file:
            for line in file:
                text = line.decode("utf-8-sig" if self.read_to == 0 else "utf-8")
                self.read_to += len(line)
                yield text


def _csv_records(path: Path) -> Iterator[RawRow]:
    lines = _Lines(path)
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


def _csv_rows(path: Path, headings: list[str]) -> Iterator[RawRow]:
    records = _csv_records(path)
    next(records)
    width = len(headings)
    for raw in records:
        if raw.refusal is not None:
            yield raw
            continue
        record = raw.cells["record"]
        if len(record) > width and any(cell.strip() for cell in record[width:]):
            refusal = Malformed("import.too_many_cells", cells=len(record), headings=width)
            yield RawRow(raw.number, {}, raw.read_to, refusal)
            continue
        yield RawRow(raw.number, dict(zip(headings, record, strict=False)), raw.read_to)


def _json_rows(path: Path) -> Iterator[RawRow]:
    lines = _Lines(path)
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
        keys = [key for key, _value in pairs]
        raise Malformed("import.heading_twice", heading=next(key for key in keys if keys.count(key) > 1))
    return made
