"""Spreadsheets as offices have them: each is taken, or refused where and why the table says."""

import zipfile
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.errors import Malformed
from registry.imports.commands import examine
from registry.store.engine import writing
from tests import given
from tests.imports import workbooks as made
from tests.imports.reading import imported_bytes
from tests.imports.workbooks import GOOD, HEADINGS, book, by_hand, inline, put, sheet

NAME, REGION, SECTOR, MARKET, STALL, PHONE, CODE = GOOD
SECOND = ("王记鲜肉", "411502", "摊位", "东方红农贸市场", "A-13", "", "")


def titled(one: Any) -> None:
    page = one.add_worksheet("主体")
    page.merge_range("A1:G1", "浉河区农贸市场经营主体登记表")
    page.write("A2", "填报单位：东方红市场服务中心")
    put(page, [HEADINGS, GOOD], top=3)


def grouped_heading(one: Any) -> None:
    page = one.add_worksheet("主体")
    page.merge_range("A1:A2", "名称")
    page.merge_range("B1:B2", "行政区划")
    page.merge_range("C1:D1", "位置")
    put(page, [("", "", "市场", "摊位号")], top=1)
    put(page, [(NAME, REGION, MARKET, STALL)], top=2)


def market_merged_down(one: Any) -> None:
    page = one.add_worksheet("主体")
    put(page, [HEADINGS, GOOD, SECOND])
    page.merge_range("D2:D3", MARKET)


def merged_across(one: Any) -> None:
    page = one.add_worksheet("主体")
    put(page, [HEADINGS, GOOD, SECOND])
    page.merge_range("A3:B3", "王记鲜肉")


def hidden_row(one: Any) -> None:
    page = one.add_worksheet("主体")
    put(page, [HEADINGS, GOOD, SECOND])
    page.set_row(2, None, None, {"hidden": True})


def two_markets(one: Any) -> None:
    put(one.add_worksheet("东市"), [HEADINGS, GOOD])
    put(one.add_worksheet("西市"), [HEADINGS, SECOND, ("", *GOOD[1:])])


def hidden_sheet(one: Any) -> None:
    put(one.add_worksheet("主体"), [HEADINGS, GOOD])
    page = one.add_worksheet("旧数据")
    put(page, [HEADINGS, SECOND])
    page.hide()


def empty_sheets(one: Any) -> None:
    one.add_worksheet("Sheet1")
    put(one.add_worksheet("主体"), [HEADINGS, GOOD])
    put(one.add_worksheet("说明"), [("请按要求填写",)])


def blank_rows_and_total(one: Any) -> None:
    page = one.add_worksheet("主体")
    put(page, [HEADINGS, GOOD, (), ("  ", "\u3000"), SECOND, (), ("合计", "", "", "", 2)])


def formulas(one: Any) -> None:
    page = one.add_worksheet("主体")
    put(page, [HEADINGS, GOOD, SECOND])
    page.write_formula("B2", '="411"&"502"', None, "411502")
    page.write_formula("A3", "=VLOOKUP(1,Z:Z,1,0)", None, "#N/A")


def no_result(_one: Any = None) -> bytes:
    return by_hand(
        made.HEADING_BY_HAND
        + f'<row r="2"><c r="A2"><f>CONCATENATE("甲","店")</f></c>{inline("B2", REGION)}</row>'
    )


def in_two_letters(reference: str) -> bytes:
    return by_hand(made.HEADING_BY_HAND + f'<row r="2">{inline("A2", "好店")}{inline("B2", reference)}</row>')


