"""Building awkward workbooks: by xlsxwriter, and part by part where it would not write such a thing."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

HEADINGS = ("名称", "行政区划", "行业", "市场", "摊位号", "电话", "统一社会信用代码")
GOOD = ("浉河区李记水产店", "411502", "摊位", "东方红农贸市场", "A-12", "0376-6000000", "")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Book = Any
"""A workbook of xlsxwriter, which has no types."""


def book(fill: Callable[[Book], None], **options: Any) -> bytes:
    """Return a workbook that a function filled."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_urls": False, **options}) as one:
        fill(one)
    return made.getvalue()


def sheet(*rows: Sequence[Any], name: str = "主体", headings: Sequence[str] = HEADINGS) -> bytes:
    """Return a workbook of one sheet with a heading and rows of texts, numbers and dates."""
    return book(lambda one: put(one.add_worksheet(name), (headings, *rows), one))


def put(page: Any, rows: Sequence[Sequence[Any]], one: Book | None = None, top: int = 0) -> None:
    """Write rows into a sheet; a pair is a value and the format that shows it."""
    for number, row in enumerate(rows, start=top):
        for column, cell in enumerate(row):
            if isinstance(cell, tuple):
                value, shown = cell
                form = one.add_format({"num_format": shown}) if one is not None else None
                if isinstance(value, (date, datetime, time)):
                    page.write_datetime(number, column, value, form)
                else:
                    page.write(number, column, value, form)
            elif isinstance(cell, str):
                page.write_string(number, column, cell)
            else:
                page.write(number, column, cell)


def parts_of(content: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", compression) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def with_part(name: str, content: bytes = b"<none/>", of: bytes | None = None) -> bytes:
    """Return a sound workbook with one part added or replaced."""
    return archive({**parts_of(of or sheet(GOOD)), name: content})


def by_hand(rows: str, *, after: str = "", before: str = "") -> bytes:
    """Return a workbook whose only sheet is written by hand: the content of its `sheetData`."""
    xml = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return with_part("xl/worksheets/sheet1.xml", xml.encode())


def inline(reference: str, text: str) -> str:
    """Return a cell with its text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADING_BY_HAND = f'<row r="1">{inline("A1", "名称")}{inline("B1", "行政区划")}{inline("C1", "地址")}</row>'


def encrypted(content: bytes) -> bytes:
    """Return a workbook whose archive says that its parts are encrypted."""
    made = bytearray(content)
    at = 0
    while (at := made.find(b"PK\x01\x02", at)) >= 0:
        made[at + 8] |= 1
        at += 4
    return bytes(made)


def lying_about_size(content: bytes) -> bytes:
    """Return an archive whose parts say that they are one byte long."""
    made = bytearray(content)
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = 0
        while (at := made.find(mark, at)) >= 0:
            made[at + offset : at + offset + 4] = (1).to_bytes(4, "little")
            at += 4
    return bytes(made)
