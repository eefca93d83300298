"""A reward is what its sheet adds up to, to the fen, and never rests on an unknown figure."""

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from registry.errors import RuleRefused
from registry.reports.claims import OF_OTHERS
from registry.rewards.rules import (
    WHOLE,
    CaseResult,
    Exclusion,
    Merit,
    Sheet,
    calculate,
    claim_period,
    level_of,
    refuse_excluded,
    telling_period,
)
from registry.rulebook import PenaltyKind, RewardRule
from tests import given

BOOK = given.rulebook()
HENAN, LIAONING, ZHEJIANG = "411502", "210102", "330102"
DAY = date(2025, 6, 3)
YUAN = 100
FIRST = Merit("details", "direct", "fully", grave=True)
SECOND = Merit("details", "direct", "fully")
THIRD = Merit("basic", "some", "basically")


def closed(
    region: str = HENAN,
    fine_yuan: int = 0,
    *,
    penalties: frozenset[PenaltyKind] = frozenset(),
    crime: bool = True,
    confiscated_fen: int = 0,
) -> CaseResult:
    return CaseResult(region, DAY, "organisation", penalties, fine_yuan * YUAN, confiscated_fen, crime)


def naive(base: int, rate: int, least: int, factor: int, shares: list[int]) -> tuple[int, list[int]]:
    """The same law once more, with fractions: rate, floor, uplift, cap, shares; each result in whole fen."""
    reward = max(floor(Fraction(base) * Fraction(rate, 100)), least)
    reward = min(floor(reward * Fraction(factor, 10_000)), 1_000_000 * YUAN)
    return reward, [floor(reward * Fraction(share, 10_000)) for share in shares]


@st.composite
def splits(draw: st.DrawFn) -> list[int]:
    cuts = sorted(draw(st.sets(st.integers(1, WHOLE - 1), max_size=4)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, WHOLE], strict=True)]


@drawn(
    st.integers(0, 10**12),
    st.integers(0, 10**10),
    st.sampled_from([(FIRST, 5, 5000), (SECOND, 3, 3000), (THIRD, 1, 1000)]),
    st.one_of(st.none(), st.integers(WHOLE + 1, 2 * WHOLE)),
    splits(),
)
def test_the_reward_is_the_one_that_fractions_find(
    fine: int, confiscated: int, level: tuple[Merit, int, int], factor: int | None, shares: list[int]
) -> None:
    merit, percent, least_yuan = level
    case = CaseResult(ZHEJIANG, DAY, "organisation", frozenset(), fine, confiscated, crime=True)
    sheet = calculate(BOOK, case, merit, insider_bp=factor, shares_bp=shares)
    total, each = naive(fine + confiscated, percent, least_yuan * YUAN, factor or WHOLE, shares)
    assert (sheet.total_fen, list(sheet.shares_fen)) == (total, each)
    assert ("amount" in sheet.finance_consent) == (total >= 500_000 * YUAN)
    assert ("insider" in sheet.finance_consent) == (factor is not None)
    kept = sum(line.amount_fen for line in sheet.lines if line.what in ("share", "dropped"))
    assert kept == (0 if len(shares) == 1 else total)


@drawn(st.integers(0, 10**12), st.integers(0, 10**6))
def test_a_larger_fine_never_makes_a_smaller_reward(fine: int, more: int) -> None:
    def reward(fen: int) -> int:
        case = CaseResult(HENAN, DAY, "organisation", frozenset(), fen, 0, crime=True)
        return calculate(BOOK, case, SECOND).total_fen

    assert reward(fine) <= reward(fine + more)


def test_every_line_quotes_its_rule() -> None:
    sheet = calculate(
        BOOK, closed(ZHEJIANG, 40_000_000), FIRST, insider_bp=15_000, shares_bp=(3333, 3333, 3334)
    )
    assert [line.what for line in sheet.lines] == [
        "major",
        "base",
        "rate",
        "insider",
        "cap",
        "finance",
        "share",
        "share",
        "share",
    ]
    assert all(line.rule in {row.code for row in _rules()} and line.source for line in sheet.lines)
    assert "国市监稽规〔2021〕4号" in sheet.lines[2].source


def test_every_line_about_others_who_reported_the_same_bears_a_rule_that_no_reporter_is_told() -> None:
    sheet = calculate(BOOK, closed(ZHEJIANG, 100), FIRST, shares_bp=(3333, 3333, 3334))
    of_others = {line.rule for line in sheet.lines if line.what in ("share", "dropped")}
    assert of_others == OF_OTHERS
    assert not OF_OTHERS & {line.rule for line in sheet.lines if line.what not in ("share", "dropped")}


