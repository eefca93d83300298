"""What is exported imports to the same state, in either form; and no cell of it is ever a live formula."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import Engine

from registry.errors import Forbidden, NotFound
from registry.imports.columns import COLUMNS
from registry.imports.exports import EXPORTS, export
from registry.imports.files import open_source
from registry.imports.raw import STANDING
from registry.imports.writing import inert, write_csv, write_xlsx
from registry.pledges.commands import BreakPledge, break_pledge
from registry.store.engine import reading, writing
from tests import given
from tests.imports.reading import imported, on_record
from tests.imports.workbooks import parts_of

FACTS = ("businesses", "pledges", "designations", "instruments", "verifications", "violations")
AUTHORITY = "信阳市市场监督管理局"
SHOP, OTHER = "=1+1 水产店", "'=店"
HERE = "名称,行政区划"
SHEETS = {
    "businesses": (
        f"{HERE},地址,电话,行业",
        [[SHOP, "411502", "+大道", "@x", "加油站"], [OTHER, "411502", "", "", ""]],
    ),
    "pledges": (
        f"{HERE},承诺事项,承诺日期",
        [[SHOP, "411502", "零售称重", "2026-05"], [OTHER, "411502", "加油计量", ""]],
    ),
    "designations": (
        f"{HERE},级别,称号,认定机关,认定日期",
        [[OTHER, "411502", "省级", "@示范单位", "河南省市场监督管理局", "2025"]],
    ),
    "instruments": (
        f"{HERE},器具种类,制造单位,出厂编号",
        [[OTHER, "411502", "电子计价秤", "某厂", "0012"]],
    ),
    "verifications": (
        f"{HERE},制造单位,出厂编号,证书编号,检定机构,检定结果,检定日期",
        [[OTHER, "411502", "某厂", "0012", "-1", "计量所", "合格", "2026-03-15"]],
    ),
    "violations": (
        f"{HERE},决定书文号,处罚机关,违法行为,处罚决定日期,罚款金额,处罚种类,摘要",
        [
            [
                OTHER,
                "411502",
                "1号",
                AUTHORITY,
                "short_weight",
                "2026-06-01",
                "85449.80",
                "罚款；没收",
                "=A1",
            ],
            [SHOP, "411502", "2号", AUTHORITY, "short_weight", "2026-06", "", "较大数额罚款", ""],
        ],
    ),
}


def fill(engine: Engine, folder: Path) -> None:
    given.registry(engine)
    for kind, (headings, rows) in SHEETS.items():
        path = folder / f"{kind}.jsonl"
        path.write_text("\n".join(_lines(headings.split(","), rows)), encoding="utf-8")
        report = imported(engine, kind, path)
        assert (kind, report.refused) == (kind, [])


def _lines(headings: list[str], rows: list[list[str]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(dict(zip(headings, row, strict=True)), ensure_ascii=False)


def exported(engine: Engine, kind: str, path: Path, account: str = "national") -> Path:
    with reading(engine) as session:
        found = export(given.work(session, account), kind)
        if path.suffix == ".xlsx":
            write_xlsx(path, kind, found.headings, found.rows)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                write_csv(file, found.headings, found.rows)
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_imports_to_the_same_state_where_it_is_and_into_an_empty_registry(
    sqlite_engine: Engine, postgres_engine: Engine, tmp_path: Path, form: str
) -> None:
    fill(sqlite_engine, tmp_path)
    held = on_record(sqlite_engine)
    given.registry(postgres_engine)
    for kind in FACTS:
        path = exported(sqlite_engine, kind, tmp_path / f"{kind}.{form}")
        again = imported(sqlite_engine, kind, path)
        assert (kind, again.created, again.changed, again.refused) == (kind, 0, 0, [])
        fresh = imported(postgres_engine, kind, path)
        assert (kind, fresh.created, fresh.refused) == (kind, len(SHEETS[kind][1]), [])
    assert on_record(sqlite_engine) == held
    for kind in FACTS:
        one = exported(sqlite_engine, kind, tmp_path / f"{kind}-a.csv").read_text(encoding="utf-8-sig")
        other = exported(postgres_engine, kind, tmp_path / f"{kind}-b.csv").read_text(encoding="utf-8-sig")
        assert sorted(one.splitlines()) == sorted(other.splitlines())


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_no_cell_of_an_export_is_a_live_formula(sqlite_engine: Engine, tmp_path: Path, kind: str) -> None:
    fill(sqlite_engine, tmp_path)
    account = "auditor" if kind == "audit" else "national"
    path = exported(sqlite_engine, kind, tmp_path / "a.csv", account)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    parts = parts_of(exported(sqlite_engine, kind, tmp_path / "a.xlsx", account).read_bytes())
    assert b"<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert (b'quotePrefix="1"' in parts["xl/styles.xml"]) == (kind != "proposals"), "none is on record"


@for_all(cell=st.text(alphabet="'=+-@\t\ra店 ", max_size=6))
def test_a_cell_that_was_made_inert_is_none_that_begins_a_formula(cell: str) -> None:
    assert not inert(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


SIGNS = "'=+-@，,\"；"
TEXT = st.text(alphabet=SIGNS + "a1店铺", min_size=1, max_size=12).filter(lambda text: text.strip(SIGNS))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@for_all(names=st.lists(TEXT, min_size=1, max_size=4), form=st.sampled_from(["csv", "xlsx"]))
def test_whatever_is_written_in_the_cells_an_export_says_it_again(
    tmp_path: Path, names: list[str], form: str
) -> None:
    rows = [[name, "0376", name] for name in names]
    path = tmp_path / f"any.{form}"
    if form == "xlsx":
        write_xlsx(path, "任意", ("名称", "电话", "地址"), rows)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(file, ("名称", "电话", "地址"), rows)
    assert [list(map(str, row.cells.values())) for row in open_source(path).rows()] == rows


def test_what_has_ended_is_told_and_does_not_come_back(sqlite_engine: Engine, tmp_path: Path) -> None:
    fill(sqlite_engine, tmp_path)
    with writing(sqlite_engine) as session:
        work = given.work(session)
        pledge_id = given.pledge(work, given.business(work, "第三家店"))
        break_pledge(
            work,
            BreakPledge(pledge_id=pledge_id, expected_version=1, broken_on=given.TODAY, reason="短斤少两"),
        )
    report = imported(sqlite_engine, "pledges", exported(sqlite_engine, "pledges", tmp_path / "p.xlsx"))
    assert (report.created, report.refused_by_reason) == (0, {"import.not_standing": 1})
    assert report.refused[0].column == STANDING


def test_an_export_holds_what_is_of_the_own_regions_and_nothing_else(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    fill(sqlite_engine, tmp_path)
    with writing(sqlite_engine) as session:
        given.business(given.work(session), "外省店", region="110101")

    def names(account: str, region: str = "") -> list[str]:
        with reading(sqlite_engine) as session:
            return sorted(row[1] for row in export(given.work(session, account), "businesses", region).rows)

    assert names("officer") == ["'=店", "=1+1 水产店"]
    assert names("national", "11") == ["外省店"]
    assert len(names("national")) == 3
    with pytest.raises(Forbidden), reading(sqlite_engine) as session:
        export(given.work(session, "officer"), "businesses", "11")
    with pytest.raises(Forbidden), reading(sqlite_engine) as session:
        export(given.work(session, "officer"), "audit")
    with pytest.raises(NotFound), reading(sqlite_engine) as session:
        export(given.work(session, "officer"), "recipes")


def test_every_kind_with_columns_can_be_exported() -> None:
    assert set(COLUMNS) == set(FACTS) == set(EXPORTS) - {"proposals", "audit"}
