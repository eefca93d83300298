"""The rulebook at the command line: checked, compared, and what new rules would change."""

import json
from pathlib import Path

from tests.jobs.test_command_line import Run, founded, merchants, refused_in_words, run

__all__ = ["founded", "merchants", "run"]  # fixtures


def test_the_rulebook_is_checked(run: Run) -> None:
    ended = run("rulebook", "check")
    assert ended.code == 0
    assert "remarks" in ended.out
    assert run("rulebook", "check", "--strict").code == 1


def test_two_laws_are_compared_in_words_and_in_json(run: Run) -> None:
    ended = run("rulebook", "diff", "--to-region", "410000")
    assert ended.code == 0
    assert "罚款上限：1,000.00 元 → 500.00 元" in ended.out
    english = run(
        "rulebook", "diff", "--from-day", "2026-04-14", "--to-day", "2026-04-15", "--language", "en"
    )
    assert "Amount: 7 working days → not known" in english.out
    told = json.loads(run("rulebook", "diff", "--to-region", "410000", "--json").out)
    (change,) = [one for one in told["differences"] if one["code"] == "M43"]
    assert (change["kind"], change["from_on"], change["jurisdiction"]) == ("changed", "2016-03-29", "41")
    assert run("rulebook", "diff", "--to-region", "999999").code == 2


def test_the_law_in_force_has_the_overrides_of_offices(founded: Run) -> None:
    row = {"code": "hearing.request", "in_force_from": "2026-01-01", "tag": "default", "amount": 9}
    row |= {"unit": "working_day", "counts_from": "service of the notice"}
    proposed = founded("rulebook", "propose", "deadlines", json.dumps(row), "--reason", "试", "--as", "wang")
    assert proposed.code == 0, proposed.err
    who = (
        "account",
        "add",
        "zhao",
        "赵某",
        "--office",
        "SAMR",
        "--grant",
        "approver:000000",
        "--as",
        "admin",
    )
    assert founded(*who).code == 0
    assert founded("rulebook", "approve", proposed.out.strip(), "--as", "zhao").code == 0
    days = ("--from-day", "2025-12-31", "--to-day", "2026-01-01")
    assert "→ 9 个工作日" not in founded("rulebook", "diff", *days).out
    assert "→ 9 个工作日" in founded("rulebook", "diff", *days, "--in-force").out


def test_the_impact_of_new_rules_is_told_with_every_business_and_entry(
    founded: Run, merchants: Path, tmp_path: Path
) -> None:
    assert founded("import", "businesses", str(merchants), "--as", "wang").code == 0
    rules = tmp_path / "new.toml"
    rules.write_text(
        """
[[grade_bands]]
code = "A"
scheme = "default"
in_force_from = 1986-07-01
tag = "default"
grade = "A"
from_points = 10100
""",
        encoding="utf-8",
    )
    words = founded("rulebook", "impact", str(rules), "--as", "wang")
    assert words.code == 0, words.err
    assert "起始分：90 分 → 101 分" in words.out
    assert "A → B：2 家" in words.out
    assert "浉河区李记水产店（河南省信阳市浉河区）：A → B，100 → 100 分" in words.out
    told = json.loads(founded("rulebook", "impact", str(rules), "--as", "wang", "--json").out)
    assert (told["businesses"], told["points_changed"], told["grades_changed"]) == (2, 0, 2)
    assert told["entries"] == []
    row = '{"code": "x", "in_force_from": "2026-01-01", "tag": "default", "value": "1"}'
    asked = ("rulebook", "impact", "--override", "choices", row)
    assert json.loads(founded(*asked, "--as", "wang", "--json").out)["grades_changed"] == 0
    assert founded(*asked, "--as", "admin").code == 2
    assert refused_in_words(founded(*asked, "--as", "wang", "--on", "2020-01-01"))
    assert founded("rulebook", "impact", "--as", "wang").code == 2
