"""However many places a list has entries in, its page offers few of them, and leads to every one."""

from collections import Counter

import pytest

from public_site.narrowing import AT_ONCE, Narrowing, narrowed, spread
from public_site.texts import words
from registry.publication.counts import Entries
from registry.regions import ancestors, prefix, region

BOARD = "metrology_board"
CODES = (f"{number:06d}" for number in range(110_000, 660_000))
COUNTIES = tuple(code for code in CODES if region(code) is not None and not code.endswith("00"))[::3]


def entries(places: tuple[str, ...]) -> Entries:
    """Return two entries in each place."""
    return Counter({(BOARD, "board", place, "market_stall"): 2 for place in places})


def offered(everywhere: Entries, asked: str) -> dict[str, int]:
    """Return which regions can be chosen on a page, with their counts."""
    found = narrowed(everywhere, [BOARD], Narrowing.of(asked, ""), words("zh"))
    return {code: number for code, _, number in found.regions}


def test_every_county_is_reached_by_choices_whose_counts_are_exact() -> None:
    assert len(COUNTIES) > 20 * AT_ONCE
    everywhere = entries(COUNTIES)
    within = Counter(code for place in COUNTIES for code in ancestors(place) for _ in range(2))
    reached, ahead = set[str](), [""]
    while ahead:
        asked = ahead.pop()
        choices = offered(everywhere, asked)
        assert len(choices) <= AT_ONCE
        for code, number in choices.items():
            assert number == within[prefix(code)]
            if code not in reached and code.endswith("00"):
                ahead.append(code)
            reached.add(code)
    assert set(COUNTIES) <= reached


@pytest.mark.parametrize("asked", ["", "41", "4115", "50"])
def test_the_spread_over_very_many_places_is_that_over_the_regions_just_below(asked: str) -> None:
    within = [place for place in COUNTIES if place.startswith(asked)]
    rows = spread(entries(COUNTIES), BOARD, "region", words("zh"), asked)
    assert len(rows) <= AT_ONCE
    assert sum(number for _, _, number in rows) == 2 * len(within)
    assert all(code.startswith(asked) for code, _, _ in rows)


def test_few_places_are_all_offered_at_once() -> None:
    few = COUNTIES[: AT_ONCE // 4]
    assert set(few) <= offered(entries(few), "").keys()
    assert {code for code, _, _ in spread(entries(few), BOARD, "region", words("zh"))} == set(few)
