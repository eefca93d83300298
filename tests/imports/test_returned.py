"""Rows that were refused come back as a sheet, with where and why, to be corrected and imported again."""

import json
from pathlib import Path
from typing import Any

from python_calamine import load_workbook
from sqlalchemy import Engine

from registry.imports.commands import carry_out, examine
from registry.imports.report import MOST_COLUMNS, write_errors
from registry.store.engine import writing
from tests import given
from tests.imports.reading import imported, imported_bytes, on_record
from tests.imports.workbooks import GOOD, HEADINGS, put
from tests.imports.workbooks import book as workbook

FORMULA = '=HYPERLINK("http://x","好店")'


def mixed(one: Any) -> None:
    page = one.add_worksheet("东市")
    put(
        page,
        [HEADINGS, GOOD, ("王记鲜肉", "999999", "火箭", "", "", 3766000000), (FORMULA, "411502", "火箭")],
    )


def test_refused_rows_come_back_with_their_reasons_and_are_refused_alike_until_they_are_corrected(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    given.registry(sqlite_engine)
    first = imported_bytes(sqlite_engine, tmp_path, workbook(mixed))
    assert (first.created, first.refused_rows) == (1, 2)
    path = tmp_path / "退回.xlsx"
    write_errors(path, first)
    heading, bad, formula = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    assert heading == [*HEADINGS, "退回原因"]
    assert bad[:6] == ["王记鲜肉", "999999", "火箭", "", "", ""]
    assert "3766000000" in str(bad[-1])
    assert [line.split("：")[0] for line in str(bad[-1]).splitlines()] == ["东市!B3", "东市!C3", "东市!F3"]
    assert formula[0] == FORMULA
    again = imported(sqlite_engine, "businesses", path)
    assert again.refused_by_reason == {"import.not_one_of": 2, "region.unknown": 1}

    def corrected(one: Any) -> None:
        page = one.add_worksheet("退回")
        rows = [heading, [*bad[:1], "411502", "摊位", "市场", "3", "037-66000000", "", bad[-1]], formula]
        put(page, [[str(cell).replace("火箭", "摊位") for cell in row] for row in rows])

    last = imported_bytes(sqlite_engine, tmp_path, workbook(corrected))
    assert (last.created, last.refused) == (2, [])


def test_lines_that_each_name_columns_of_their_own_come_back_in_a_sheet_that_has_an_end(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    given.registry(sqlite_engine)
    shop = {"name": "王记鲜肉", "region": "411502"}
    lines = [{**{f"栏{line}-{other}": "值" for other in range(60)}, **shop} for line in range(30)]
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    refused = imported_bytes(sqlite_engine, tmp_path, content)
    assert refused.refused_rows == 30
    path = tmp_path / "退回.xlsx"
    write_errors(path, refused)
    heading, *rows = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    assert len(heading) == MOST_COLUMNS + 1
    assert [row[heading.index("name")] for row in rows] == ["王记鲜肉"] * 30
    whole, partly, without = rows[0][-1], rows[1][-1], rows[-1][-1]
    assert ["没有列出" in str(said) for said in (whole, partly, without)] == [False, True, True]
    assert ("还有 22 项" in str(partly), "还有 60 项" in str(without)) == (True, True)


def test_what_is_examined_leaves_nothing_and_tells_what_carrying_it_out_does(engine: Engine) -> None:
    given.registry(engine)
    before = on_record(engine)
    content = workbook(mixed)
    with writing(engine) as session:
        work = given.work(session)
        told = examine(work, "businesses", content, "文件.xlsx")
        given.business(work, "同一事务中的另一家店")
    assert {key: len(rows) for key, rows in on_record(engine).items()} == {
        **{key: len(rows) for key, rows in before.items()},
        "business": 1,
        "business_version": 1,
    }
    with writing(engine) as session:
        done = carry_out(given.work(session), "businesses", content, "文件.xlsx")
    assert (
        (told.created, told.refused_by_reason)
        == (done.created, done.refused_by_reason)
        == (
            1,
            {
                "import.not_one_of": 2,
                "region.unknown": 1,
                "import.number_as_text": 1,
            },
        )
    )