def test_more_evidence_than_a_level_asks_for_is_enough_and_less_is_not() -> None:
    assert level_of(BOOK, HENAN, DAY, FIRST).rank == 1
    assert level_of(BOOK, HENAN, DAY, SECOND).rank == 2
    assert level_of(BOOK, HENAN, DAY, Merit("facts", "some", "fully", grave=True)).rank == 3
    for short in (Merit("facts", "none", "fully"), Merit("details", "direct", "none")):
        with pytest.raises(RuleRefused) as refused:
            level_of(BOOK, HENAN, DAY, short)
        assert refused.value.code == "reward.no_level"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        pytest.param(closed(fine_yuan=10**6, crime=False), "reward.figure_unknown", id="Henan set no amount"),
        pytest.param(closed(ZHEJIANG, 99_999, crime=False), "reward.not_major", id="a yuan too little"),
        pytest.param(closed(LIAONING, 99_999, crime=False), "reward.not_major", id="for an organisation"),
        pytest.param(
            CaseResult(HENAN, date(2021, 11, 30), "person", crime=True),
            "reward.no_rule",
            id="before the rule",
        ),
    ],
)
def test_what_is_not_major_or_not_known_to_be_is_not_rewarded(case: CaseResult, code: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        calculate(BOOK, case, SECOND)
    assert refused.value.code == code


def test_a_fine_is_larger_by_the_amount_of_the_province() -> None:
    assert _first(closed(ZHEJIANG, 100_000, crime=False)) == "larger"
    assert _first(closed(ZHEJIANG, 60_000, crime=False, confiscated_fen=40_000 * YUAN)) == "larger"
    person = CaseResult(LIAONING, DAY, "person", fine_fen=10_000 * YUAN)
    assert _first(person) == "larger"
    assert _first(closed(HENAN, 1, crime=False, penalties=frozenset(["revocation"]))) == "major"


@pytest.mark.parametrize(
    ("region", "factor", "code"),
    [
        pytest.param(HENAN, 15_000, "reward.no_uplift", id="a province without the rule"),
        pytest.param(ZHEJIANG, 20_001, "reward.uplift", id="more than double"),
        pytest.param(ZHEJIANG, 10_000, "reward.uplift", id="no uplift at all"),
    ],
)
def test_an_insider_gets_more_only_where_and_as_far_as_the_province_says(
    region: str, factor: int, code: str
) -> None:
    with pytest.raises(RuleRefused) as refused:
        calculate(BOOK, closed(region, 10**6), SECOND, insider_bp=factor)
    assert refused.value.code == code


@pytest.mark.parametrize("shares", [(), (5000,), (10_001,), (10_000, 0), (11_000, -1000)])
def test_shares_are_positive_and_together_the_whole(shares: tuple[int, ...]) -> None:
    with pytest.raises(RuleRefused) as refused:
        calculate(BOOK, closed(fine_yuan=10**6), SECOND, shares_bp=shares)
    assert refused.value.code == "reward.shares"


@pytest.mark.parametrize("ground", ["official", "duty_holder", "infringed_party", "paid_by_competitor"])
def test_whom_the_rule_excludes_gets_nothing_insider_or_not(ground: Exclusion) -> None:
    for insider in (False, True):
        with pytest.raises(RuleRefused) as refused:
            refuse_excluded(BOOK, HENAN, DAY, [ground], insider=insider)
        assert refused.value.code == "reward.excluded"


def test_an_insider_is_no_offender_in_the_sense_of_the_rule() -> None:
    refuse_excluded(BOOK, HENAN, DAY, ["offender"], insider=True)
    with pytest.raises(RuleRefused):
        refuse_excluded(BOOK, HENAN, DAY, ["offender"], insider=False)


def test_a_reward_is_told_in_fifteen_and_claimed_in_thirty_working_days() -> None:
    told = telling_period(BOOK, HENAN, date(2025, 9, 22), {}, told_on=None)
    assert told.due_on == date(2025, 10, 17)
    claim = claim_period(BOOK, HENAN, date(2025, 9, 22), {}, claimed_on=None)
    assert claim.due_on == date(2025, 11, 7)
    assert claim.standing(date(2025, 11, 8)) == "missed"


def _rules() -> tuple[RewardRule, ...]:
    return BOOK.rows(RewardRule)


def _first(case: CaseResult) -> str:
    sheet: Sheet = calculate(BOOK, case, SECOND)
    return sheet.lines[0].what
