"""What the reader of cells does not tell of a workbook: formats, hidden rows, errors, and its true size.

A number is only what the sheet shows where its format shows it whole; a day is known to the day only
where its format shows one. Sizes are taken before cells are read, because a reader makes room for the
whole box around them and writes a shared text out as often as it is used.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

from registry.errors import Malformed
from registry.imports.packages import WORKBOOK, Room

MOST_SHEETS = 50  # an office's workbook has one a month or one a market
MOST_TEXT = 200_000_000  # characters of all cells, shared texts counted as often as they are used
MOST_ODD = 200_000  # hidden rows and columns and merged cells: each is remembered for itself
MOST_STYLES = 65_536  # Excel makes no more
LONGEST_COLUMN = 3  # letters, XFD being the last

Format = Literal["plain", "day", "month", "year", "time", "other"]
Place = tuple[int, int]
"""Row and column, both from 0."""

_MONTHLY = frozenset({17, 27, 36, 50, 52, 57})  # built-in formats by number, in a Chinese Excel
_DAILY = frozenset({14, 15, 16, 22, *range(28, 32), 51, *range(53, 57), 58})
_TIMED = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47})
_PLAIN = frozenset({0, 1, 49})
_UNSAID = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


@dataclass
class Survey:
    """What is to be known of one sheet beside its values.

    Attributes:
        formats: Of each number that is not shown plainly.
        odd: The refusal for a cell whose value is an error, or a formula without a result.
        height: Rows up to the last cell with content.
        width: Columns up to the last cell with content.
    """

    name: str
    hidden: bool
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formats: dict[Place, Format] = field(default_factory=dict)
    odd: dict[Place, Malformed] = field(default_factory=dict)
    height: int = 0
    width: int = 0

    def hides_column(self, column: int) -> bool:
        """Say whether a column cannot be seen."""
        return any(first <= column <= last for first, last in self.hidden_columns)


@dataclass(frozen=True)
class Surveyed:
    """What was found in a workbook: its sheets in order, and whether its days count from 1904."""

    sheets: list[Survey]
    from_1904: bool


def survey(parts: Mapping[str, bytes], room: Room) -> Surveyed:
    """Go through a workbook once, without keeping its values.

    Args:
        parts: Its parts by name.
        room: How much of it is read.

    Raises:
        Malformed: Its XML is unfit, or it has too many sheets or cells.
    """
    targets = _targets(parts)
    listed: list[tuple[str, bool, str]] = []
    from_1904 = False

    def workbook(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal from_1904
        if tag == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            link = next((v for name, v in attributes.items() if name.rpartition(" ")[2] == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            listed.append((attributes.get("name", ""), hidden, targets.get(link, "")))

    _parse(parts[WORKBOOK], workbook)
    if len(listed) > MOST_SHEETS:
        raise Malformed("import.workbook_sheets", sheets=len(listed), most=MOST_SHEETS)
    formats = _formats(parts.get("xl/styles.xml"))
    lengths = _lengths(parts.get("xl/sharedStrings.xml"), room)
    budget = _Budget(room)
    sheets = [
        _Cells(Survey(name, hidden), formats, lengths, budget).read(parts[part])
        for name, hidden, part in listed
        if part in parts
    ]
    return Surveyed(sheets, from_1904)


def format_of(code: str) -> Format:
    """Return how a number format shows a number."""
    if code.lower() in ("general", "@", "0"):
        return "plain"
    said = _UNSAID.sub("", code.split(";", maxsplit=1)[0]).lower()
    if "d" in said:
        return "day"
    if "y" in said:
        return "month" if "m" in said else "year"
    return "time" if "h" in said or "s" in said else "other"


class _Budget:
    """Cells and characters that all sheets of one workbook may still take."""

    def __init__(self, room: Room) -> None:
        self.most = room.cells
        self.cells = 0
        self.text = 0
        self.odd = 0

    def box(self, survey: Survey) -> None:
        """Take the box of a sheet."""
        self.cells += survey.height * survey.width
        if self.cells > self.most:
            raise Malformed("import.workbook_cells", sheet=survey.name, most=self.most)

    def remember(self) -> None:
        """Take a hidden row or column, or a merged cell."""
        self.odd += 1
        if self.odd > MOST_ODD:
            raise Malformed("import.workbook_bomb", most=MOST_TEXT >> 20)

    def read(self, characters: int) -> None:
        """Take a text."""
        self.text += characters
        if self.text > MOST_TEXT:
            raise Malformed("import.workbook_bomb", most=MOST_TEXT >> 20)


class _Cells:
    """The cells of one sheet as they come, with their places."""

    def __init__(self, found: Survey, formats: list[Format], lengths: list[int], budget: _Budget) -> None:
        self.found = found
        self._formats = formats
        self._lengths = lengths
        self._budget = budget
        self._row = self._column = -1
        self._kind = ""
        self._style = 0
        self._inside = ""
        self._value: list[str] = []  # in the pieces in which it came; empty: none
        self._formula = False

    def read(self, part: bytes) -> Survey:
        """Go through the sheet.

        Raises:
            Malformed: Its XML is unfit, or it is too large.
        """
        _parse(part, self._start, self._end, self._said)
        self._budget.box(self.found)
        return self.found

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            reference = attributes.get("r")
            self._column = _column(reference) if reference else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", "0"))
            self._value, self._formula = [], False
        elif tag == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self._budget.remember()
                self.found.hidden_rows.add(self._row)
        elif tag == "mergeCell":
            self._budget.remember()
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self._budget.remember()
            self.found.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
        elif tag == "f":
            self._formula = True
        self._inside = tag

    def _said(self, text: str) -> None:
        if self._inside in ("v", "t"):
            self._value.append(text)
            self._budget.read(len(text))

    def _end(self, tag: str) -> None:
        self._inside = ""
        if tag != "c" or not (self._value or self._formula):
            return
        place = (self._row, self._column)
        self.found.height = max(self.found.height, self._row + 1)
        self.found.width = max(self.found.width, self._column + 1)
        if self.found.height * self.found.width > self._budget.most:
            self._budget.box(self.found)
        if self._kind == "e":
            self.found.odd[place] = Malformed("import.cell_error")
        elif not self._value:
            self.found.odd[place] = Malformed("import.cell_formula")
        elif self._kind == "n":
            shown = self._formats[self._style] if self._style < len(self._formats) else "other"
            if shown != "plain":
                self.found.formats[place] = shown
        elif self._kind == "s":
            number = int("".join(self._value))
            self._budget.read(self._lengths[number] if number < len(self._lengths) else 0)


def _column(reference: str) -> int:
    """Return the column of a cell, from 0.

    Raises:
        ValueError: There is no such column.
    """
    letters = reference[: LONGEST_COLUMN + 1].rstrip("0123456789")
    if not letters.isalpha() or len(letters) > LONGEST_COLUMN:
        raise ValueError(reference[:LONGEST_COLUMN])
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def _targets(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the part that each relationship of the workbook names."""
    found: dict[str, str] = {}

    def relation(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            inside = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[attributes.get("Id", "")] = inside

    _parse(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), relation)
    return found


