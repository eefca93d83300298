"""One reason against one row of a file, and where it stands."""

from dataclasses import dataclass

from registry.errors import Refusal
from registry.texts import Language, say


@dataclass(frozen=True)
class RowError:
    """One reason against one row.

    Attributes:
        number: Row in the file as a spreadsheet counts: the heading is row 1. For JSON lines, the line.
        column: Heading as it stands in the file; None where the whole row is meant.
        value: The cell as it stands in the file.
        sheet: Name of the sheet; None where the file has none.
        cell: Letters and number of the cell, such as B7; None for JSON lines, or where a whole row is meant.
    """

    number: int
    column: str | None
    value: str | None
    refusal: Refusal
    sheet: str | None = None
    cell: str | None = None

    @property
    def row(self) -> tuple[str, int]:
        """Return sheet and number of the row."""
        return self.sheet or "", self.number

    @property
    def place(self) -> str:
        """Return where it stands as a spreadsheet says it: 主体!B7, B7, or the number of the row."""
        where = self.cell or str(self.number)
        return f"{self.sheet}!{where}" if self.sheet else where

    def reason(self, language: Language) -> str:
        """Return why, in words."""
        return say(self.refusal, language)
