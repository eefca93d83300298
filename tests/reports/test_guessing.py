"""Guessing return codes is hopeless: five checks a second from everybody together, of 22 random digits."""

import asyncio
import selectors
from typing import Any

import pytest

from api.intake.turns import LANES, Crowded, Lane, Turns
from registry.reports.codes import RANDOM_DIGITS
from registry.reports.policy import CHECKS_A_SECOND, MOST_WAITING

LIVE = 10**5
YEAR = 365.25 * 24 * 3600  # seconds
MOST_HITS = 2e-9
ASKED = 150
AT_A_CHECK = 0.01  # seconds that one takes, less than the pause between two


class Clock(selectors.DefaultSelector):
    """Waits for nothing: the time of what is waited for has come at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


def taken_turns(turns: Turns) -> list[float]:
    """Let many ask for a check at once, in both lanes, again and again; return when each had its turn."""
    clock = Clock()
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now  # type: ignore[method-assign]
    taken: list[float] = []

    async def ask(lane: Lane) -> None:
        try:
            async with turns.turn(lane):
                taken.append(loop.time())
                await asyncio.sleep(AT_A_CHECK)
        except Crowded:
            return

    async def flood() -> None:
        for _ in range(2):
            await asyncio.gather(*(ask(lane) for lane in LANES for _ in range(ASKED)))

    loop.run_until_complete(flood())
    loop.close()
    return taken


def most_in_a_second(taken: list[float]) -> int:
    """Return how many had their turn within some second, its end not counted."""
    return max(sum(begin <= at < begin + 1 - 1e-9 for at in taken) for begin in taken)


def test_no_second_sees_more_than_five_checks_however_many_ask() -> None:
    taken = taken_turns(Turns())
    assert len(taken) >= 2 * len(LANES) * MOST_WAITING  # whoever else asked was told so at once
    assert most_in_a_second(taken) == CHECKS_A_SECOND == 5
    assert taken[-1] - taken[0] >= (len(taken) - 1) / CHECKS_A_SECOND - 1e-6


def test_a_build_whose_lanes_do_not_wait_for_each_other_is_seen() -> None:
    apart = Turns(2 * CHECKS_A_SECOND)  # as fast as two lanes that each take five
    assert most_in_a_second(taken_turns(apart)) > CHECKS_A_SECOND


@pytest.mark.parametrize(("digits", "hopeless"), [(RANDOM_DIGITS, True), (16, False)])
def test_a_year_of_guesses_finds_one_of_a_hundred_thousand_codes_with_two_chances_in_a_thousand_million(
    digits: int, hopeless: bool
) -> None:
    hits = CHECKS_A_SECOND * YEAR * LIVE / 10**digits
    assert (hits <= MOST_HITS) is hopeless
