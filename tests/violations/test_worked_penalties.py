"""Worked penalties: what a lawyer can read in `worked/*.toml` is what the registry holds a fine against.

One file a table: the nation's and each province's. Amounts in yuan, read off the texts by hand; where
`outside` is true the desk asks that the amount is looked at again. A range by gains that are not stated
is written as `"gains"`, by goods likewise `"goods"`, one without a figure as `"unknown"`.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.rulebook import Allowed, PenaltyRange, allowed
from registry.violations.effects import Law, Weighed, fine_outside, unusual_fine
from registry.violations.identity import DecisionSaid
from registry.violations.rules import violation_types_for
from tests import given

FOLDER = Path(__file__).with_name("worked")
TABLES = {"nation": "", "zhejiang": "33", "shandong": "37", "henan": "41"}
FEN = 100


def cases() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, case)
        for name in TABLES
        for case in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["cases"]
    ]


def fen(yuan: float | None) -> int | None:
    return None if yuan is None else round(yuan * FEN)


def said(case: dict[str, Any]) -> DecisionSaid:
    return DecisionSaid(
        business_id="b",
        decision_no=None,
        authority="某局",
        region=case["region"],
        decided_on=case["decided_on"],
        decided_precision="day",
        procedure="unknown",
        penalties=(),
        fine_fen=fen(case.get("fine")),
        confiscated_fen=fen(case.get("gains")),
        basis=None,
        summary=None,
        severity_stated=None,
        published_on=None,
    )


def ranges(case: dict[str, Any]) -> Sequence[Allowed]:
    where, on = case["region"], case["decided_on"]
    if "violation" in case:
        return allowed(given.rulebook(), {case["violation"]}, where, on)
    return allowed(
        given.rulebook(), violation_types_for(case["conduct"], given.rulebook(), where, on), where, on
    )


def written(one: Allowed, case: dict[str, Any]) -> list[Any]:
    bounds = one.bounds_fen(case.get("quantity", 1), fen(case.get("gains")), fen(case.get("goods")))
    if bounds is not None:
        return [one.range.code, *(amount / FEN for amount in bounds)]
    return [
        one.range.code,
        "goods" if one.range.goods_max_bp else "gains" if one.range.gains_max_bp else "unknown",
    ]


def play(case: dict[str, Any]) -> None:
    found = ranges(case)
    assert [written(one, case) for one in found] == case["allowed"]
    for code, parts in case.get("tiers", {}).items():
        (one,) = [one for one in found if one.range.code == code]
        assert [[t.tier.name_zh, t.least_fen / FEN, t.most_fen / FEN] for t in one.tiers] == parts
    if "outside" in case:
        law, quantity = Law(given.rulebook(), given.TODAY), case.get("quantity", 1)
        weighed = Weighed(quantity, fen(case.get("gains")), fen(case.get("goods")))
        outside = fine_outside(law, said(case), weighed, case["conduct"])
        assert (outside is not None) == case["outside"]
        mosts = [amounts[-1] for amounts in case["allowed"]]
        above = bool(mosts) and all(not isinstance(most, str) and case["fine"] > most for most in mosts)
        assert (unusual_fine(law, said(case), quantity, case["conduct"]) is not None) == above


@pytest.mark.parametrize(
    ("table", "case"), [pytest.param(*one, id=f"{one[0]}-{one[1]['title']}") for one in cases()]
)
def test_the_case_comes_out_as_its_file_says(table: str, case: dict[str, Any]) -> None:
    assert case["region"].startswith(TABLES[table])
    assert case["law"]
    assert ("conduct" in case) != ("violation" in case)
    play(case)


def test_each_table_has_eight_cases_and_each_range_of_a_province_is_worked() -> None:
    told = cases()
    worked = {(TABLES[table], amounts[0]) for table, case in told for amounts in case["allowed"]}
    assert all(sum(name == table for name, _ in told) >= 8 for table in TABLES)
    rows = [row for row in given.rulebook().rows(PenaltyRange) if row.jurisdiction]
    assert {row.jurisdiction for row in rows} == set(TABLES.values()) - {""}
    assert {(row.jurisdiction, row.code) for row in rows} <= worked


def test_a_case_that_expects_a_fen_more_or_the_other_answer_fails() -> None:
    _, case = next(one for one in cases() if one[1].get("outside"))
    for spoilt in ({**case, "outside": False}, {**case, "allowed": [[*case["allowed"][0][:2], 1.01]]}):
        with pytest.raises(AssertionError):
            play(spoilt)


def test_a_day_before_a_law_its_range_does_not_hold() -> None:
    held = {
        on: [one.range.code for one in allowed(given.rulebook(), {"M48"}, "330106", on)]
        for on in (date(2013, 12, 31), date(2014, 1, 1))
    }
    assert held == {date(2013, 12, 31): ["M48"], date(2014, 1, 1): ["M48", "M48.device"]}
