"""The worked cases of `cases/*.toml`: each names a sentence of law, its facts, its sum and its grade."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.rulebook import Rulebook
from tests import given
from tests.scoring import oracle
from tests.scoring.oracle import Fact
from tests.scoring.rulebooks import account, row

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))


def rulebook_of(content: dict[str, Any]) -> Rulebook:
    """Return the package's rulebook with the rows that a file lays over it."""
    laid = []
    for table, rows in content.get("rows", {}).items():
        for stated in rows:
            fields = {name: None if value == "none" else value for name, value in stated.items()}
            laid.append(row(table, fields.pop("code"), fields.pop("jurisdiction"), **fields))
    return given.rulebook().with_rows(laid)


def shown(points: int, sign: str = "") -> str:
    """Return hundredths with two decimals; `sign` `+` shows it always."""
    mark = "-" if points < 0 else sign
    return f"{mark}{abs(points) // 100}.{abs(points) % 100:02}"


def every_case() -> list[Any]:
    """Return rulebook and case of every file, under the sentence that the case holds."""
    found = []
    for path in FILES:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        rulebook = rulebook_of(content)
        found += [pytest.param(rulebook, case, id=case["law"]) for case in content["case"]]
    return found


@pytest.mark.parametrize(("rulebook", "case"), every_case())
def test_the_case_holds(rulebook: Rulebook, case: dict[str, Any]) -> None:
    facts = [
        Fact(stated["kind"], stated["from"], stated.get("to"), stated.get("quantity", 1))
        for stated in case["facts"]
    ]
    on: date = case["on"]
    region = case.get("region", "411502")
    told = account(rulebook, region, facts, on)
    lines = [
        f"{line.kind} {shown(line.points, '+')}" + (f" {line.direct_grade}" if line.direct_grade else "")
        for line in told.contributions
    ]
    lines += [f"{line.level} {line.code} {shown(line.points, '+')}" for line in told.adjustments]
    assert lines == case["lines"]
    assert shown(told.points) == case["points"]
    assert (told.grade or told.ungraded_because) == case["grade"]
    assert oracle.score(rulebook, region, facts, on) == oracle.Verdict(told.points, told.grade)
