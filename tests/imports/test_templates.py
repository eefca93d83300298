"""A template can be filled in and imported as it is; what it shows is never taken for a fact."""

from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import load_workbook
from sqlalchemy import Engine

from registry.errors import NotFound
from registry.imports.columns import COLUMNS
from registry.imports.commands import KINDS
from registry.imports.templates import choices_of, help_of, said, write_template
from registry.imports.values import fold
from registry.imports.writing import HELP_SHEET, WORDS_SHEET
from registry.rulebook import Conduct
from registry.store.engine import writing
from tests import given
from tests.imports.reading import imported_bytes
from tests.imports.workbooks import book, put


def template(kind: str) -> bytes:
    made = BytesIO()
    write_template(made, kind, given.rulebook())
    return made.getvalue()


def cells(content: bytes) -> list[list[str]]:
    return [
        [str(cell) for cell in row]
        for row in load_workbook(BytesIO(content)).get_sheet_by_index(0).to_python()
    ]


def filled(kind: str, *rows: dict[str, str]) -> bytes:
    """Return the first sheet of a template as a person leaves it, with rows below its heading."""
    head = cells(template(kind))
    headings = head[3]
    below = [[row.get(heading, "") for heading in headings] for row in rows]
    return book(lambda one: put(one.add_worksheet(said()["kinds"][kind]), [*head, *below]))


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_a_template_has_every_column_with_help_an_example_and_its_choices(kind: str) -> None:
    opened = load_workbook(BytesIO(template(kind)))
    assert opened.sheet_names == [said()["kinds"][kind], HELP_SHEET, WORDS_SHEET]
    _title, told, example, headings = cells(template(kind))
    assert headings == [column.zh[0] for column in COLUMNS[kind]]
    assert example == [column.example for column in COLUMNS[kind]]
    assert told == [help_of(kind, column) for column in COLUMNS[kind]]
    offered = [
        list(column) for column in zip(*opened.get_sheet_by_name(WORDS_SHEET).to_python(), strict=True)
    ]
    chosen = {
        column.zh[0]: words
        for column in COLUMNS[kind]
        if (words := choices_of(kind, column, given.rulebook()))
    }
    assert {column[0]: tuple(word for word in column[1:] if word) for column in offered} == chosen


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_a_template_as_it_comes_imports_as_nothing(sqlite_engine: Engine, tmp_path: Path, kind: str) -> None:
    given.registry(sqlite_engine)
    report = imported_bytes(sqlite_engine, tmp_path, template(kind), kind)
    assert (report.rows, report.refused, report.unread) == (0, [], ())


def one_of_each() -> dict[str, dict[str, str]]:
    """Return a row of every kind by its Chinese headings, each on record for the next."""
    name = {"名称": "浉河区李记水产店", "行政区划": "411502"}
    conducts = {row.code: row.name_zh for row in given.rulebook().rows(Conduct)}
    return {
        "businesses": {
            **name,
            "行业": "集贸市场",
            "主体类型": "个体工商户",
            "市场": "东方红农贸市场",
            "摊位号": "A-12",
        },
        "pledges": {**name, "承诺事项": "零售称重", "承诺日期": "2026-05"},
        "designations": {**name, "级别": "省级", "认定机关": "河南省市场监督管理局"},
        "instruments": {**name, "器具种类": "电子计价秤", "制造单位": "某衡器厂", "出厂编号": "0012"},
        "verifications": {
            **name,
            "制造单位": "某衡器厂",
            "出厂编号": "0012",
            "证书编号": "浉衡字第1号",
            "检定机构": "信阳市计量所",
            "检定结果": "合格",
            "检定日期": "2026-03-15",
        },
        "violations": {
            **name,
            "决定书文号": "信市监罚〔2026〕1号",
            "处罚机关": "信阳市市场监督管理局",
            "违法行为": conducts["short_weight"],
            "处罚种类": "罚款；没收",
        },
    }


def test_a_template_filled_in_is_imported(sqlite_engine: Engine, tmp_path: Path) -> None:
    given.registry(sqlite_engine)
    sheets = one_of_each()
    assert set(sheets) == set(COLUMNS)
    for kind, row in sheets.items():
        report = imported_bytes(sqlite_engine, tmp_path, filled(kind, row), kind)
        assert (kind, report.created, report.refused) == (kind, 1, [])


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_every_word_that_a_template_offers_is_read(sqlite_engine: Engine, kind: str) -> None:
    given.registry(sqlite_engine)
    with writing(sqlite_engine) as session:
        rulebook = given.work(session).rulebook
    for column in COLUMNS[kind]:
        for word in choices_of(kind, column, rulebook):
            assert column.read(fold(word) if column.words else word, column.field)


@pytest.mark.parametrize("kind", ["cases", "recipes"])
def test_a_kind_without_columns_has_no_template(kind: str) -> None:
    assert kind not in COLUMNS
    assert "cases" in KINDS
    with pytest.raises(NotFound, match=r"import\.kind_unknown"):
        template(kind)
