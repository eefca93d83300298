"""Grades and how often they are inspected."""

from registry.scoring.grades import Band, bands_of, sampling_bp
from registry.scoring.rules import rules_in
from tests import given
from tests.scoring.rulebooks import band, national_and, scheme


def bands(*rows: object, higher_is_better: bool = True) -> list[tuple[str, int, int]]:
    """Return the bands that rows of a place give, in order of merit."""
    rulebook = national_and([scheme("4115", higher_is_better=higher_is_better), *rows])  # type: ignore[list-item]
    rules = rules_in(rulebook, "4115", given.TODAY)
    assert rules is not None
    found: list[Band] = sorted(bands_of(rules), key=lambda one: one.merit_from)
    return [(one.grade, max(one.merit_from, -1_000_000), min(one.merit_to, 1_000_000)) for one in found]


def test_bands_meet_without_gap_and_the_lowest_has_no_end() -> None:
    rows = (band("4115", "A", 9_000), band("4115", "D", 100))
    assert bands(*rows) == [("D", -1_000_000, 8_999), ("A", 9_000, 1_000_000)]


def test_where_more_is_worse_the_merit_of_a_grade_is_its_points_turned_round() -> None:
    rows = (band("4115", "A", 0), band("4115", "D", 4_000))
    assert bands(*rows, higher_is_better=False) == [("D", -1_000_000, -4_000), ("A", -3_999, 1_000_000)]


def test_one_unknown_threshold_leaves_every_grade_unset() -> None:
    assert bands(band("4115", "A", 9_000), band("4115", "D", None, tag="unknown")) == []


def test_the_share_drawn_for_inspection_is_the_rulebooks_or_unset() -> None:
    rulebook = given.rulebook()
    drawn = {grade: sampling_bp(rulebook, given.TOWN, given.TODAY, grade) for grade in "ABCDE"}
    assert drawn == {"A": 300, "B": 1_000, "C": 5_000, "D": 10_000, "E": None}
    local = national_and([scheme("4115")])
    assert sampling_bp(local, given.TOWN, given.TODAY, "A") is None, "a local scheme inherits nothing"
