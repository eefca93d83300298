"""Importing facts: each is held against exactly one business on record, or against nobody."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from registry.demonstration.tables import DemonstrationUnit
from registry.pledges.tables import Pledge
from registry.rulebook.law_rows import Conduct
from registry.store.engine import reading, writing
from registry.violations.tables import PenaltyDecision, Violation
from tests import given
from tests.imports.reading import imported, on_record, table

CODE = "91110000600037341L"
VIOLATION = (
    "decision_no,authority,uscc,name,region,market,stall,conduct_code,decided_on,fine_yuan,confiscated_yuan"
)


def all_of(engine: Engine, kind: type[Any]) -> list[Any]:
    with reading(engine) as session:
        return list(session.exec(select(kind).order_by(col(kind.recorded_at))).all())


def town(engine: Engine) -> dict[str, str]:
    """Register a business with a code, one with a stall, and two namesakes."""
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        return {
            "coded": given.business(work, "信阳石油有限公司", uscc=CODE),
            "stall": given.business(work, "王记鲜肉", market="东方红农贸市场", stall="A-12"),
            "plain": given.business(work, "独此一家眼镜店"),
            "twin": given.business(work, "双生超市", market="甲市场", stall="1"),
            "other twin": given.business(work, "双生超市", market="乙市场", stall="1"),
        }


def test_a_violation_finds_its_business_by_code_by_stall_or_by_its_only_name(
    engine: Engine, tmp_path: Path
) -> None:
    ids = town(engine)
    rows = (
        f'信市监罚〔2026〕1号,信阳市市场监督管理局,{CODE},,,,,short_weight,2026-05-08,"1,234.50",\n'
        "信市监罚〔2026〕2号,信阳市市场监督管理局,,,,东方红农贸市场,Ａ-12,short_weight,2026年5月,,400\n"
        "信市监罚〔2026〕3号,信阳市市场监督管理局,,独此一家眼镜店,411500,,,short_weight,,,\n"
    )
    report = imported(engine, "violations", table(tmp_path, f"{VIOLATION}\n{rows}"))
    assert (report.created, report.refused) == (3, [])
    found = {v.decision_id: v.business_id for v in all_of(engine, Violation)}
    decisions = {d.decision_no: d for d in all_of(engine, PenaltyDecision)}
    assert {number: found[d.decision_id] for number, d in decisions.items()} == {
        "信市监罚〔2026〕1号": ids["coded"],
        "信市监罚〔2026〕2号": ids["stall"],
        "信市监罚〔2026〕3号": ids["plain"],
    }
    assert decisions["信市监罚〔2026〕1号"].fine_fen == 123450
    second = decisions["信市监罚〔2026〕2号"]
    assert (second.decided_on, second.decided_precision, second.confiscated_fen) == (
        date(2026, 5, 1),
        "month",
        40000,
    )


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (",双生超市,411502,,", "import.name_ambiguous"),
        (",无此店,411502,,", "import.name_unknown"),
        (",独此一家眼镜店,410000,,", None),
        (",独此一家眼镜店,,,", None),
        (",独此一家眼镜店,110000,,", "import.name_unknown"),
        (",,,,", "import.nobody_named"),
        (",,,东方红农贸市场,A-99", "import.stall_unknown"),
        (f"{CODE},别家石油公司,,,", "import.name_differs"),
        ("91310000600037341X,信阳石油有限公司,,,", "import.code_unknown"),
        ("12345,信阳石油有限公司,,,", "uscc.malformed"),
    ],
)
def test_a_row_that_means_nobody_or_several_is_refused_never_guessed(
    sqlite_engine: Engine, tmp_path: Path, who: str, code: str | None
) -> None:
    town(sqlite_engine)
    row = f"信市监罚〔2026〕9号,信阳市市场监督管理局,{who},short_weight,2026-05-08,,"
    report = imported(sqlite_engine, "violations", table(tmp_path, f"{VIOLATION}\n{row}\n"))
    assert list(report.refused_by_reason) == ([code] if code else [])


def test_the_conduct_is_read_by_its_code_or_by_its_name_in_the_rulebook(
    engine: Engine, tmp_path: Path
) -> None:
    town(engine)
    conduct = next(row for row in given.rulebook().rows(Conduct) if row.code == "short_weight")
    rows = "".join(
        f"信市监罚〔2026〕{number}号,信阳市市场监督管理局,{CODE},,,,,{said},2026-05-08,,\n"
        for number, said in enumerate(["short_weight", conduct.name_zh, conduct.name_en, "偷工减料"])
    )
    report = imported(engine, "violations", table(tmp_path, f"{VIOLATION}\n{rows}"))
    assert (report.created, report.refused_by_reason) == (3, {"violation.conduct_unknown": 1})
    assert {v.conduct_code for v in all_of(engine, Violation)} == {"short_weight"}


def test_a_decision_number_twice_with_other_content_is_refused_at_its_cell(
    engine: Engine, tmp_path: Path
) -> None:
    town(engine)
    row = f"信市监罚〔2026〕1号,信阳市市场监督管理局,{CODE},,,,,short_weight,2026-05-08"
    report = imported(
        engine, "violations", table(tmp_path, f"{VIOLATION}\n{row},100,\n{row},200,\n{row},100,\n")
    )
    assert (report.created, report.unchanged) == (1, 1)
    assert [(e.number, e.column, e.refusal.code) for e in report.refused] == [
        (3, "decision_no", "violation.decision_duplicate")
    ]


def test_pledges_and_designations_are_read_with_their_chinese_headings(
    engine: Engine, tmp_path: Path
) -> None:
    ids = town(engine)
    pledges = f"信用代码,承诺事项,承诺日期,有效期至\n{CODE},加油计量,2026年5月20日,2027-05-19\n"
    units = (
        f"信用代码,级别,认定机关,认定日期,称号\n{CODE},省级,河南省市场监督管理局,2026-03,诚信计量示范单位\n"
    )
    assert imported(engine, "pledges", table(tmp_path, pledges)).created == 1
    assert imported(engine, "designations", table(tmp_path, units)).created == 1
    pledge, unit = all_of(engine, Pledge)[0], all_of(engine, DemonstrationUnit)[0]
    assert (pledge.business_id, pledge.matter, pledge.valid_through) == (
        ids["coded"],
        "fuel",
        date(2027, 5, 19),
    )
    assert (unit.business_id, unit.level, unit.designated_precision) == (ids["coded"], "province", "month")


def test_a_name_without_a_region_is_never_held_against_a_namesake_elsewhere(
    engine: Engine, tmp_path: Path
) -> None:
    given.registry(engine)
    with writing(engine) as session:
        here = given.business(given.work(session), "独此一家眼镜店")
        given.business(given.work(session), "老李水产店", region="440106")
    head = "decision_no,authority,name,conduct_code,decided_on\n"
    rows = [
        f"浉市监罚〔2026〕{number}号,{authority},{name},short_weight,2026-05-08\n"
        for number, (authority, name) in enumerate(
            (
                ("信阳市浉河区市场监督管理局", "老李水产店"),
                ("信阳市浉河区市场监督管理局", "独此一家眼镜店"),
                ("河南省市场监督管理局", "独此一家眼镜店"),
            )
        )
    ]
    report = imported(engine, "violations", table(tmp_path, head + "".join(rows)))
    assert [error.refusal.code for error in report.refused] == ["import.name_elsewhere"]
    assert [violation.business_id for violation in all_of(engine, Violation)] == [here, here]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (",,", "import.name_unplaced"),
        ("000000,,", "import.name_unplaced"),
        ("411502,,", None),
        (",甲市场,", "import.name_unknown"),
    ],
)
def test_a_name_without_a_place_means_nobody(
    sqlite_engine: Engine, tmp_path: Path, place: str, code: str | None
) -> None:
    town(sqlite_engine)
    rows = f"name,region,market,stall,matter\n独此一家眼镜店,{place},optometry\n"
    report = imported(sqlite_engine, "pledges", table(tmp_path, rows))
    assert [error.refusal.code for error in report.refused] == ([code] if code else [])


def test_a_name_is_found_in_its_market(engine: Engine, tmp_path: Path) -> None:
    ids = town(engine)
    imported(engine, "pledges", table(tmp_path, "name,market,matter\n双生超市,乙市场,fuel\n"))
    assert [row.business_id for row in all_of(engine, Pledge)] == [ids["other twin"]]


def test_the_region_of_a_violation_is_that_of_the_business_and_the_authority_says_its_own(
    engine: Engine, tmp_path: Path
) -> None:
    town(engine)
    heading = VIOLATION.replace("authority,", "authority,authority_region,")
    rows = (
        f"甲1号,信阳市监局,,{CODE},,411502,,,short_weight,2026-05-01,,\n"
        f"甲2号,信阳市监局,410000,{CODE},,411502,,,short_weight,2026-05-02,,\n"
        f"甲3号,某局,,{CODE},,411502,,,short_weight,2026-05-03,,\n"
    )
    report = imported(engine, "violations", table(tmp_path, f"{heading}\n{rows}"))
    assert report.refused == []
    regions = {row.decision_no: row.region for row in all_of(engine, PenaltyDecision)}
    assert regions == {"甲1号": "411500", "甲2号": "410000", "甲3号": "411502"}


def test_facts_read_twice_change_nothing(engine: Engine, tmp_path: Path) -> None:
    town(engine)
    files = {
        "pledges": (
            "name,region,matter,pledged_on\n独此一家眼镜店,411502,optometry,\n独此一家眼镜店,411502,other,\n"
        ),
        "designations": "name,region,level,authority\n独此一家眼镜店,411502,city,信阳市市场监督管理局\n",
        "violations": f"{VIOLATION}\n信市监罚〔2026〕1号,信阳市局,{CODE},,,,,short_weight,2026-05-08,100,\n",
    }
    first = {kind: imported(engine, kind, table(tmp_path, text)) for kind, text in files.items()}
    before = on_record(engine)
    again = {kind: imported(engine, kind, table(tmp_path, text)) for kind, text in files.items()}
    assert on_record(engine) == before
    assert [r.created for r in first.values()] == [1, 1, 1]
    assert [(r.created, r.unchanged, r.refused_by_reason) for r in again.values()] == [
        (0, 1, first[kind].refused_by_reason) for kind in files
    ]


def test_facts_of_businesses_outside_the_grants_are_refused_one_by_one(
    engine: Engine, tmp_path: Path
) -> None:
    town(engine)
    with writing(engine) as session:
        given.business(given.work(session), "外省眼镜店", region="110101")
    rows = "name,region,matter\n外省眼镜店,110101,optometry\n独此一家眼镜店,411502,optometry\n"
    report = imported(engine, "pledges", table(tmp_path, rows), account="officer")
    assert (report.created, report.refused_by_reason) == (1, {"grant.missing": 1})
