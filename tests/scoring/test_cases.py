"""The worked cases of `cases/*.toml`: each names a sentence of law, its facts, its sum and its grade."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from registry.rulebook import Rulebook
from tests import given
from tests.scoring import oracle
from tests.scoring.oracle import Fact
from tests.scoring.rulebooks import account, row

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))


def rulebook_of(content: dict[str, Any], case: dict[str, Any]) -> Rulebook:
    """Return the package's rulebook with the sets of rows that a case lays over it."""
    laid = []
    for name in case.get("with", ()):
        for table, rows in content["rows"][name].items():
            for stated in rows:
                fields = {key: None if value == "none" else value for key, value in stated.items()}
                laid.append(row(table, fields.pop("code"), fields.pop("jurisdiction"), **fields))
    return given.rulebook().with_rows(laid)


def shown(points: int | None, sign: str = "") -> str:
    """Return hundredths with two decimals, `?` for what is unknown; `sign` `+` shows it always."""
    if points is None:
        return "?"
    mark = "-" if points < 0 else sign
    return f"{mark}{abs(points) // 100}.{abs(points) % 100:02}"


def every_case() -> list[Any]:
    """Return content and case of every file, under its name and the sentence that the case holds."""
    found = []
    for path in FILES:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [pytest.param(content, case, id=f"{path.stem}: {case['law']}") for case in content["case"]]
    return found


@pytest.mark.parametrize(("content", "case"), every_case())
def test_the_case_holds(content: dict[str, Any], case: dict[str, Any]) -> None:
    facts = [
        Fact(stated["kind"], stated["from"], stated.get("to"), stated.get("quantity", 1))
        for stated in case["facts"]
    ]
    rulebook, on = rulebook_of(content, case), case["on"]
    region = case.get("region", content.get("region", "411502"))
    told = account(rulebook, region, facts, on)
    lines = [
        f"{line.kind} {shown(line.points, '+')}" + (f" {line.direct_grade}" if line.direct_grade else "")
        for line in told.contributions
    ]
    lines += [f"{line.level} {line.code} {shown(line.points, '+')}" for line in told.adjustments]
    assert lines == case["lines"]
    assert shown(told.points) == case["points"]
    assert (told.grade or told.ungraded_because) == case["grade"]
    if "missing" in case:
        assert [f"{one.what} {one.code}" for one in told.missing] == case["missing"]
    assert oracle.score(rulebook, region, facts, on) == oracle.Verdict(told.points, told.grade)
