"""Worked cases: what a lawyer can read in `worked/*.toml` is what the registry calculates.

The days in the files were counted off on the State Council's notices, the amounts by hand.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.complaints import rules as complaints
from registry.errors import RuleRefused
from registry.reports import deadlines as reports
from registry.rewards import rules as rewards
from registry.rulebook import Deadline, Rulebook
from registry.rulebook.periods import Due, Pause
from tests import given

FOLDER = Path(__file__).with_name("worked")
PARTS = {"title", "law", "facts", "result"}
DAYS_OFF_APART = ((2024, 2), (2024, 9), (2025, 1), (2025, 9), (2026, 2))


def cases() -> list[Path]:
    return sorted(FOLDER.glob("*.toml"))


def told(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def law(entered: Sequence[Mapping[str, Any]]) -> Rulebook:
    """Return the law with the figures that two officers entered."""
    rows = [
        Deadline(
            code=row["rule"],
            jurisdiction=row["jurisdiction"],
            in_force_from=row["from"],
            tag="default",
            amount=row["amount"],
            unit=row["unit"],
            counts_from="acceptance of the complaint",
            excludes=tuple(row.get("excludes", ())),
        )
        for row in entered
    ]
    return given.rulebook().with_rows(rows)


def complaint(facts: dict[str, Any]) -> Sequence[Due]:
    return complaints.dues(law(facts.pop("entered", ())), complaints.Handling(**paused(facts)), {})


def report(facts: dict[str, Any]) -> Sequence[Due]:
    return reports.dues(law(facts.pop("entered", ())), reports.Handling(**paused(facts)), {})


def claim(facts: dict[str, Any]) -> Sequence[Due]:
    region, told_on = facts["region"], facts["told_on"]
    book = given.rulebook()
    return (
        rewards.telling_period(book, region, facts["closed_on"], {}, told_on=told_on),
        rewards.claim_period(book, region, told_on, {}, claimed_on=facts.get("claimed_on")),
    )


def paused(facts: dict[str, Any]) -> dict[str, Any]:
    pauses = tuple(Pause(one["from"], one.get("until")) for one in facts.pop("testing", ()))
    return {**facts, "testing": pauses}


def calculate(facts: dict[str, Any]) -> rewards.Sheet:
    merit = rewards.Merit(**facts.pop("merit"))
    shares = tuple(facts.pop("shares_bp", (rewards.WHOLE,)))
    uplift, excluded = facts.pop("insider_bp", None), facts.pop("excluded", ())
    insider = facts.pop("insider", uplift is not None)
    result = rewards.CaseResult(**{**facts, "penalties": frozenset(facts.get("penalties", ()))})
    book = given.rulebook()
    rewards.refuse_excluded(book, result.region, result.decided_on, excluded, insider=insider)
    return rewards.calculate(book, result, merit, insider_bp=uplift, shares_bp=shares)


OWED: Mapping[str, Callable[[dict[str, Any]], Sequence[Due]]] = {
    "complaint": complaint,
    "report": report,
    "claim": claim,
}


def play(case: dict[str, Any]) -> None:
    """Compare what is calculated with what the file says, wholly."""
    result = case["result"]
    if "reward" in case:
        _reward(case["reward"], result)
        return
    (kind,) = OWED.keys() & case.keys()
    found = sorted(
        ((one.rule, one.due_on, one.standing(result["on"])) for one in OWED[kind](case[kind])),
        key=lambda one: one[0],
    )
    said = [(one["rule"], one.get("last"), one["standing"]) for one in result["dues"]]
    assert found == sorted(said, key=lambda one: one[0])


def _reward(facts: dict[str, Any], result: Mapping[str, Any]) -> None:
    if "refused" in result:
        with pytest.raises(RuleRefused) as refused:
            calculate(facts)
        assert refused.value.code == result["refused"]
        return
    sheet = calculate(facts)
    assert (sheet.level, sheet.total_fen) == (result["level"], result["total_fen"])
    assert list(sheet.shares_fen) == result.get("shares", [result["total_fen"]])
    assert list(sheet.finance_consent) == result.get("consent", [])
    assert [line.what for line in sheet.lines] == result["lines"]
    assert all(line.source for line in sheet.lines)


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_the_case_comes_out_as_its_file_says(path: Path) -> None:
    play(told(path))


def test_there_are_forty_cases_and_each_says_law_facts_and_result() -> None:
    assert len(cases()) >= 40
    for path in cases():
        case = told(path)
        assert case.keys() >= PARTS, path.name
        assert len(case.keys() - PARTS) == 1, path.name
        assert case["law"], path.name
        assert case["result"]["says"], path.name


def test_the_cases_lie_around_every_holiday_and_on_either_side_of_order_121() -> None:
    days = {day for path in cases() for day in _days(told(path))}
    assert {(day.year, day.month) for day in days} >= set(DAYS_OFF_APART)
    assert {date(2026, 4, 14), date(2026, 4, 15)} <= days


def test_a_case_that_expects_a_day_or_a_fen_more_fails() -> None:
    deadline = told(FOLDER / "accept_spring_festival_2025.toml")
    deadline["result"]["dues"][0]["last"] = date(2025, 2, 11)
    reward = told(FOLDER / "reward_level_1_rate.toml")
    reward["result"]["total_fen"] += 1
    for case in (deadline, reward):
        with pytest.raises(AssertionError):
            play(case)


def _days(value: object) -> set[date]:
    if isinstance(value, dict):
        return {day for one in value.values() for day in _days(one)}
    if isinstance(value, list):
        return {day for one in value for day in _days(one)}
    return {value} if isinstance(value, date) else set()
