"""What follows from a decision depends on nothing but what the law looks at."""

from datetime import date

from hypothesis import given as drawn
from hypothesis import strategies as st

from registry.rulebook import Rulebook, Severity, parse_row
from registry.violations.effects import Law, unusual_fine
from registry.violations.identity import DecisionSaid, decision_number
from tests import given


def _said(fine_fen: int | None, region: str = "411502", decided_on: date = date(2026, 6, 1)) -> DecisionSaid:
    return DecisionSaid(
        business_id="b",
        decision_no="甲〔2026〕1号",
        authority="某局",
        region=region,
        decided_on=decided_on,
        decided_precision="day",
        procedure="unknown",
        penalties=(),
        fine_fen=fine_fen,
        confiscated_fen=None,
        basis=None,
        summary=None,
        severity_stated=None,
        published_on=None,
    )


def _province(fine_from_fen: int | None, fine_below_fen: int | None, severity: str) -> Severity:
    row = parse_row(
        "severities",
        {
            "code": f"province.{severity}",
            "jurisdiction": "41",
            "in_force_from": "2026-04-01",
            "source": {"instrument": "河南省裁量基准", "article": "第一条"},
            "kinds": ["fine"],
            "severity": severity,
            "fine_from_fen": fine_from_fen,
            "fine_below_fen": fine_below_fen,
        },
    )
    assert isinstance(row, Severity)
    return row


def _with_amounts() -> Rulebook:
    return given.rulebook().with_rows(
        [_province(None, 5_000_000, "general"), _province(5_000_000, None, "serious")]
    )


RULEBOOK = _with_amounts()
REMEMBERING = Law(RULEBOOK, given.TODAY)


@drawn(
    fine=st.none()
    | st.integers(min_value=0, max_value=10_000_000)
    | st.sampled_from([0, 1, 299_999, 300_000, 300_001, 4_999_999, 5_000_000, 5_000_001]),
    region=st.sampled_from(["411502", "110101"]),
    decided_on=st.sampled_from([date(2020, 1, 1), date(2023, 1, 1), date(2026, 1, 1), date(2026, 6, 1)]),
)
def test_an_answer_given_before_is_the_answer_that_would_be_given_now(
    fine: int | None, region: str, decided_on: date
) -> None:
    said = _said(fine, region, decided_on)
    fresh = Law(RULEBOOK, given.TODAY)._work_out("cheating_instrument_used", said)
    assert REMEMBERING.effects("cheating_instrument_used", said) == fresh


def test_a_fine_at_the_amount_of_a_province_is_of_the_graver_class_and_below_it_of_the_lesser() -> None:
    classes = [
        REMEMBERING.effects("cheating_instrument_used", _said(fine)).severity
        for fine in (4_999_999, 5_000_000)
    ]
    assert classes == ["general", "serious"]


def test_a_fine_is_unusual_only_above_the_highest_that_any_of_its_laws_allows() -> None:
    overdue = [
        unusual_fine(REMEMBERING, _said(fine, "110101"), 1, "instrument_overdue") is not None
        for fine in (None, 0, 100_000, 100_001)
    ]
    assert overdue == [False, False, False, True]
    assert unusual_fine(REMEMBERING, _said(50_001), 1, "instrument_overdue") is not None
    assert unusual_fine(REMEMBERING, _said(49_999_999), 1, "cheating_instrument_used") is None
    assert unusual_fine(REMEMBERING, _said(10**12), 1, "other") is None


def test_only_brackets_around_a_year_are_the_year_of_a_number() -> None:
    for written in ("甲监罚(2026)1号", "甲监罚[2026]1号", "甲监罚【2026】1号", "甲监罚（２０２６）1 号"):
        assert decision_number(written) == "甲监罚〔2026〕1号"
    assert decision_number("甲监罚〔2026〕1号(二)") == "甲监罚〔2026〕1号(二)"
