"""What the cell of a spreadsheet may be beside a text, and what a column may take it for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry.errors import Malformed
from registry.imports.values import (
    Reader,
    count,
    fen,
    partial_date,
    phone,
    region_code,
    stall,
    whole_date,
)

_SHOWN_WHOLE = 10**11  # beyond eleven digits a sheet shows 1.23E+11
_EXACT = 10**15  # beyond fifteen digits a sheet has lost the last ones
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+\d{2,}", re.ASCII)


class JsonNumber(str):
    """A number of JSON as it was written, so that no fraction is lost; only some columns take one."""

    __slots__ = ()


class SheetDate(str):
    """A date of a spreadsheet, as ISO 8601 writes what its format shows of it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SheetNumber:
    """A number of a spreadsheet.

    Attributes:
        plain: The sheet shows its digits as they are; a format such as 000 or 0% shows others.
    """

    value: float
    plain: bool

    def __str__(self) -> str:
        """Return its digits, fifteen at most, as a sheet computes; never with an exponent."""
        return f"{Decimal(f'{self.value:.15g}'):f}"


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a row shows of a cell that was merged over several rows and begins above."""

    cell: Any

    def __str__(self) -> str:
        """Return the cell above as text."""
        return str(self.cell)


def text_of(cell: Any, field: str, read: Reader) -> str:
    """Return what a cell says to a column.

    Args:
        cell: A text, a number, a date, what was merged, or the refusal that the cell itself met.
        field: Of the column.
        read: Reader of the column, which tells what may stand there.

    Raises:
        Malformed: Digits may be lost, a date stands for something else, or it is no text at all.
    """
    if type(cell) is str:  # most cells, and there are millions; the texts of classes below are none
        if "+" in cell and _SCIENTIFIC.fullmatch(cell.strip()):
            raise Malformed("import.number_long", field=field, value=cell)
        return cell
    if isinstance(cell, Malformed):
        cell.field = field
        raise cell
    if isinstance(cell, Repeated):
        if read is count:
            raise Malformed("import.count_merged", field=field)
        return text_of(cell.cell, field, read)
    if isinstance(cell, SheetNumber):
        return _digits(cell, field, read)
    if isinstance(cell, SheetDate) and read not in (partial_date, whole_date):
        raise Malformed("import.date_as_text", field=field, value=str(cell))
    if isinstance(cell, JsonNumber) and read not in (fen, count, region_code):
        raise Malformed("import.number", field=field, value=str(cell))
    if not cell and not isinstance(cell, bool):
        return ""
    if not isinstance(cell, str):
        raise Malformed("import.not_text", field=field)
    return cell


def _digits(number: SheetNumber, field: str, read: Reader) -> str:
    text = str(number)
    if abs(number.value) >= _EXACT:
        raise Malformed("import.number_long", field=field, value=f"{number.value:.3G}")
    if read in (partial_date, whole_date):
        if _YEAR.fullmatch(text):
            return text
        raise Malformed("import.date_serial", field=field, value=text)
    if read not in _TAKEN or not _TAKEN[read](number, text):
        raise Malformed("import.number_as_text", field=field, value=text)
    return text


def _whole_as_shown(number: SheetNumber, text: str) -> bool:
    return number.plain and text.isdecimal() and number.value < _SHOWN_WHOLE


_TAKEN: Mapping[Reader, Callable[[SheetNumber, str], bool]] = {
    fen: lambda _number, _text: True,
    count: lambda _number, _text: True,
    region_code: lambda _number, _text: True,  # no code begins with zero
    stall: _whole_as_shown,
    phone: lambda number, text: _whole_as_shown(number, text) and _MOBILE.fullmatch(text) is not None,
}
