"""Worked cases: what a lawyer can read in `worked/*.toml` is what the registry does, on both databases."""

import tomllib
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.lists.playing import FOLDER, play, worked_cases

SAID = {"title", "law", "facts", "acts", "result"}


@pytest.mark.parametrize("path", worked_cases(), ids=lambda path: path.stem)
def test_the_case_goes_as_its_file_says(path: Path, engine: Engine, data_dir: Path) -> None:
    play(path, engine, data_dir)


def test_there_are_forty_cases_and_each_says_law_facts_and_result() -> None:
    paths = worked_cases()
    assert len(paths) >= 40
    for path in paths:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(told) == SAID, path.name
        assert told["law"], path.name
        assert told["result"]["says"], path.name
        assert any("refused" in act or "expect" in act for act in told["acts"]) or "stands" in told["result"]


def test_a_case_that_expects_something_else_fails(sqlite_engine: Engine, data_dir: Path) -> None:
    wrong = data_dir / "wrong.toml"
    told = (FOLDER / "deadline_spring_festival_2024.toml").read_text(encoding="utf-8")
    wrong.write_text(told.replace("deadline = 2024-02-21", "deadline = 2024-02-22"), encoding="utf-8")
    with pytest.raises(AssertionError, match="2024"):
        play(wrong, sqlite_engine, data_dir)
