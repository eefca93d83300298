"""Importing businesses: many ways of writing, one way of registering, and no guessing."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from registry.businesses.tables import BusinessVersion
from registry.errors import Malformed, NotFound
from registry.imports.columns import COLUMNS
from registry.imports.commands import import_file
from registry.imports.report import write_errors
from registry.store.engine import reading
from tests import given
from tests.imports.reading import imported, on_record, table, transactions

CODE = "91110000600037341L"
ENGLISH = "uscc,name,kind,sector,region,address,market,stall,phone,status"
CHINESE = "统一社会信用代码,名称,主体类型,行业,行政区划,地址,市场,摊位号,电话,状态"
ROWS = f"""
{CODE},信阳石油有限公司,{{enterprise}},{{fuel}},411502,东方红大道 12 号,,,0376-6000000,{{open}}
,王记鲜肉,{{trader}},{{stall}},411502,,东方红农贸市场,A-12,,{{open}}
"""


def rows(heading: str, *, chinese: bool) -> str:
    words = (
        {"enterprise": "企业", "fuel": "加油站", "trader": "个体工商户", "stall": "集贸市场", "open": "开业"}
        if chinese
        else {
            "enterprise": "enterprise",
            "fuel": "fuel_station",
            "trader": "sole_trader",
            "stall": "market_stall",
            "open": "open",
        }
    )
    return heading + ROWS.format(**words)


def versions(engine: Engine) -> list[BusinessVersion]:
    with reading(engine) as session:
        statement = select(BusinessVersion).where(col(BusinessVersion.superseded_at).is_(None))
        return list(session.exec(statement.order_by(col(BusinessVersion.name))).all())


def test_english_and_chinese_headings_with_and_without_the_mark_say_the_same(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    report = imported(engine, "businesses", table(tmp_path, rows(ENGLISH, chinese=False)))
    assert (report.rows, report.created, report.refused) == (2, 2, [])
    before = on_record(engine)
    for encoding in ("utf-8", "utf-8-sig"):
        again = imported(
            engine, "businesses", table(tmp_path, rows(CHINESE, chinese=True), encoding=encoding)
        )
        assert (again.unchanged, again.changed, again.created, again.refused) == (2, 0, 0, [])
    assert on_record(engine) == before


def test_a_number_of_json_is_no_text(engine: Engine, tmp_path: Path) -> None:
    given.registry(engine)
    line = json.dumps({"name": 1, "region": given.TOWN}) + "\n"
    (error,) = imported(engine, "businesses", table(tmp_path, line, "rows.jsonl")).refused
    assert (error.refusal.code, error.column) == ("import.number", "name")


def test_json_lines_say_the_same_as_csv(engine: Engine, tmp_path: Path) -> None:
    given.registry(engine)
    imported(engine, "businesses", table(tmp_path, rows(ENGLISH, chinese=False)))
    said = {"信用代码": CODE.lower(), "name": "信阳石油有限公司", "行政区划": 411502, "address": None}
    line = json.dumps(said, ensure_ascii=False) + "\n"
    report = imported(engine, "businesses", table(tmp_path, line, "rows.jsonl"))
    assert report.unchanged == 1


def test_a_blank_cell_takes_nothing_away(engine: Engine, tmp_path: Path) -> None:
    given.registry(engine)
    imported(engine, "businesses", table(tmp_path, rows(ENGLISH, chinese=False)))
    imported(
        engine,
        "businesses",
        table(tmp_path, f"uscc,name,region,phone,status\n{CODE},信阳石油公司,411502,,\n"),
    )
    held = next(v for v in versions(engine) if v.uscc == CODE)
    assert (held.name, held.phone, held.kind, held.status) == (
        "信阳石油公司",
        "0376-6000000",
        "enterprise",
        "open",
    )


def test_every_bad_row_is_told_with_number_column_value_and_reason_and_stops_no_good_one(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    report = imported(
        engine,
        "businesses",
        table(
            tmp_path,
            "名称,行政区划,行业,统一社会信用代码\n"
            "好店,411502,加油站,\n"
            ",411502,,\n"
            "坏区店,999999,火箭,\n"
            "坏码店,411502,,123\n"
            "某水产摊,411502,,\n"
            f"{'长' * 201},411502,,\n"
            "又一好店,411502,,\n",
        ),
    )
    assert (report.rows, report.created) == (7, 2)
    assert [(e.number, e.column, e.value, e.refusal.code) for e in report.refused] == [
        (3, "名称", "", "import.cell_missing"),
        (4, "行政区划", "999999", "region.unknown"),
        (4, "行业", "火箭", "import.not_one_of"),
        (5, "统一社会信用代码", "123", "uscc.malformed"),
        (6, "名称", "某水产摊", "import.name_masked"),
        (7, "名称", "长" * 201, "field.too_long"),
    ]
    assert report.refused_rows == 5
    assert all(error.reason("zh") and error.reason("en") for error in report.refused)


def test_an_old_code_that_fails_its_digit_is_taken_with_a_warning(engine: Engine, tmp_path: Path) -> None:
    given.registry(engine)
    report = imported(
        engine, "businesses", table(tmp_path, f"uscc,name,region\n{CODE[:-1]}M,旧码店,411502\n")
    )
    assert (report.created, [w.refusal.code for w in report.warnings]) == (1, ["uscc.check_digit"])


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("name,region,colour", "import.heading_unknown"),
        ("name,address", "import.heading_missing"),
        ("name,名称,region", "import.heading_twice"),
    ],
)
def test_a_file_whose_headings_are_not_those_of_the_kind_is_refused_whole(
    sqlite_engine: Engine, tmp_path: Path, heading: str, code: str
) -> None:
    given.registry(sqlite_engine)
    with pytest.raises(Malformed) as refused:
        imported(sqlite_engine, "businesses", table(tmp_path, f"{heading}\n好店,411502,红\n"))
    assert refused.value.code == code
    assert versions(sqlite_engine) == []


def test_a_kind_that_is_none_is_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"import\.kind_unknown"):
        imported(sqlite_engine, "recipes", table(tmp_path, ""))


def test_a_file_that_says_two_things_of_one_business_is_refused_the_second_time_and_means_the_same_twice(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    path = table(tmp_path, f"uscc,name,region\n{CODE},甲店,411502\n{CODE},乙店,411502\n{CODE},甲店,411502\n")
    first = imported(engine, "businesses", path)
    assert (first.created, first.unchanged, first.refused_by_reason) == (1, 1, {"business.repeated": 1})
    before = on_record(engine)
    again = imported(engine, "businesses", path)
    assert (again.created, again.changed, again.refused_by_reason) == (0, 0, {"business.repeated": 1})
    assert on_record(engine) == before


def test_rows_outside_the_grants_of_the_account_are_refused_one_by_one(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    path = table(tmp_path, "name,region\n本区店,411502\n外省店,110101\n")
    report = imported(engine, "businesses", path, account="officer")
    assert (report.created, report.refused_by_reason) == (1, {"grant.missing": 1})


def test_a_dry_run_reports_as_a_run_would_and_keeps_nothing(engine: Engine, tmp_path: Path) -> None:
    given.registry(engine)
    before = on_record(engine)
    path = table(tmp_path, rows(ENGLISH, chinese=False))
    tried = imported(engine, "businesses", path, dry_run=True)
    assert on_record(engine) == before
    assert tried == imported(engine, "businesses", path)


def test_progress_tells_rows_and_bytes_and_ends_at_the_end_of_the_file(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.registry(sqlite_engine)
    monkeypatch.setattr("registry.imports.rows.Businesses.at_once", 1)
    told: list[tuple[int, int, int]] = []
    path = table(tmp_path, rows(ENGLISH, chinese=False))
    imported(sqlite_engine, "businesses", path, progress=lambda *done: told.append(done))
    size = path.stat().st_size
    assert [done[0] for done in told] == [1, 2]
    assert told[-1] == (2, size, size)


def test_errors_are_written_as_a_sheet_that_opens_as_it_is_and_runs_no_formula(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    given.registry(sqlite_engine)
    path = table(tmp_path, 'name,region\n好店,"=HYPERLINK(""http://x"")"\n')
    report = imported(sqlite_engine, "businesses", path)
    write_errors(tmp_path / "errors.csv", report)
    assert (tmp_path / "errors.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, error = csv.reader(file)
    assert heading[:3] == ["行号 row", "列 column", "值 value"]
    assert error[:3] == ["2", "region", '\'=HYPERLINK("http://x")']


CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["411502", "好店", CODE, "=1+1", '"', "加油站", "\x00", "，", "某店", "A-1"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@for_all(
    kind=st.sampled_from(sorted(COLUMNS)),
    cells=st.lists(st.lists(CELL, min_size=1, max_size=16), max_size=4),
)
def test_no_row_of_any_kind_raises_anything_but_a_refusal(
    sqlite_engine: Engine, tmp_path: Path, kind: str, cells: list[list[str]]
) -> None:
    if not on_record(sqlite_engine)["office"]:
        given.registry(sqlite_engine)
    path = tmp_path / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in COLUMNS[kind]])
        writer.writerows(cells)
    report = imported(sqlite_engine, kind, path)
    again = imported(sqlite_engine, kind, path)
    assert report.created + report.changed + report.unchanged + report.refused_rows == report.rows
    assert (again.created, again.changed) == (0, 0)


def test_a_lost_connection_between_batches_is_mended_by_reading_the_file_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.registry(engine)
    monkeypatch.setattr("registry.imports.rows.Businesses.at_once", 2)
    text = "uscc,name,region,market,stall\n" + "".join(
        f",{number}号店,411502,东方红农贸市场,{number % 5}\n" for number in range(9)
    )
    path = table(tmp_path, text)
    left = 2

    def failing() -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionError
        return transactions(engine)()

    with pytest.raises(ConnectionError):
        import_file("businesses", path, failing)  # type: ignore[arg-type]
    assert len(versions(engine)) == 4
    report = imported(engine, "businesses", path)
    assert (report.unchanged, report.created) == (4, 1)
    assert report.refused_by_reason == {"stall.taken": 4}
