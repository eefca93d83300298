"""Writing rows for a spreadsheet: XLSX and CSV in which no cell is ever a live formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import TextIOBase
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

HELP_SHEET, WORDS_SHEET = "填写说明", "可选值"
OUR_SHEETS = frozenset({HELP_SHEET, WORDS_SHEET})
"""Sheets of our templates that hold no rows."""

_LIVE = re.compile(r"'*[=+\-@\t\r]")
MOST_ROWS = 1_048_575  # of a sheet of XLSX, its heading left out
LONGEST = 32_767  # characters that a cell of XLSX holds; none on record is as long


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `lines` takes the mark away again."""
    return f"'{cell}" if _LIVE.match(cell) else cell


def storable(cell: str) -> str:
    """Return a text that can be written, where a file held halves of characters."""
    return cell.encode("utf-8", "replace").decode()


def write_csv(file: TextIOBase, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows as CSV that spreadsheets open as it is; the file is opened as UTF-8 with its mark."""
    writer = csv.writer(file)
    writer.writerow(headings)
    for row in rows:
        writer.writerow(inert(storable(cell)) for cell in row)


def write_xlsx(
    file: Path | BinaryIO, sheet: str, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Write rows as one sheet of texts, marked so that none becomes a formula when it is touched.

    Args:
        file: Where to.
        sheet: Its name, at most 31 characters.
        headings: Of the first row, which stays in sight.
        rows: At most `MOST_ROWS`.
    """
    book = workbook(file)
    page = book.add_worksheet(sheet)
    heading = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"num_format": "@", "quote_prefix": True})
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(headings) - 1, 0), 18, book.add_format({"num_format": "@"}))
    for column, name in enumerate(headings):
        page.write_string(0, column, name, heading)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell:
                page.write_string(number, column, storable(cell)[:LONGEST], text)
    book.close()


def workbook(file: Path | BinaryIO) -> xlsxwriter.Workbook:
    """Return an empty workbook whose texts stay texts and whose rows leave memory as they are written."""
    return xlsxwriter.Workbook(
        str(file) if isinstance(file, Path) else file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
