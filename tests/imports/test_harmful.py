"""Workbooks that may do harm, or that nobody understands, are refused whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.businesses.tables import BusinessVersion
from registry.errors import Malformed
from registry.store.engine import reading
from registry.texts import say
from tests import given
from tests.imports import workbooks as made
from tests.imports.reading import imported_bytes
from tests.imports.workbooks import GOOD, HEADINGS, book, by_hand, inline, put, sheet, with_part


def hidden_column(one: Any) -> None:
    page = one.add_worksheet("主体")
    put(page, [HEADINGS, GOOD])
    page.set_column("F:F", None, None, {"hidden": True})


def bomb() -> bytes:
    return with_part("xl/worksheets/sheet2.xml", b"<a>" + b" " * 60_000_000 + b"</a>")


def far_cell() -> bytes:
    rows = made.HEADING_BY_HAND + f'<row r="1048576">{inline("XFD1048576", "远")}</row>'
    return by_hand(rows)


def shared_text() -> bytes:
    text = "长" * 30_000
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 9_000))
    book_of_one = by_hand(made.HEADING_BY_HAND + cells)
    strings = f'<sst xmlns="{made.MAIN}"><si><t>{text}</t></si></sst>'
    return with_part("xl/sharedStrings.xml", strings.encode(), book_of_one)


def entities() -> bytes:
    return with_part("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>')


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("a hidden column under a heading", lambda: book(hidden_column), "import.column_hidden"),
    ("no heading of the kind", lambda: sheet(("甲",), headings=("商品",)), "import.heading_unknown"),
    ("a heading twice", lambda: sheet(GOOD, headings=("名称", "名称", "行政区划")), "import.heading_twice"),
    (
        "two headings of one column",
        lambda: sheet(headings=("名称", "name", "行政区划")),
        "import.heading_twice",
    ),
    (
        "a needed column missing",
        lambda: sheet((GOOD[0],), headings=("名称", "地址")),
        "import.heading_missing",
    ),
    (
        "a sheet of blanks",
        lambda: sheet(headings=("  ",)),
        "import.no_heading",
    ),
    ("no sheet with content", lambda: book(lambda one: one.add_worksheet("空")), "import.no_heading"),
    ("macros", lambda: with_part("xl/vbaProject.bin", b"macro"), "import.workbook_macros"),
    (
        "macros by its type alone",
        lambda: with_part(
            "[Content_Types].xml", b'<Types x="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
        ),
        "import.workbook_macros",
    ),
    ("macros of Excel 4", lambda: with_part("xl/macrosheets/sheet1.xml"), "import.workbook_macros"),
    (
        "links to other files",
        lambda: with_part("xl/externalLinks/externalLink1.xml"),
        "import.workbook_elsewhere",
    ),
    ("a data connection", lambda: with_part("xl/connections.xml"), "import.workbook_elsewhere"),
    (
        "an embedded object",
        lambda: with_part("xl/embeddings/oleObject1.bin", b"x"),
        "import.workbook_elsewhere",
    ),
    ("a part that expands a thousandfold", bomb, "import.workbook_bomb"),
    ("a text shared by thousands of cells", shared_text, "import.workbook_bomb"),
    (
        "parts that lie about their size",
        lambda: made.lying_about_size(sheet(GOOD)),
        "import.workbook_damaged",
    ),
    ("a cell in the last corner", far_cell, "import.workbook_cells"),
    (
        "a column of a hundred thousand letters",
        lambda: by_hand(f'{made.HEADING_BY_HAND}<row r="2">{inline("A" * 100_000 + "2", "甲店")}</row>'),
        "import.workbook_damaged",
    ),
    (
        "rows that are hidden without end",
        lambda: by_hand(made.HEADING_BY_HAND + '<row hidden="1"/>' * 200_001),
        "import.workbook_bomb",
    ),
    (
        "cells that are merged without end",
        lambda: by_hand(made.HEADING_BY_HAND + '<mergeCell ref="A1:A1"/>' * 200_001),
        "import.workbook_bomb",
    ),
    (
        "columns that are hidden without end",
        lambda: by_hand(made.HEADING_BY_HAND + '<col min="1" max="1" hidden="1"/>' * 200_001),
        "import.workbook_bomb",
    ),
    (
        "more styles than there are",
        lambda: with_part(
            "xl/styles.xml",
            b"<s><cellXfs>" + b"<xf/>" * 65_537 + b"</cellXfs></s>",
            by_hand(made.HEADING_BY_HAND),
        ),
        "import.workbook_damaged",
    ),
    (
        "too many sheets",
        lambda: book(lambda one: [one.add_worksheet() for _ in range(51)]),
        "import.workbook_sheets",
    ),
    (
        "too many parts",
        lambda: made.archive({f"xl/media/{n}.png": b"" for n in range(1001)}),
        "import.workbook_parts",
    ),
    ("entities that expand", entities, "import.workbook_damaged"),
    (
        "XML that is none",
        lambda: with_part("xl/worksheets/sheet1.xml", b"<worksheet><"),
        "import.workbook_damaged",
    ),
    ("parts encrypted in the archive", lambda: made.encrypted(sheet(GOOD)), "import.workbook_encrypted"),
    (
        "a workbook with a password",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "import.workbook_encrypted",
    ),
    (
        "a workbook of an old Excel",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "import.workbook_old",
    ),
    ("an archive of something else", lambda: made.archive({"mimetype": b"text"}), "import.not_workbook"),
    ("the first half of a workbook", lambda: sheet(GOOD)[:3000], "import.workbook_damaged"),
]


@pytest.mark.parametrize(("content", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_file_that_may_do_harm_or_cannot_be_understood_is_refused_whole(
    sqlite_engine: Engine, tmp_path: Path, content: Callable[[], bytes], code: str
) -> None:
    given.registry(sqlite_engine)
    with pytest.raises(Malformed) as refused:
        imported_bytes(sqlite_engine, tmp_path, content())
    assert refused.value.code == code
    assert say(refused.value, "zh") != say(refused.value, "en")
    with reading(sqlite_engine) as session:
        assert session.exec(select(BusinessVersion)).all() == []
