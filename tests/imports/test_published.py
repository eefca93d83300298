"""Importing the real cases and records that come with the registry."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from registry.businesses.tables import Business, BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.imports.commands import builtin
from registry.pledges.tables import Pledge
from registry.statistics.tables import Statistic
from registry.store.engine import reading, writing
from registry.violations.tables import PenaltyDecision, Violation
from tests import given
from tests.imports.reading import imported, on_record, table

DECIDED = 60
REFUSED = {
    "case.under_investigation": 37,
    "case.outcome_not_in_excerpt": 18,
    "case.transferred_to_police": 3,
    "case.criminal_judgment": 1,
    "case.corrective_order": 1,
    "case.not_stated": 1,
}


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in builtin("cases").read_text(encoding="utf-8").splitlines()]


def case(**changes: Any) -> dict[str, Any]:
    decided = next(c for c in cases() if c["party_published_name"] == "腾云旅社")
    return {**decided, **changes}


def as_lines(folder: Path, rows: list[dict[str, Any]]) -> Path:
    return table(folder, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "rows.jsonl")


def count(engine: Engine, what: type[Any]) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(what)).one()


def test_a_decided_case_becomes_business_decision_and_violation_and_no_other_case_anything(
    engine: Engine,
) -> None:
    given.registry(engine)
    report = imported(engine, "cases", builtin("cases"))
    assert (report.rows, report.created) == (121, DECIDED)
    assert report.refused_by_reason == REFUSED
    assert report.facts == {"business": DECIDED, "violation": DECIDED}
    for what in (Business, PenaltyDecision, Violation):
        assert count(engine, what) == DECIDED


def test_cases_and_records_read_twice_change_nothing(engine: Engine) -> None:
    given.registry(engine)
    for kind in ("cases", "records"):
        imported(engine, kind, builtin(kind))
    before = on_record(engine)
    again = [imported(engine, kind, builtin(kind)) for kind in ("cases", "records")]
    assert [(r.created, r.changed, r.unchanged) for r in again] == [(0, 0, DECIDED), (0, 0, 52)]
    assert on_record(engine) == before


def test_masked_and_unidentified_parties_are_subjects_of_their_case_alone(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    rows = [
        case(case_id=f"T{number}", party_published_name=name)
        for number, name in enumerate(["某旅社", "某旅社", "一家旅社", None, None])
    ]
    report = imported(engine, "cases", as_lines(tmp_path, rows))
    assert report.created == 5
    with reading(engine) as session:
        standings = Counter(session.exec(select(Business.standing)).all())
        names = Counter(session.exec(select(BusinessVersion.name)).all())
        keys = set(
            session.exec(select(BusinessVersion.name_key).where(col(BusinessVersion.name).is_(None))).all()
        )
    assert standings == {"masked": 2, "unidentified": 3}
    assert names == {"某旅社": 2, None: 3}
    assert keys == {None}


def test_a_named_party_is_the_only_business_of_that_name_in_the_region_left_as_it_is(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    with writing(engine) as session:
        known = given.business(
            given.work(session), "腾云 旅社", region="320700", phone="0518-1", sector="other"
        )
        given.business(given.work(session), "腾云旅社", region="320600")
    imported(engine, "cases", as_lines(tmp_path, [case()]))
    with reading(engine) as session:
        violation = session.exec(select(Violation)).one()
        versions = session.exec(select(BusinessVersion).where(BusinessVersion.business_id == known)).all()
    assert violation.business_id == known
    assert [(v.version, v.phone, v.sector) for v in versions] == [(1, "0518-1", "other")]


@pytest.mark.parametrize("kinds", [("natural_person",), ("enterprise", "enterprise")])
def test_a_named_party_with_several_namesakes_or_a_person_for_namesake_is_new(
    engine: Engine, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    given.registry(engine)
    with writing(engine) as session:
        for number, kind in enumerate(kinds):
            given.business(
                given.work(session), "腾云旅社", region="320700", kind=kind, market="市场", stall=str(number)
            )
    for _time in range(2):
        imported(engine, "cases", as_lines(tmp_path, [case()]))
    assert count(engine, Business) == len(kinds) + 1


def test_what_a_case_does_not_state_stays_missing_and_dates_keep_their_precision(engine: Engine) -> None:
    given.registry(engine)
    imported(engine, "cases", builtin("cases"))
    stated = {f"cases:{c['case_id']}": c for c in cases()}
    with reading(engine) as session:
        rows = session.exec(
            select(PenaltyDecision, Violation).join(
                Violation, col(Violation.decision_id) == col(PenaltyDecision.decision_id)
            )
        ).all()
    for decision, violation in rows:
        source = stated[str(decision.source_key)]
        assert (decision.decided_on is None) == (source["decision_date"] is None)
        assert (decision.fine_fen is None) == (source["fine_yuan"] is None)
        assert (decision.confiscated_fen is None) == (source["confiscated_gains_yuan"] is None)
        precision = {None: "unknown", 4: "year", 7: "month", 10: "day"}
        assert violation.found_precision == precision[source["found_date"] and len(source["found_date"])]
        assert "decided_on.missing" in (violation.incomplete or "") or source["decision_date"] is not None


def test_amounts_of_cases_are_exact(engine: Engine) -> None:
    given.registry(engine)
    imported(engine, "cases", builtin("cases"))
    with reading(engine) as session:
        amounts = session.exec(
            select(PenaltyDecision.fine_fen, PenaltyDecision.confiscated_fen).where(
                col(PenaltyDecision.confiscated_fen).is_not(None)
            )
        ).all()
    assert sorted(amounts) == [(138000, 8544980), (200000, 40000), (200000, 130560000), (604544, 176611)]


def test_a_case_that_cannot_be_recorded_leaves_no_subject_behind(engine: Engine, tmp_path: Path) -> None:
    given.registry(engine)
    rows = [
        case(case_id="T1", conduct_code="no_such_conduct"),
        case(case_id="T2", party_published_name="好旅社"),
        case(case_id="T3", decision_date="2999-01-01", party_published_name=None),
    ]
    report = imported(engine, "cases", as_lines(tmp_path, rows))
    assert report.refused_by_reason == {"violation.conduct_unknown": 1, "day.ahead": 1}
    assert (report.facts["business"], count(engine, Business), count(engine, Violation)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"case_status": "rumoured"}, "field.choice"),
        ({"province": "无此省"}, "case.province_unknown"),
        ({"fine_yuan": 0.001}, "import.below_a_fen"),
        ({"decision_date": "昨天"}, "date.malformed"),
        ({"party_published_name": "张\u202e三"}, "import.unseen_character"),
        ({"extra": 1}, "field.unknown"),
        ({"conduct_zh": "长" * 4001}, "import.too_long"),
        ({"authority": "长" * 300}, "field.too_long"),
        ({"party_published_name": 1}, "field.not_text"),
        ({"other_measures": [[]]}, "field.not_text"),
    ],
)
def test_a_case_that_is_not_as_it_should_be_is_refused_and_the_next_is_taken(
    sqlite_engine: Engine, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    given.registry(sqlite_engine)
    rows = [case(case_id="T1", **change), case(case_id="T2")]
    report = imported(sqlite_engine, "cases", as_lines(tmp_path, rows))
    assert (report.created, list(report.refused_by_reason)) == (1, [code])


def test_named_demonstration_units_become_designations_of_the_level_that_is_said(engine: Engine) -> None:
    given.registry(engine)
    report = imported(engine, "records", builtin("records"))
    assert report.facts["designation"] == 22
    assert report.refused_by_reason == {"record.pledge_text": 1}
    with reading(engine) as session:
        levels = Counter(session.exec(select(DemonstrationUnit.level)).all())
        names = set(session.exec(select(BusinessVersion.name)).all())
    assert levels == {"unknown": 10, "province": 11, "city": 1}
    assert "万新眼镜" not in names  # a shortened name in a list of awards


def test_named_pledge_units_become_pledges_without_a_date(engine: Engine) -> None:
    given.registry(engine)
    imported(engine, "records", builtin("records"))
    with reading(engine) as session:
        pledges = session.exec(select(Pledge)).all()
    assert [(p.pledged_on, p.incomplete) for p in pledges] == [(None, "pledged_on.missing")] * 2


def test_an_aggregate_becomes_statistics_and_says_nothing_of_a_merchant_that_it_names(engine: Engine) -> None:
    given.registry(engine)
    imported(engine, "records", builtin("records"))
    with reading(engine) as session:
        statistics = session.exec(select(Statistic)).all()
        units = set(session.exec(select(BusinessVersion.name)).all())
    text = "\n".join(f"{s.measure} {s.value}" for s in statistics)
    for named in (
        "兴城市沙后所加油站",
        "普宁市康宝食品厂",
        "开心果",
        "三丰石油",
        "铜陵市恒业造纸",
        "英鹉生鲜市场",
    ):
        assert named not in text
        assert not any(named in (unit or "") for unit in units)
    stations = [s.value for s in statistics if s.record_kind == "spot_check_fuel" and s.measure == "stations"]
    assert sorted(stations) == ["177", "24"]
    assert {s.value for s in statistics if s.measure == "content_pass_rate"} == {"0.925", "0.9493"}
    assert all(s.source_key.startswith("records:R") and s.authority for s in statistics)
