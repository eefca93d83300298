"""Reading the sheets of an XLSX file as rows under their heading.

What a sheet shows is what is read: a merged cell fills the rows that it spans, a number stands for what
its format shows. What cannot be seen, or has no value, is refused at its cell and never passed over.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, load_workbook

from registry.errors import Malformed, Refusal
from registry.imports.cells import Repeated, SheetDate, SheetNumber
from registry.imports.packages import Room, packed, read_package
from registry.imports.raw import RawRow, headings_at, letter
from registry.imports.surveys import Format, Place, Survey, survey
from registry.imports.writing import OUR_SHEETS

_FIRST_1900, _FIRST_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LEAP_MISTAKE = 60  # Excel counts a 29 February 1900 that never was
_AFTER_ALL = date(9999, 12, 31)


@dataclass(frozen=True)
class Grid:
    """The cells of one visible sheet.

    Attributes:
        rows: From the sheet's first row and column on; blank cells are empty texts.
        across: Row and first column of cells merged over several columns.
    """

    survey: Survey
    rows: list[list[Any]]
    across: Mapping[Place, str]

    @property
    def name(self) -> str:
        """Return the name of the sheet."""
        return self.survey.name


@dataclass(frozen=True)
class SheetRows:
    """The rows of one sheet under its heading.

    Attributes:
        known: How many of its headings are those of the kind.
    """

    grid: Grid
    heading_at: int
    headings: list[str]
    known: int

    @property
    def named(self) -> list[str]:
        """Return the headings without the columns that have none."""
        return [heading for heading in self.headings if heading]

    def __iter__(self) -> Iterator[RawRow]:
        """Yield the rows below the heading, blank ones left out."""
        letters = {heading: letter(i) for i, heading in enumerate(self.headings) if heading}
        for index in range(self.heading_at + 1, len(self.grid.rows)):
            cells = self.grid.rows[index]
            if all(cell == "" or isinstance(cell, Repeated) for cell in cells):
                continue
            refusal = self._refusal(index, cells)
            named = {} if refusal else {h: c for h, c in zip(self.headings, cells, strict=False) if h}
            yield RawRow(index + 1, named, 0, refusal, self.grid.name, letters)

    def _refusal(self, index: int, cells: Sequence[Any]) -> Refusal | None:
        if index in self.grid.survey.hidden_rows:
            return Malformed("import.row_hidden")
        for column, cell in enumerate(cells):
            if (index, column) in self.grid.across:
                return Malformed("import.merged_across", cells=self.grid.across[index, column])
            if cell != "" and (column >= len(self.headings) or not self.headings[column]):
                return Malformed("import.no_heading_above", cell=f"{letter(column)}{index + 1}")
        return None


def read_workbook(file: BinaryIO, known: Collection[str], room: Room) -> tuple[list[SheetRows], list[str]]:
    """Return the rows of every visible sheet that has a heading of the kind, and the sheets left unread.

    Args:
        file: At its beginning.
        known: Headings of the kind, folded.
        room: How much of it is read.

    Returns:
        Sheets in their order, and the names of those with content that were not read. Where none has
        half of its headings of the kind, the first with content is returned, for its headings to be refused.

    Raises:
        Malformed: The file is refused by its content, or a column under a heading is hidden.
    """
    parts = read_package(file, room)
    surveyed = survey(parts, room)
    try:
        with load_workbook(packed(parts)) as book:
            grids = [
                _grid(book.get_sheet_by_name(one.name), one, surveyed.from_1904)
                for one in surveyed.sheets
                if one.height and not one.hidden and one.name not in OUR_SHEETS
            ]
    except CalamineError as unreadable:
        raise Malformed("import.workbook_damaged") from unreadable
    found = [
        SheetRows(grid, *headings_at(_texts(grid.rows), known)) for grid in grids if any(_texts(grid.rows))
    ]
    kept = [sheet for sheet in found if sheet.known * 2 >= len(sheet.named)] or found[:1]
    for sheet in kept:
        _refuse_hidden_columns(sheet)
    read = {sheet.grid.name for sheet in kept}
    return kept, [one.name for one in surveyed.sheets if one.height and one.name not in read | OUR_SHEETS]


def _refuse_hidden_columns(sheet: SheetRows) -> None:
    for column, heading in enumerate(sheet.headings):
        if heading and sheet.grid.survey.hides_column(column):
            raise Malformed(
                "import.column_hidden", sheet=sheet.grid.name, column=letter(column), heading=heading
            )


def _texts(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    """Yield index and texts of the rows that are not blank."""
    for index, row in enumerate(rows):
        texts = [str(cell).strip() for cell in row]
        if any(texts):
            yield index, texts


def _grid(sheet: CalamineSheet, survey: Survey, from_1904: bool) -> Grid:
    values = sheet.to_python(skip_empty_area=False)
    height, width = max(survey.height, len(values)), max([survey.width, *map(len, values[:1])])
    rows: list[list[Any]] = [
        [
            _cell(value, (r, c), survey, from_1904)
            for c, value in enumerate([*row, *[""] * (width - len(row))])
        ]
        for r, row in enumerate([*values, *[[]] * (height - len(values))])
    ]
    across: dict[Place, str] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if right > left:
            name = f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
            across |= {(r, left): name for r in range(top, min(bottom + 1, height))}
        elif top < height and left < width and rows[top][left] != "":
            for r in range(top + 1, min(bottom + 1, height)):
                rows[r][left] = Repeated(rows[top][left])
    return Grid(survey, rows, across)


def _cell(value: Any, place: Place, survey: Survey, from_1904: bool) -> Any:
    """Return a cell as a text, a number, a date, or the refusal that its value meets."""
    if (refusal := survey.odd.get(place)) is not None:
        return refusal
    if isinstance(value, (str, bool)):
        return "" if isinstance(value, str) and not value.strip() else value
    shown: Format = survey.formats.get(place, "plain")
    if isinstance(value, date):
        return _dated(value.date() if isinstance(value, datetime) else value, shown)
    if not isinstance(value, (int, float)):
        return Malformed("import.cell_time")
    if shown in ("day", "month", "year"):
        return _of_serial(float(value), shown, from_1904)
    return SheetNumber(float(value), shown == "plain")


def _of_serial(serial: float, shown: Format, from_1904: bool) -> Any:
    """Return the day of a serial number that the reader of cells took for a plain number."""
    first = _FIRST_1904 if from_1904 else _FIRST_1900
    if not (0 if from_1904 else _LEAP_MISTAKE) < serial < (_AFTER_ALL - first).days:
        return Malformed("import.date_serial", value=f"{serial:.15g}")
    return _dated(first + timedelta(days=int(serial)), shown)


def _dated(day: date, shown: Format) -> Any:
    known = {"month": 7, "year": 4}.get(shown, 10)
    return SheetDate(day.isoformat()[:known])
