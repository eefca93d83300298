"""Worked cases of repair, one table each for conditions and for periods: read by lawyers, run by tests."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.lists.rules import last_day
from registry.repair.commands import PERIOD
from registry.repair.rules import Subject, conditions, early_end, possible_from, repairable_from, unmet
from registry.rulebook import RepairCondition
from registry.violations.rules import PenaltyFacts
from tests import given as builders
from tests.repair.leading import KINDS, NEEDS

FOLDER = Path(__file__).parent / "cases"
TOWN = builders.TOWN


def cases(name: str) -> list[Mapping[str, Any]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]  # type: ignore[no-any-return]


def subject(case: Mapping[str, Any]) -> Subject:
    restarted = case.get("restarted_on")
    return Subject(
        region=TOWN,
        begun_on=case["decided_on"],
        days={
            "decision": restarted or case["decided_on"],
            "publication": restarted or case.get("published_on"),
        },
        penalty=PenaltyFacts(kinds=frozenset(case["penalties"]), procedure=case.get("procedure")),
        severity_stated=case.get("severity"),
        field=case.get("field", "metrology"),
    )


@pytest.mark.parametrize("case", cases("penalties"), ids=lambda case: case["title"])
def test_a_penalty_record_is_repaired_by_the_law_of_its_days(case: Mapping[str, Any]) -> None:
    asked, on = subject(case), case["applied_on"]
    law = conditions(builders.rulebook(), asked, on)
    assert [row.code for row in law.rows] == case["rows"]
    early = early_end(builders.rulebook(), asked, on)
    assert repairable_from(builders.rulebook(), asked, on) == case.get("from_on")
    assert isinstance(early, date) == ("from_on" in case)
    assert (early == "never") == (case.get("unmet") == ["early"])
    found = {need: need not in case.get("lacking", ()) for need in NEEDS}
    papers = dict.fromkeys(case.get("papers", KINDS), "a document")
    lacking = [unmet(row, asked, on, found, papers) for row in law.rows]  # type: ignore[arg-type]
    fewest = min(lacking, key=len, default=None)
    if case["result"] == "grant":
        assert fewest == ()
    elif case["result"] == "unmet":
        assert fewest is not None
        assert [one.need for one in fewest] == case["unmet"]
        assert not law.open
    else:
        assert fewest != ()
        assert law.open or [one.need for one in fewest or ()] == ["figure"]


@pytest.mark.parametrize("case", cases("periods"), ids=lambda case: case["title"])
def test_an_application_is_decided_within_working_days_of_its_last_paper(case: Mapping[str, Any]) -> None:
    assert last_day(builders.rulebook(), PERIOD, TOWN, case["complete_on"], {}) == case["due_on"]


@given(
    decided_on=st.dates(date(2021, 9, 1), date(2029, 12, 31)),
    wait=st.integers(0, 1500),
    severity=st.sampled_from(["slight", "general", "serious", None]),
    penalties=st.sets(
        st.sampled_from(["warning", "fine", "larger_fine", "huge_fine", "suspension", "revocation"]),
        min_size=1,
    ),
)
def test_no_day_before_the_first_possible_one_grants_and_every_later_one_does(
    decided_on: date, wait: int, severity: str | None, penalties: set[str]
) -> None:
    stated = {"decided_on": decided_on, "published_on": decided_on, "penalties": penalties}
    asked = subject({**stated, "severity": severity})
    on = decided_on + timedelta(days=wait)
    found: dict[Any, bool] = dict.fromkeys(NEEDS, True)
    papers = dict.fromkeys(KINDS, "a document")
    rows = conditions(builders.rulebook(), asked, on).rows
    granted = any(unmet(row, asked, on, found, papers) == () for row in rows)
    possible = [day for row in rows if (day := possible_from(row, asked)) is not None]
    assert granted == (bool(possible) and on >= min(possible))


@given(
    need=st.sampled_from(NEEDS),
    row=st.sampled_from([row for row in builders.rulebook().rows(RepairCondition) if row.early]),
)
def test_each_need_that_a_row_names_stands_alone_in_the_way(need: str, row: RepairCondition) -> None:
    found: dict[Any, bool] = {one: one != need for one in NEEDS}
    asked = Subject(
        TOWN, date(2021, 1, 1), dict.fromkeys(("decision", "publication", "listing"), date(2021, 1, 1))
    )
    lacking = unmet(row, asked, date(2026, 1, 1), found, dict.fromkeys(KINDS, "a document"))
    assert (need in [one.need for one in lacking]) == (need in row.needs)
