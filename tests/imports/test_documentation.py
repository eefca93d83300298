"""What `docs/import.md` says of the columns is what the importer reads."""

from pathlib import Path

import pytest

from registry.imports.columns import COLUMNS, Column
from registry.imports.commands import IMPORTERS
from registry.imports.values import clean

DOCUMENT = Path(__file__).parents[2] / "docs" / "import.md"


def columns_table(kind: str) -> str:
    """Return the table of a kind's columns as it stands in the document."""
    lines = ["| heading | Chinese | needed | meaning | example |", "| --- | --- | --- | --- | --- |"]
    for column in COLUMNS[kind]:
        needed = "yes" if column.required else ""
        zh = "、".join(column.zh)
        lines.append(
            f"| `{column.heading}` | {zh} | {needed} | {column.meaning}{_words(column)} | {column.example} |"
        )
    return "\n".join(lines)


def _words(column: Column) -> str:
    words = column.words or {}
    return "".join(f"<br>`{code}` {'、'.join(others)}" for code, others in words.items())


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_the_document_shows_every_column_as_it_is_read(kind: str) -> None:
    assert columns_table(kind) in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(IMPORTERS))
def test_the_document_has_a_chapter_for_every_kind(kind: str) -> None:
    assert f"\n## `{kind}`\n" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_every_example_can_be_read(kind: str) -> None:
    for column in COLUMNS[kind]:
        assert column.read(clean(column.example, column.field), column.field)


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_no_heading_of_a_kind_stands_for_two_columns(kind: str) -> None:
    headings = [heading for column in COLUMNS[kind] for heading in (column.heading, *column.zh)]
    assert len(headings) == len(set(headings))
