"""Opening an import file: its content tells what it is; a name can only say that it is JSON lines."""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from registry.errors import Malformed
from registry.imports import packages
from registry.imports.lines import Content, csv_records, csv_rows, encoding_of, json_rows, opened
from registry.imports.packages import OFFICE, Room
from registry.imports.raw import RawRow, headings_at
from registry.imports.workbooks import read_workbook

JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
LARGEST_WORKBOOK = 67_108_864  # 64 MiB packed is more than a hundred thousand rows of any kind


@dataclass(frozen=True)
class Table:
    """Rows under one heading: a CSV file, or one sheet of a workbook.

    Attributes:
        sheet: Its name; None for CSV.
    """

    sheet: str | None
    headings: list[str]
    rows: Callable[[], Iterator[RawRow]]


@dataclass(frozen=True)
class Source:
    """A file that can be read.

    Attributes:
        size: In bytes.
        tables: One for CSV, one for each sheet of the kind; None for JSON lines, whose rows name their own.
        unread: Sheets with content that are hidden or have no heading of the kind.
    """

    size: int
    tables: list[Table] | None
    lines: Callable[[], Iterator[RawRow]]
    unread: tuple[str, ...] = ()

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows, blank ones left out."""
        if self.tables is None:
            yield from self.lines()
            return
        for table in self.tables:
            yield from table.rows()


def open_source(
    content: Content,
    name: str | None = None,
    *,
    known: Collection[str] = (),
    json_lines: bool = False,
    room: Room = OFFICE,
) -> Source:
    """Open an import file after reading through it once.

    Args:
        content: The file or its bytes.
        name: As it was called; unset: the name of the path.
        known: Headings of the kind, folded; by them the heading row is found.
        json_lines: The kind is only read as JSON lines, whatever the name.
        room: How much of a workbook is read.

    Raises:
        Malformed: It is no text in UTF-8 or GB18030 and no workbook, or is refused by its content; a table
            has no heading, or the same one twice.
    """
    name = name or (content.name if isinstance(content, Path) else "")
    with opened(content) as file:
        start = file.read(len(packages.OLE))
    if start.startswith((packages.ZIP, packages.EMPTY_ZIP, packages.OLE)):
        if json_lines:
            raise Malformed("import.json_only")
        return _workbook(content, name, known, room)
    text = encoding_of(content)
    if (
        json_lines
        or start.removeprefix(BOM_UTF8).startswith(b"{")
        or Path(name).suffix.lower() in JSON_SUFFIXES
    ):
        return Source(text.size, None, lambda: json_rows(content, text.encoding))
    return _csv(content, name, known, text.encoding, text.size)


def _csv(content: Content, name: str, known: Collection[str], encoding: str, size: int) -> Source:
    records = csv_records(content, encoding)
    first = next(records, None)
    if first is None or first.refusal is not None:
        raise Malformed("import.no_heading", file=name)
    readable = chain((first,), _readable(records))  # a row at a time: the file may be of any size
    texts = ((raw.number, _stripped(raw.cells["record"])) for raw in readable)
    heading_at, headings, _matched = headings_at(texts, known)
    _refuse_twice(headings)
    table = Table(None, headings, lambda: csv_rows(content, encoding, heading_at, headings))
    return Source(size, [table], table.rows)


def _workbook(content: Content, name: str, known: Collection[str], room: Room) -> Source:
    with opened(content) as file:
        size = file.seek(0, 2)
        if size > LARGEST_WORKBOOK:
            raise Malformed("import.workbook_size", most=LARGEST_WORKBOOK >> 20)
        file.seek(0)
        if file.read(len(packages.OLE)) == packages.OLE:
            file.seek(0)
            packages.refuse_ole(file.read())
        file.seek(0)
        sheets, unread = read_workbook(file, known, room)
    if not sheets:
        raise Malformed("import.no_heading", file=name)
    for sheet in sheets:
        _refuse_twice([heading for heading in sheet.headings if heading])
    tables = [Table(sheet.grid.name, sheet.named, sheet.__iter__) for sheet in sheets]
    return Source(size, tables, lambda: iter(()), tuple(unread))


def _stripped(record: Sequence[object]) -> list[str]:
    return [str(cell).strip() for cell in record]


def _readable(records: Iterator[RawRow]) -> Iterator[RawRow]:
    return (raw for raw in records if raw.refusal is None)


def _refuse_twice(headings: Sequence[str]) -> None:
    for heading, times in Counter(headings).items():
        if times > 1:
            raise Malformed("import.heading_twice", heading=heading)