# what it is | its bytes | rows made | where and why rows were refused | sheets left unread
Taken = tuple[str, Callable[[], bytes], int, list[tuple[str, str]], list[str]]
TAKEN: list[Taken] = [
    ("title rows above the heading", lambda: book(titled), 1, [], []),
    ("a heading of two rows, merged", lambda: book(grouped_heading), 1, [], []),
    ("a market merged over its stalls", lambda: book(market_merged_down), 2, [], []),
    ("cells merged over columns", lambda: book(merged_across), 1, [("主体!3", "import.merged_across")], []),
    ("a row hidden by a filter", lambda: book(hidden_row), 1, [("主体!3", "import.row_hidden")], []),
    (
        "two sheets of one kind",
        lambda: book(two_markets),
        2,
        [("西市!A3", "import.cell_missing")],
        [],
    ),
    ("a hidden sheet", lambda: book(hidden_sheet), 1, [], ["旧数据"]),
    ("empty sheets and one of words", lambda: book(empty_sheets), 1, [], ["说明"]),
    (
        "blank rows, and a total at the end",
        lambda: book(blank_rows_and_total),
        2,
        [("主体!B7", "import.cell_missing")],
        [],
    ),
    (
        "formulas with a result and with an error",
        lambda: book(formulas),
        1,
        [("主体!A3", "import.cell_error")],
        [],
    ),
    ("a formula without a result", no_result, 0, [("主体!A2", "import.cell_formula")], []),
    ("a region as a number", lambda: sheet((NAME, 411502)), 1, [], []),
    ("full-width digits, spaces around", lambda: sheet((f"\u3000{NAME} ", " ４１１５０２ ")), 1, [], []),
    ("a stall as a plain number", lambda: sheet((*GOOD[:4], 12)), 1, [], []),
    (
        "a stall shown as 012",
        lambda: sheet((*GOOD[:4], (12, "000"))),
        0,
        [("主体!E2", "import.number_as_text")],
        [],
    ),
    (
        "a stall that became a date",
        lambda: sheet((*GOOD[:4], (date(2026, 5, 20), "m-d"))),
        0,
        [("主体!E2", "import.date_as_text")],
        [],
    ),
    ("a mobile number as a number", lambda: sheet((*GOOD[:5], 13800000001.0)), 1, [], []),
    (
        "a telephone that lost its zero",
        lambda: sheet((*GOOD[:5], 3766000000)),
        0,
        [("主体!F2", "import.number_as_text")],
        [],
    ),
    (
        "a code as 1.23E+17",
        lambda: sheet((*GOOD[:6], 123456789012345678)),
        0,
        [("主体!G2", "import.number_long")],
        [],
    ),
    (
        "a code as the text 1.23E+17",
        lambda: sheet((*GOOD[:6], "1.23E+17")),
        0,
        [("主体!G2", "import.number_long")],
        [],
    ),
    ("a name as a number", lambda: sheet((1918, REGION)), 0, [("主体!A2", "import.number_as_text")], []),
    ("a truth value", lambda: sheet((True, REGION)), 0, [("主体!A2", "import.not_text")], []),
    (
        "a time of day",
        lambda: sheet((NAME, REGION, (time(8, 30), "hh:mm"))),
        0,
        [("主体!C2", "import.cell_time")],
        [],
    ),
    (
        "content beside the headings",
        lambda: sheet((*GOOD, "补充")),
        0,
        [("主体!2", "import.no_heading_above")],
        [],
    ),
    (
        "a column without heading between",
        lambda: sheet((NAME, "", REGION), headings=("名称", "", "行政区划")),
        1,
        [],
        [],
    ),
    ("texts in the cells", lambda: in_two_letters(REGION), 1, [], []),
    (
        "an invisible character",
        lambda: in_two_letters("411\u200b502"),
        0,
        [("主体!B2", "import.unseen_character")],
        [],
    ),
    (
        "cells without their places",
        lambda: by_hand("".join(f"<row>{row}</row>" for row in _unplaced())),
        1,
        [],
        [],
    ),
    ("a workbook by the name .csv", lambda: sheet(GOOD), 1, [], []),
    (
        "a text that looks like a formula",
        lambda: sheet((*GOOD[:3], "", "", "=1+1")),
        1,
        [],
        [],
    ),
]


# what it is | its bytes | why the file is refused whole
def _unplaced() -> list[str]:
    cells = [("名称", "行政区划"), (NAME, REGION)]
    return ["".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) for row in cells]


@pytest.mark.parametrize("row", TAKEN, ids=[row[0] for row in TAKEN])
def test_an_awkward_sheet_is_taken_or_refused_at_its_cell(
    sqlite_engine: Engine, tmp_path: Path, row: Taken
) -> None:
    _what, content, created, refused, unread = row
    given.registry(sqlite_engine)
    report = imported_bytes(sqlite_engine, tmp_path, content())
    assert [(error.place, error.refusal.code) for error in report.refused] == refused
    assert (report.created, list(report.unread)) == (created, unread)
    assert report.rows == report.created + report.refused_rows


def test_a_merged_text_is_repeated_and_a_merged_count_is_refused(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    given.registry(sqlite_engine)
    with writing(sqlite_engine) as session:
        given.business(given.work(session), NAME)

    def violations(one: Any) -> None:
        page = one.add_worksheet("处罚")
        put(page, [("决定书文号", "处罚机关", "名称", "行政区划", "违法行为", "罚款金额", "数量")])
        put(page, [("", "", "", "", "short_weight"), ("", "", "", "", "cheating_instrument_used")], top=1)
        for column, value in enumerate(("信市监罚〔2026〕1号", "信阳市市场监督管理局", NAME, REGION)):
            page.merge_range(1, column, 2, column, value)
        page.merge_range(1, 5, 2, 5, 1234.5)
        page.merge_range(1, 6, 2, 6, 3)

    report = imported_bytes(sqlite_engine, tmp_path, book(violations), "violations")
    assert [(error.place, error.refusal.code) for error in report.refused] == [
        ("处罚!G3", "import.count_merged")
    ]
    assert report.created == 1


def test_cases_are_not_read_from_a_workbook(sqlite_engine: Engine, tmp_path: Path) -> None:
    given.registry(sqlite_engine)
    with pytest.raises(Malformed, match=r"import\.json_only"):
        imported_bytes(sqlite_engine, tmp_path, sheet(GOOD), "cases")


def test_a_workbook_without_compression_is_read(sqlite_engine: Engine, tmp_path: Path) -> None:
    given.registry(sqlite_engine)
    stored = made.archive(made.parts_of(sheet(GOOD)), zipfile.ZIP_STORED)
    assert imported_bytes(sqlite_engine, tmp_path, stored).created == 1


def test_of_a_sheet_that_may_have_few_rows_no_more_is_read_than_they_need(sqlite_engine: Engine) -> None:
    given.registry(sqlite_engine)
    far = by_hand(f'{made.HEADING_BY_HAND}<row r="600">{inline("B600", REGION)}</row>')
    with writing(sqlite_engine) as session:
        work = given.work(session, "national")
        assert examine(work, "businesses", far, "far.xlsx").rows == 1
        with pytest.raises(Malformed, match=r"import\.workbook_cells"):
            examine(work, "businesses", far, "far.xlsx", most_rows=10)
