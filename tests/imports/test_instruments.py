"""Importing instruments and verifications: Chinese headings, found by number, twice the same."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from registry.imports.report import ImportReport
from registry.instruments.tables import Instrument, Verification
from registry.store.engine import reading, writing
from tests import given
from tests.imports.reading import imported, on_record, table

INSTRUMENTS = "市场,摊位号,器具种类,制造单位,型号,出厂编号,最大称量,使用地点,启用日期\n"
VERIFICATIONS = "市场,摊位号,制造单位,出厂编号,检定证书编号,检定机构,检定结论,检定日期,有效期至\n"


def market(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        given.business(work, "王记鲜肉", market="东方红农贸市场", stall="A-12")
        given.business(work, "李记水产", market="东方红农贸市场", stall="A-13")


def all_of(engine: Engine, kind: type[Any]) -> list[Any]:
    with reading(engine) as session:
        return list(session.exec(select(kind)).all())


def take(engine: Engine, folder: Path) -> tuple[ImportReport, ImportReport]:
    instruments = (
        "东方红农贸市场,A-12,电子秤,示例衡器有限公司,ACS-30,0001,30 kg,一号台,2026年3月\n"
        "东方红农贸市场,A-12,fuel_dispenser,,,0001,,,\n"
        "东方红农贸市场,A-13,体温计,示例衡器有限公司,,0002,,,\n"
        "东方红农贸市场,A-13,公平秤,示例衡器有限公司,,０００３,,,\n"
    )
    verifications = (
        "东方红农贸市场,A-12,示例衡器有限公司,0001,证1,市计量所,合格,2026-03-15,\n"
        "东方红农贸市场,A-13,,0003,证2,市计量所,不合格,2026/3/16,\n"
        "东方红农贸市场,A-13,,0001,证3,市计量所,合格,2026-03-15,\n"
        "东方红农贸市场,A-13,,0003,证4,市计量所,大概合格,2026-03-15,\n"
        "东方红农贸市场,A-13,,0003,证5,市计量所,合格,2026-03,\n"
    )
    return (
        imported(engine, "instruments", table(folder, INSTRUMENTS + instruments)),
        imported(engine, "verifications", table(folder, VERIFICATIONS + verifications)),
    )


def refusals(report: ImportReport) -> list[tuple[int, str | None, str]]:
    return [(error.number, error.column, error.refusal.code) for error in report.refused]


def test_rows_find_their_stall_their_kind_and_their_instrument(engine: Engine, tmp_path: Path) -> None:
    market(engine)
    instruments, verifications = take(engine, tmp_path)
    assert (instruments.created, verifications.created) == (2, 2)
    assert refusals(instruments) == [
        (3, "器具种类", "instrument.duplicate"),
        (4, "器具种类", "instrument.kind_unknown"),
    ]
    assert refusals(verifications) == [
        (4, "出厂编号", "instrument.not_found"),
        (5, "检定结论", "import.not_one_of"),
        (6, "检定日期", "date.malformed"),
    ]
    kinds = {one.serial_no: (one.kind, one.in_use_on) for one in all_of(engine, Instrument)}
    assert kinds == {
        "0001": ("price_computing_scale", date(2026, 3, 1)),
        "0003": ("fair_scale", None),
    }
    through = {one.certificate_no: (one.result, one.valid_through) for one in all_of(engine, Verification)}
    assert through == {"证1": ("qualified", date(2027, 3, 14)), "证2": ("unqualified", None)}


def test_the_same_files_twice_change_nothing(engine: Engine, tmp_path: Path) -> None:
    market(engine)
    take(engine, tmp_path)
    before = on_record(engine)
    instruments, verifications = take(engine, tmp_path)
    assert (instruments.unchanged, verifications.unchanged) == (2, 2)
    assert on_record(engine) == before


def test_json_lines_are_read_alike(engine: Engine, tmp_path: Path) -> None:
    market(engine)
    row = {"market": "东方红农贸市场", "stall": "A-12", "kind": "platform_scale", "serial_no": "0009"}
    report = imported(
        engine, "instruments", table(tmp_path, json.dumps(row, ensure_ascii=False) + "\n", "rows.jsonl")
    )
    assert [warning.refusal.code for warning in report.warnings] == ["instrument.maker_missing"]
    verified = {
        "market": "东方红农贸市场",
        "stall": "A-12",
        "maker": "后来才知道的厂",
        "serial_no": "0009",
        "certificate_no": "1",
        "body": "市计量所",
        "result": "limited",
        "limitation": "仅限 15 kg 以下",
        "verified_on": "2026-03-15",
        "valid_through": "2026-12-31",
    }
    report = imported(
        engine, "verifications", table(tmp_path, json.dumps(verified, ensure_ascii=False) + "\n", "v.jsonl")
    )
    assert (report.created, refusals(report)) == (1, [])
