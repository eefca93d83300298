"""One row as it stands in a file, whatever the file is; where it stands; and which row is the heading."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from registry.errors import Refusal
from registry.imports.faults import RowError
from registry.imports.values import fold

SEARCHED = 20  # rows in which the heading is looked for: titles, units and notes stand above it

RETURNED = "退回原因"
"""Heading of the column that says why a row was refused; it is passed over when the row comes again."""
STANDING = "登记状态"
"""Heading of the column in which an export says what an import cannot say: it has ended, or is masked."""
STANDS = "有效"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in the file.

    Attributes:
        number: As a spreadsheet counts, from 1; for JSON lines, the line.
        cells: By heading: texts, numbers and dates as `cells` has them, or the refusal of a single cell.
        read_to: Bytes of the file up to the end of the row.
        refusal: Why it could not be read; `cells` is empty then.
        sheet: Name of its sheet; None where the file has none.
        letters: Letter of the column by heading; empty for JSON lines.
    """

    number: int
    cells: dict[str, Any]
    read_to: int
    refusal: Refusal | None = None
    sheet: str | None = None
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def row(self) -> tuple[str, int]:
        """Return sheet and number, as its refusals have them."""
        return self.sheet or "", self.number

    def error(self, refusal: Refusal, heading: str | None = None, value: str | None = None) -> RowError:
        """Return a refusal of this row, at the cell under a heading where it speaks of one."""
        column = self.letters.get(heading) if heading is not None else None
        cell = f"{column}{self.number}" if column is not None else None
        return RowError(self.number, heading, value, refusal, self.sheet, cell)


def letter(column: int) -> str:
    """Return the letters of a column, counted from 0: A, B, …, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def headings_at(rows: Iterable[tuple[int, list[str]]], known: Collection[str]) -> tuple[int, list[str], int]:
    """Return index and texts of the heading row, and how many headings of the kind it has.

    It is the row among the first that has most of them; where none has any, the first row.

    Args:
        rows: Index and texts of the rows that are not blank; at least one.
        known: Headings of the kind, folded.
    """
    first = list(islice(rows, SEARCHED))
    index, texts = max(first, key=lambda row: sum(fold(text) in known for text in row[1]))
    while texts and not texts[-1]:  # spreadsheets write columns that are empty to the end
        texts = texts[:-1]
    return index, texts, sum(fold(text) in known for text in texts)
