"""What offices do to a sheet is understood, or refused at its cell, alike for every kind of import."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import Engine

from registry.errors import Malformed
from registry.imports.columns import COLUMNS, Column
from registry.imports.raw import letter
from registry.imports.report import ImportReport, write_errors
from registry.imports.values import half_width, partial_date, whole_date
from tests import given
from tests.imports.reading import imported, imported_bytes
from tests.imports.test_templates import one_of_each
from tests.imports.workbooks import book, put

KINDS = tuple(one_of_each())
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class Office:
    """A registry that holds what a row of a kind speaks of, and the row as an office writes it."""

    def __init__(self, engine: Engine, folder: Path, kind: str) -> None:
        given.registry(engine)
        self.engine, self.folder, self.kind = engine, folder, kind
        rows = one_of_each()
        for before in KINDS[: KINDS.index(kind)]:
            self.take(
                lambda one, row=rows[before]: put(one.add_worksheet("表"), [[*row], [*row.values()]]), before
            )
        self.headings, self.row = [*rows[kind]], [*rows[kind].values()]
        self.columns = [self._column(heading) for heading in self.headings]

    def _column(self, heading: str) -> Column:
        return next(column for column in COLUMNS[self.kind] if heading in column.zh)

    def take(self, fill: Callable[[Any], Any], kind: str = "") -> ImportReport:
        """Import a workbook."""
        return imported_bytes(self.engine, self.folder, book(fill), kind or self.kind)

    def sheet(self, *rows: Sequence[Any]) -> ImportReport:
        """Import rows below the heading."""
        return self.take(lambda one: put(one.add_worksheet("表"), [self.headings, *rows], one))

    def instead(self, at: int, cell: object) -> list[Any]:
        """Return the row with another cell."""
        return [*self.row[:at], cell, *self.row[at + 1 :]]


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, sqlite_engine: Engine, tmp_path: Path) -> Office:
    """An office for each kind."""
    return Office(sqlite_engine, tmp_path, request.param)


def places(report: ImportReport) -> list[tuple[str, str]]:
    """Return where and why rows were refused."""
    return [(error.place, error.refusal.code) for error in report.refused]


def test_blanks_around_and_full_width_digits_change_nothing(office: Office) -> None:
    assert office.sheet(office.row).created == 1
    wide = [
        cell.translate(WIDE) if column.read in (half_width, partial_date, whole_date) else cell
        for cell, column in zip(office.row, office.columns, strict=True)
    ]
    report = office.sheet([f"\u3000 {cell} \u00a0" for cell in wide])
    assert (places(report), report.created, report.unchanged) == ([], 0, 1)


def test_a_day_is_read_in_each_way_of_writing_it_and_a_bare_number_is_refused_at_its_cell(
    office: Office,
) -> None:
    days = [at for at, column in enumerate(office.columns) if column.read in (partial_date, whole_date)]
    for at in days:
        whole = office.instead(at, "2026-03-15")
        assert places(office.sheet(whole)) == []
        ways: list[object] = ["2026年3月15日", "2026/3/15", "２０２６-０３-１５"]
        for way in (*ways, (date(2026, 3, 15), "yyyy/m/d")):
            report = office.sheet(office.instead(at, way))
            assert (places(report), report.unchanged) == ([], 1)
        assert places(office.sheet(office.instead(at, 46096))) == [
            (f"表!{letter(at)}2", "import.date_serial")
        ]
    assert bool(days) == any(column.read in (partial_date, whole_date) for column in office.columns)


def test_a_number_or_an_error_in_a_column_of_text_is_refused_at_its_cell(office: Office) -> None:
    at = office.headings.index("名称")
    assert places(office.sheet(office.row, office.instead(at, 12.5))) == [
        (f"表!{letter(at)}3", "import.number_as_text")
    ]

    def broken(one: Any) -> None:
        page = one.add_worksheet("表")
        put(page, [office.headings, office.row])
        page.write_formula(1, at, "=VLOOKUP(1,Z:Z,1,0)", None, "#N/A")

    ((place, code),) = places(office.take(broken))
    assert (place, code.split(".")[0]) == (f"表!{letter(at)}2", "import")


def test_a_hidden_row_and_one_merged_across_are_refused_by_their_number(office: Office) -> None:
    def hidden(one: Any) -> None:
        page = one.add_worksheet("表")
        put(page, [office.headings, office.row, office.row])
        page.set_row(2, None, None, {"hidden": True})

    def merged(one: Any) -> None:
        page = one.add_worksheet("表")
        put(page, [office.headings, office.row, office.row])
        page.merge_range(2, 0, 2, 1, office.row[0])

    for fill, code in ((hidden, "import.row_hidden"), (merged, "import.merged_across")):
        report = office.take(fill)
        assert places(report) == [("表!3", code)]
        assert report.rows == 2


def test_a_hidden_column_refuses_the_file(office: Office) -> None:
    def hidden(one: Any) -> None:
        page = one.add_worksheet("表")
        put(page, [office.headings, office.row])
        page.set_column(1, 1, None, None, {"hidden": True})

    with pytest.raises(Malformed, match=r"column_hidden"):
        office.take(hidden)


def test_a_text_merged_down_holds_for_each_row_that_shows_it(office: Office) -> None:
    at = office.headings.index("名称")

    def merged(one: Any) -> None:
        page = one.add_worksheet("表")
        put(page, [office.headings, office.row, office.instead(at, "")])
        page.merge_range(1, at, 2, at, office.row[at])

    report = office.take(merged)
    assert (places(report), report.rows, report.created) == ([], 2, 1)


def test_every_sheet_of_the_kind_is_read_and_a_fault_names_its_sheet(office: Office) -> None:
    at = office.headings.index("行政区划")

    def several(one: Any) -> None:
        put(one.add_worksheet("东"), [("登记表",), (), office.headings, office.row])
        put(one.add_worksheet("西"), [office.headings, office.row, office.instead(at, "火星")])
        put(one.add_worksheet("说明"), [("请按要求填写",)])

    report = office.take(several)
    assert places(report) == [(f"西!{letter(at)}3", "region.unknown")]
    assert (report.rows, report.unread) == (3, ("说明",))


def test_refused_rows_come_back_and_are_taken_once_they_are_corrected(office: Office) -> None:
    at = office.headings.index("行政区划")
    path = office.folder / "退回.xlsx"
    write_errors(path, office.sheet(office.instead(at, "火星")))
    heading, bad = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    assert [*heading] == [*office.headings, "退回原因"]
    assert imported(office.engine, office.kind, path).refused_rows == 1
    corrected = [str(cell).replace("火星", "411502") for cell in bad]
    report = office.take(lambda one: put(one.add_worksheet("退回"), [heading, corrected]))
    assert (places(report), report.created) == ([], 1)
