"""A local range stays within the wider one whose place it takes, or names an act of its own."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from registry.rulebook import PenaltyRange, load_rulebook, parse_row, problems
from registry.rulebook.check import Placed, faults
from tests.rulebook.test_load import add, folder, refused

__all__ = ["folder"]

NATION = {"fine_max_fen": 100_000}
ROW = """
[[penalty_ranges]]
code = "M48"
jurisdiction = "42"
in_force_from = 2026-01-01
tag = "default"
violation_type = "M48"
unit = "instrument"
fine_max_fen = {most}
confiscation = true
"""


def made(jurisdiction: str = "", **figures: Any) -> PenaltyRange:
    return PenaltyRange.model_validate(
        {
            "code": "M43",
            "jurisdiction": jurisdiction,
            "in_force_from": "2020-01-01",
            "tag": "default",
            "violation_type": "M43",
            "unit": "case",
            "confiscation": False,
            **figures,
        },
        strict=False,
    )


@pytest.mark.parametrize(
    ("wider", "local", "field"),
    [
        pytest.param(NATION, {"fine_max_fen": 100_000}, None, id="the same"),
        pytest.param(NATION, {"fine_min_fen": 1, "fine_max_fen": 99_999}, None, id="narrower"),
        pytest.param(NATION, {"fine_max_fen": 100_001}, "fine_max_fen", id="a fen more"),
        pytest.param(
            {"fine_min_fen": 50, "fine_max_fen": 99},
            {"fine_min_fen": 49, "fine_max_fen": 99},
            "fine_min_fen",
            id="a fen less",
        ),
        pytest.param(
            {"fine_min_fen": 50, "fine_max_fen": 99}, {"fine_max_fen": 99}, "fine_min_fen", id="no least"
        ),
        pytest.param(NATION, {"gains_max_bp": 1}, "gains_max_bp", id="by gains"),
        pytest.param({"gains_max_bp": 100}, {"gains_max_bp": 101}, "gains_max_bp", id="more of the gains"),
        pytest.param(NATION, {"tag": "unknown"}, None, id="unknown"),
        pytest.param({"tag": "unknown"}, {"fine_max_fen": 10**9}, None, id="nothing to stay within"),
    ],
)
def test_a_local_range_is_held_against_the_wider_one(
    wider: dict[str, Any], local: dict[str, Any], field: str | None
) -> None:
    rows = [made(**wider), made("33", **local)]
    told = [
        fault.field for fault in faults(Placed("x", row) for row in rows) if fault.field != "violation_type"
    ]
    assert told == ([field] if field else [])


def test_only_the_own_place_and_the_own_days_are_compared() -> None:
    rows = [
        made("33", fine_max_fen=1_000),
        made("37", fine_max_fen=2_000),
        made("3301", fine_max_fen=3_000, in_force_from="2010-01-01", in_force_to="2020-01-01"),
    ]
    assert not [
        fault for fault in faults(Placed("x", row) for row in rows) if fault.field != "violation_type"
    ]


def test_a_rulebook_with_a_local_range_beyond_the_nations_is_refused_whole(folder: Path) -> None:
    add(folder, "penalty_ranges", ROW.format(most=200_000))
    load_rulebook(folder)
    path = folder / "penalty_ranges.toml"
    path.write_text(path.read_text(encoding="utf-8").removesuffix(ROW.format(most=200_000)), encoding="utf-8")
    add(folder, "penalty_ranges", ROW.format(most=200_001))
    (fault,) = refused(folder)
    assert "fine_max_fen: leaves the range of the nation for M48 from 2018-03-19" in fault


def test_a_row_beside_the_wider_one_names_its_act() -> None:
    with pytest.raises(ValidationError, match="names its act"):
        made("33", code="M43.other", fine_max_fen=1)
    with pytest.raises(ValidationError, match="given together"):
        made("33", code="M43.other", fine_max_fen=1, name_zh="某行为")


def test_a_row_with_amount_and_gains_says_how_they_stand_together() -> None:
    with pytest.raises(ValidationError, match="said where, and only where"):
        made(fine_max_fen=1, gains_max_bp=1)
    with pytest.raises(ValidationError, match="said where, and only where"):
        made(fine_max_fen=1, gains="capped")
    with pytest.raises(ValidationError, match="only where the amount caps"):
        made(fine_max_fen=1, gains_max_bp=1, gains="instead", without_gains_max_fen=1)
    with pytest.raises(ValidationError, match="a row of its own"):
        made(fine_max_fen=1, goods_max_bp=1)


def test_a_local_fine_by_the_goods_is_held_against_the_wider_one() -> None:
    assert made("33", goods_max_bp=20_000).exceeds(made(goods_max_bp=10_000)) == "goods_max_bp"
    assert made("33", goods_max_bp=10_000).exceeds(made(goods_max_bp=10_000)) is None
    assert made("33", goods_max_bp=1).exceeds(made(**NATION)) == "goods_max_bp"


def test_an_officer_is_told_of_every_local_range_that_goes_beyond_the_wider_ones() -> None:
    told = {(one.jurisdiction, one.code) for one in problems(load_rulebook()) if one.kind == "beyond"}
    assert {("33", "M48.device"), ("37", "M51.certificate"), ("41", "C02.deviation")} <= told
    assert not told & {("37", "M48.device"), ("37", "K01.check_scale"), ("33", "K03"), ("41", "M43")}


def test_an_override_cannot_lift_a_local_range_above_the_nations() -> None:
    row = parse_row(
        "penalty_ranges",
        {
            "code": "M43",
            "jurisdiction": "4101",
            "in_force_from": "2026-01-01",
            "tag": "default",
            "violation_type": "M43",
            "unit": "instrument",
            "fine_min_fen": 20_000,
            "fine_max_fen": 60_000,
            "confiscation": True,
        },
    )
    book = load_rulebook().with_rows([row])
    found = faults(Placed(one.code, one) for one in book.rows(PenaltyRange))
    assert ("fine_max_fen", "M43") in {(fault.field, fault.place) for fault in found}
