"""What is about one thing counts once, however many people say it, and nobody is looked at."""

from dataclasses import fields
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given as drawn
from hypothesis import strategies as st

from registry.complaints.clusters import Clue, clusters
from registry.complaints.figures import shown_counts

DAY = date(2026, 3, 2)
MAYBE = st.sampled_from([None, "甲", "乙 ", "乙"])


@st.composite
def clues(draw: st.DrawFn) -> list[Clue]:
    number = draw(st.integers(0, 12))
    return [
        Clue(
            f"{n:02}",
            draw(MAYBE),
            draw(MAYBE),
            draw(MAYBE),
            draw(st.sampled_from(["fuel", "other"])),
            DAY + timedelta(days=draw(st.integers(0, 15))),
        )
        for n in range(number)
    ]


def about(clue: Clue) -> tuple[str, str, str] | None:
    for sort in ("instrument", "business", "place"):
        if getattr(clue, sort):
            return (sort, getattr(clue, sort).strip(), clue.matter)
    return None


def naive(given: list[Clue], apart: int) -> set[frozenset[str]]:
    """The same by joining every pair that belongs together until nothing changes."""
    groups = {frozenset({clue.id}) for clue in given}
    for one, other in combinations(given, 2):
        near = abs((one.on - other.on).days) <= apart
        if near and about(one) is not None and about(one) == about(other):
            joined = [group for group in groups if one.id in group or other.id in group]
            groups = (groups - set(joined)) | {frozenset().union(*joined)}
    return groups


@drawn(clues(), st.integers(0, 4))
def test_clusters_are_those_that_joining_every_pair_finds(given: list[Clue], apart: int) -> None:
    assert {frozenset(group) for group in clusters(given, apart)} == naive(given, apart)


@drawn(clues(), st.integers(0, 4), st.randoms(use_true_random=False))
def test_the_order_in_which_they_came_means_nothing(given: list[Clue], apart: int, random: object) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert clusters(shuffled, apart) == clusters(given, apart)


def test_a_clue_has_no_place_for_a_person() -> None:
    assert {field.name for field in fields(Clue)} == {"id", "business", "instrument", "place", "matter", "on"}


def test_what_names_nothing_stands_alone() -> None:
    nothing = [Clue(str(n), None, None, None, "other", DAY) for n in range(3)]
    assert clusters(nothing, 3) == [("0",), ("1",), ("2",)]


@drawn(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30)), st.integers(0, 20))
def test_a_small_count_is_never_shown_nor_to_be_had_by_subtraction(
    counts: dict[str, int], least: int
) -> None:
    shown = shown_counts(counts, least)
    hidden = [name for name, number in shown.items() if number is None]
    assert all(number is None or number >= least for number in shown.values())
    assert all(shown[name] in (None, counts[name]) for name in counts)
    assert len(hidden) != 1 or len(counts) == 1


def test_where_the_threshold_is_unknown_nothing_is_shown() -> None:
    assert shown_counts({"41": 900, "37": 800}, None) == {"41": None, "37": None}
