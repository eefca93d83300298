"""Workbooks to fill in: headings, help and an example above them, and the values that a choice may take.

Title, help and example stand above the heading, where the importer passes over them; so a template can
be imported as it is once rows stand below, and its example never becomes a fact.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from registry.errors import NotFound
from registry.imports.columns import COLUMNS, Column
from registry.imports.writing import HELP_SHEET, WORDS_SHEET, workbook
from registry.rulebook import Conduct, InstrumentKind, Rulebook

PREPARED = 2_000  # rows whose cells offer choices; further ones are read just the same
TITLE, HELP, EXAMPLE, HEADING = range(4)


@cache
def said() -> Mapping[str, Mapping[str, str]]:
    """Return the names of kinds and the help of columns in Chinese."""
    found = tomllib.loads((Path(__file__).parent / "help.toml").read_text(encoding="utf-8"))
    own = {
        f"{kind}.{heading}": told for kind, of in found["columns_of"].items() for heading, told in of.items()
    }
    return {"kinds": found["kinds"], "columns": {**found["columns"], **own}}


def help_of(kind: str, column: Column) -> str:
    """Return what a column of a kind takes, in Chinese."""
    told = said()["columns"]
    return told.get(f"{kind}.{column.heading}", told[column.heading])


def write_template(file: Path | BinaryIO, kind: str, rulebook: Rulebook) -> None:
    """Write the template of a kind.

    Args:
        file: Where to.
        kind: One of `COLUMNS`.
        rulebook: Its conducts are the choices of a violation.

    Raises:
        NotFound: There is no such kind, or it is imported as JSON lines alone.
    """
    if kind not in COLUMNS:
        raise NotFound("import.kind_unknown", field="kind", kind=kind, known=", ".join(COLUMNS))
    columns = COLUMNS[kind]
    choices = {column.heading: words for column in columns if (words := choices_of(kind, column, rulebook))}
    with workbook(file) as book:
        page = book.add_worksheet(said()["kinds"][kind])
        _write_head(book, page, kind, columns)
        _offer_choices(page, columns, choices)
        _write_help(book, kind, columns, choices)
        _write_words(book, columns, choices)


def choices_of(kind: str, column: Column, rulebook: Rulebook) -> tuple[str, ...]:
    """Return the Chinese words that a column may take; none where it takes free values."""
    if column.heading == "conduct_code":
        return tuple(dict.fromkeys(row.name_zh for row in rulebook.rows(Conduct)))
    if (kind, column.heading) == ("instruments", "kind"):
        return tuple(dict.fromkeys(row.name_zh for row in rulebook.rows(InstrumentKind)))
    return tuple(words[0] for words in (column.words or {}).values())


def _write_head(book: Any, page: Any, kind: str, columns: Sequence[Column]) -> None:
    title = book.add_format({"bold": True, "font_size": 14})
    help_ = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#555555", "font_size": 9})
    example = book.add_format({"italic": True, "font_color": "#777777", "num_format": "@"})
    needed = book.add_format({"bold": True, "bg_color": "#F4D9D4", "bottom": 1})
    heading = book.add_format({"bold": True, "bg_color": "#E4EAF0", "bottom": 1})
    page.set_column(0, len(columns) - 1, 20, book.add_format({"num_format": "@"}))
    page.set_row(HELP, 64)
    name = said()["kinds"][kind]
    told = f"从第 {HEADING + 2} 行起逐行填写；第 {EXAMPLE + 1} 行是示例，不会导入；红底的列必填。"
    page.write_string(TITLE, 0, f"{name}导入模板：{told}", title)
    for number, column in enumerate(columns):
        page.write_string(HELP, number, help_of(kind, column), help_)
    for number, column in enumerate(columns):
        page.write_string(EXAMPLE, number, column.example, example)
    for number, column in enumerate(columns):
        page.write_string(HEADING, number, column.zh[0], needed if column.required else heading)
    page.freeze_panes(HEADING + 1, 0)


def _offer_choices(page: Any, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]) -> None:
    listed = [column for column in columns if column.heading in choices]
    for number, column in enumerate(columns):
        if column.heading not in choices or column.several:
            continue
        letter = chr(ord("A") + listed.index(column))
        last = len(choices[column.heading]) + 1
        page.data_validation(
            HEADING + 1,
            number,
            HEADING + PREPARED,
            number,
            {
                "validate": "list",
                "source": f"='{WORDS_SHEET}'!${letter}$2:${letter}${last}",
                "error_type": "warning",  # codes and other words of the same meaning are read too
                "error_title": "不在可选值之内",
                "error_message": "请从下拉列表中选择，或查看“可选值”工作表。",
            },
        )


def _write_help(
    book: Any, kind: str, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]
) -> None:
    page = book.add_worksheet(HELP_SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for number, width in enumerate((18, 20, 8, 60, 24, 60)):
        page.set_column(number, number, width)
    for number, name in enumerate(("列", "英文标题", "必填", "说明", "示例", "可选值")):
        page.write_string(0, number, name, bold)
    for row, column in enumerate(columns, start=1):
        words = "、".join(choices.get(column.heading, ()))
        needed = "是" if column.required else ""
        told = (column.zh[0], column.heading, needed, help_of(kind, column), column.example, words)
        for number, text in enumerate(told):
            page.write_string(row, number, text, wrapped)


def _write_words(book: Any, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]) -> None:
    page = book.add_worksheet(WORDS_SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    listed = [column for column in columns if column.heading in choices]
    page.set_column(0, max(len(listed) - 1, 0), 24)
    for number, column in enumerate(listed):
        page.write_string(0, number, column.zh[0], bold)
    for row in range(max((len(choices[column.heading]) for column in listed), default=0)):
        for number, column in enumerate(listed):
            words = choices[column.heading]
            if row < len(words):
                page.write_string(row + 1, number, words[row])