def _formats(part: bytes | None) -> list[Format]:
    """Return how each cell style shows a number."""
    own: dict[int, Format] = {}
    styles: list[Format] = []
    inside = False

    def style(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            own[int(attributes["numFmtId"])] = format_of(attributes.get("formatCode", ""))
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            number = int(attributes.get("numFmtId", "0"))
            styles.append(own[number] if number in own else _built_in(number))
            if len(styles) > MOST_STYLES:
                raise ValueError("styles")

    def leave(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if part is not None:
        _parse(part, style, leave)
    return styles or ["plain"]


def _built_in(number: int) -> Format:
    kinds: tuple[tuple[frozenset[int], Format], ...] = (
        (_PLAIN, "plain"),
        (_DAILY, "day"),
        (_MONTHLY, "month"),
        (_TIMED, "time"),
    )
    return next((shown for numbers, shown in kinds if number in numbers), "other")


def _lengths(part: bytes | None, room: Room) -> list[int]:
    """Return the length of each shared text."""
    lengths: list[int] = []
    inside = False

    def start(tag: str, _attributes: Mapping[str, str]) -> None:
        nonlocal inside
        inside = tag == "t"
        if tag == "si":
            lengths.append(0)
            if len(lengths) > room.cells:
                raise Malformed("import.workbook_bomb", most=MOST_TEXT >> 20)

    def said(text: str) -> None:
        if inside and lengths:
            lengths[-1] += len(text)

    if part is not None:
        _parse(part, start, said=said)
    return lengths


def _parse(
    part: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    said: Callable[[str], None] | None = None,
) -> None:
    """Read a part, telling of its elements by their local names.

    Raises:
        Malformed: It is no XML, or declares a document type, which no workbook needs and bombs are made of.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    if said is not None:
        parser.CharacterDataHandler = said
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError, KeyError) as unfit:
        raise Malformed("import.workbook_damaged") from unfit


def _refuse_document_type(*_declared: object) -> None:
    raise Malformed("import.workbook_damaged")
