"""A day in a spreadsheet is read as exactly as the sheet shows it."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.pledges.tables import Pledge
from registry.store.engine import reading, writing
from tests import given
from tests.imports import workbooks as made
from tests.imports.reading import imported_bytes
from tests.imports.workbooks import GOOD, book, by_hand, inline, put, with_part

NAME, REGION = GOOD[:2]

PLEDGED: list[tuple[Any, tuple[str, str] | str]] = [
    ("2026-05-20", ("2026-05-20", "day")),
    ("２０２６年５月", ("2026-05-01", "month")),
    ((date(2026, 5, 20), "yyyy-mm-dd"), ("2026-05-20", "day")),
    ((datetime(2026, 5, 20, 8, 30), "yyyy/m/d h:mm"), ("2026-05-20", "day")),  # noqa: DTZ001  # as a sheet has it
    ((date(2026, 5, 1), 'yyyy"年"m"月"'), ("2026-05-01", "month")),
    ((46162, "yyyy"), ("2026-01-01", "year")),
    (2026, ("2026-01-01", "year")),
    (46162, "import.date_serial"),
    (20260520, "import.date_serial"),
    ((time(8, 30), "hh:mm"), "import.cell_time"),
    ((0.5, "yyyy-mm-dd"), "import.cell_time"),
    ("2026-02-30", "date.malformed"),
]


@pytest.mark.parametrize(("cell", "expected"), PLEDGED, ids=[str(row[0]) for row in PLEDGED])
@pytest.mark.parametrize("from_1904", [False, True], ids=["from 1900", "from 1904"])
def test_a_day_is_known_as_exactly_as_the_sheet_shows_it(
    sqlite_engine: Engine, tmp_path: Path, cell: Any, expected: tuple[str, str] | str, from_1904: bool
) -> None:
    given.registry(sqlite_engine)
    with writing(sqlite_engine) as session:
        given.business(given.work(session), NAME)
    if from_1904 and isinstance(cell, tuple) and isinstance(cell[0], int):
        cell = (cell[0] - 1462, cell[1])  # days between the two beginnings

    def pledges(one: Any) -> None:
        put(
            one.add_worksheet("承诺"),
            [("名称", "行政区划", "承诺事项", "承诺日期"), (NAME, REGION, "零售称重", cell)],
            one,
        )

    report = imported_bytes(sqlite_engine, tmp_path, book(pledges, date_1904=from_1904), "pledges")
    with reading(sqlite_engine) as session:
        found = [(str(p.pledged_on), p.pledged_precision) for p in session.exec(select(Pledge)).all()]
    if isinstance(expected, str):
        assert ([error.refusal.code for error in report.refused], found) == ([expected], [])
        assert report.refused[0].place == "承诺!D2"
    else:
        assert (report.refused, found) == ([], [expected])


def test_the_built_in_dates_of_a_chinese_excel_are_dates(sqlite_engine: Engine, tmp_path: Path) -> None:
    given.registry(sqlite_engine)
    with writing(sqlite_engine) as session:
        given.business(given.work(session), NAME)
    cells = "".join(inline(f"{'ABC'[n]}1", text) for n, text in enumerate(("名称", "承诺事项", "承诺日期")))
    rows = f'<row r="1">{cells}{inline("D1", "行政区划")}</row>' + "".join(
        f'<row r="{n}">{inline(f"A{n}", NAME)}{inline(f"B{n}", "零售称重")}'
        f'<c r="C{n}" s="{n - 1}"><v>46162</v></c>{inline(f"D{n}", REGION)}</row>'
        for n in (2, 3)
    )
    forms = '<cellXfs><xf/><xf numFmtId="31"/><xf numFmtId="57"/></cellXfs>'
    styles = f'<styleSheet xmlns="{made.MAIN}">{forms}</styleSheet>'
    report = imported_bytes(
        sqlite_engine, tmp_path, with_part("xl/styles.xml", styles.encode(), by_hand(rows)), "pledges"
    )
    assert report.refused == []
    with reading(sqlite_engine) as session:
        found = sorted((str(p.pledged_on), p.pledged_precision) for p in session.exec(select(Pledge)).all())
    assert found == [("2026-05-01", "month"), ("2026-05-20", "day")]
