"""Lists of names and codes that somebody brings to be matched: a sheet as an office has it, or pasted lines.

A sheet needs a column of names or of codes; what else it holds is passed over. A cell that cannot be
read is told with its place and never stops the other rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.errors import Malformed
from registry.imports.cells import text_of
from registry.imports.columns import COLUMNS, Column
from registry.imports.faults import RowError
from registry.imports.files import open_source
from registry.imports.packages import Room
from registry.imports.raw import RawRow
from registry.imports.values import clean, fold
from registry.publication.matching import LONGEST, MOST, Wanted, is_code
from registry.regions import prefix

FIELDS = ("uscc", "name", "region")
# anybody may send a list: a thousand rows of a hundred columns, and no more than a second of work
ANYBODY = Room(16_777_216, 100_000)
_READ: Mapping[str, Column] = {
    fold(heading): column
    for column in COLUMNS["businesses"]
    if column.heading in FIELDS
    for heading in (column.heading, *column.zh)
}


@dataclass(frozen=True)
class Line:
    """One line of a list.

    Attributes:
        place: Sheet and row, or the cell that could not be read, as a spreadsheet says it; of a pasted line
            its number.
        ways: What is asked, the surest first: by its code, and by its name where no one bears the code.
        fault: Why it could not be read; nothing is asked then.
    """

    place: str
    ways: tuple[Wanted, ...]
    fault: RowError | None = None


def lines_of_text(text: str) -> tuple[Line, ...]:
    """Return the lines of a pasted text, blank ones left out; cells of one line are set apart by tabs.

    Raises:
        Malformed: There are none, or too many.
    """
    rows = enumerate(text.splitlines(), start=1)
    return _counted((_pasted(number, row) for number, row in rows if row.strip()), "text")


def lines_of_file(content: bytes, name: str) -> tuple[Line, ...]:
    """Return the lines of a sheet: XLSX, or CSV in UTF-8 or GB18030.

    Args:
        content: The file.
        name: What it is called.

    Raises:
        Malformed: It is refused by its content, has no column of names or codes, no row, or too many.
    """
    try:
        source = open_source(content, name, known=_READ.keys(), room=ANYBODY)
        for table in source.tables or ():
            if not any(fold(heading) in _READ for heading in table.headings):
                raise Malformed("import.heading_missing", missing="名称/name、统一社会信用代码/uscc")
        return _counted((_line(raw) for raw in source.rows()), "file")
    except Malformed as refused:
        refused.field = "file"
        raise


def _counted(lines: Iterator[Line], field: str) -> tuple[Line, ...]:
    found = []
    for line in lines:
        if line.ways or line.fault:
            found.append(line)
        if len(found) > MOST:
            raise Malformed("match.too_many", field=field, most=MOST)
    if not found:
        raise Malformed("match.nothing", field=field)
    return tuple(found)


def _pasted(number: int, row: str) -> Line:
    cells = [cell for cell in row.split("\t") if cell.strip()]
    try:
        texts = [_text(cell, "text") for cell in cells]
    except Malformed as refusal:
        return Line(str(number), (), RowError(number, None, row[:LONGEST], refusal))
    return Line(str(number), _ways(texts, None))


def _line(raw: RawRow) -> Line:
    place = raw.error(Malformed("match.nothing")).place
    if raw.refusal is not None:
        return Line(place, (), raw.error(raw.refusal))
    said: dict[str, str] = {}
    for heading, cell in raw.cells.items():
        column = _READ.get(fold(heading))
        if column is None:
            continue
        try:
            if text := _text(text_of(cell, column.field, column.read), column.field):
                said[column.heading] = str(column.read(text, column.field))
        except Malformed as refusal:
            shown = None if isinstance(cell, Malformed) else str(cell)[:LONGEST]
            fault = raw.error(refusal, heading, shown)
            return Line(fault.place, (), fault)
    region = prefix(said["region"]) if "region" in said else ""
    return Line(place, _ways([said[one] for one in ("uscc", "name") if one in said], region or None))


def _text(cell: str, field: str) -> str:
    text = clean(cell, field)
    if len(text) > LONGEST:
        raise Malformed("import.too_long", field=field, longest=LONGEST)
    return text


def _ways(texts: list[str], region: str | None) -> tuple[Wanted, ...]:
    """Return what is asked by the texts of a line: the first code, then the first that is none."""
    code = next((one for one in texts if is_code(one)), None)
    name = next((one for one in texts if not is_code(one)), None)
    return tuple(Wanted(text=one, region=region) for one in (code, name) if one)
