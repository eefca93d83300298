"""A period ends on the day that its row says; where the figure is unknown it ends on none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from registry.calendar import add_months, is_working_day
from registry.rulebook import Deadline
from registry.rulebook.periods import Due, DueCount, Pause, due, due_counts, ends_on
from tests import given

DAYS = st.dates(date(2023, 6, 1), date(2026, 6, 30))
OVERRIDES = st.dictionaries(st.dates(date(2023, 6, 1), date(2026, 12, 31)), st.booleans(), max_size=20)
PAUSES = st.lists(st.tuples(DAYS, st.integers(0, 60)), max_size=4)


def rule(amount: int | None, unit: str = "working_day", **more: object) -> Deadline:
    return Deadline.model_validate(
        {
            "code": "test.period",
            "in_force_from": date(2020, 1, 1),
            "tag": "default" if amount else "unknown",
            "amount": amount,
            "unit": unit,
            "counts_from": "decision",
            **more,
        }
    )


def counted_days(
    opened_on: date, unit: str, calendar: Mapping[date, bool], paused: Sequence[tuple[date, int]]
) -> Iterator[date]:
    """The days that count, one after another: the second, naive reading of the same law."""
    lost = {start + timedelta(days=n + 1) for start, length in paused for n in range(length)}
    day = opened_on
    while True:
        day += timedelta(days=1)
        if day not in lost and (unit != "working_day" or is_working_day(day, calendar)):
            yield day


@drawn(DAYS, st.integers(1, 60), st.sampled_from(["working_day", "day"]), OVERRIDES, PAUSES)
def test_the_last_day_is_the_one_that_counting_days_off_one_by_one_finds(
    opened_on: date, amount: int, unit: str, calendar: dict[date, bool], paused: list[tuple[date, int]]
) -> None:
    pauses = [Pause(start, start + timedelta(days=length)) for start, length in paused]
    last_on = ends_on(rule(amount, unit), opened_on, calendar, pauses)
    days = list(islice(counted_days(opened_on, unit, calendar, paused), amount))
    assert last_on == days[-1]


@drawn(DAYS, st.integers(1, 24), PAUSES)
def test_a_period_in_months_grows_by_the_days_that_are_not_counted(
    opened_on: date, months: int, paused: list[tuple[date, int]]
) -> None:
    pauses = [Pause(start, start + timedelta(days=length)) for start, length in paused]
    whole = (add_months(opened_on, months) - opened_on).days
    days = list(islice(counted_days(opened_on, "month", {}, paused), whole))
    assert ends_on(rule(months, "month"), opened_on, {}, pauses) == days[-1]


@drawn(DAYS, st.integers(1, 60), DAYS)
def test_an_open_pause_stops_a_period_only_before_its_last_day(
    opened_on: date, amount: int, paused_on: date
) -> None:
    without = ends_on(rule(amount), opened_on, {})
    assert without is not None
    last_on = ends_on(rule(amount), opened_on, {}, [Pause(paused_on)])
    assert last_on == (without if paused_on >= without else None)


def test_time_is_left_out_only_where_the_row_says_so() -> None:
    pause = [Pause(date(2026, 1, 5), date(2026, 1, 16))]
    book = given.rulebook()
    with_it = due(book, "complaint.mediate", "411502", date(2026, 1, 4), {}, pauses=pause)
    without = due(book, "complaint.accept", "411502", date(2026, 1, 4), {}, pauses=pause)
    assert with_it.due_on == date(2026, 3, 25)
    assert without.due_on == date(2026, 1, 13)


def test_an_unknown_figure_is_neither_met_nor_missed_until_somebody_enters_it() -> None:
    opened_on = date(2026, 4, 15)
    waiting = due(given.rulebook(), "complaint.accept", "411502", opened_on, {}, met_on=date(2027, 1, 1))
    assert waiting.due_on is None
    assert waiting.standing(date(2030, 1, 1)) == "unknown"
    assert "第121号" in waiting.source
    entered = given.rulebook().with_rows(
        [rule(10, code="complaint.accept", in_force_from=date(2026, 4, 15), jurisdiction="41")]
    )
    assert due(entered, "complaint.accept", "411502", opened_on, {}).due_on == date(2026, 4, 29)
    assert due(entered, "complaint.accept", "110101", opened_on, {}).due_on is None


@pytest.mark.parametrize(
    ("met_on", "on", "standing"),
    [
        pytest.param(None, date(2026, 1, 13), "open", id="the last day is still in time"),
        pytest.param(None, date(2026, 1, 14), "missed", id="the day after is too late"),
        pytest.param(date(2026, 1, 13), date(2027, 1, 1), "met", id="met on the last day stays met"),
        pytest.param(date(2026, 1, 14), date(2027, 1, 1), "missed", id="met too late stays missed"),
    ],
)
def test_a_period_stands_by_the_day_on_which_it_was_met(met_on: date | None, on: date, standing: str) -> None:
    found = due(given.rulebook(), "complaint.accept", "411502", date(2026, 1, 4), {}, met_on=met_on)
    assert found.due_on == date(2026, 1, 13)
    assert found.standing(on) == standing


def test_last_days_are_counted_where_they_fall_once_they_have_come() -> None:
    book = given.rulebook()

    def one(opened_on: date, met_on: date | None) -> Due:
        return due(book, "complaint.accept", "411502", opened_on, {}, met_on=met_on)

    owed = [
        ("HN", [one(date(2026, 1, 4), None), one(date(2026, 1, 4), date(2026, 1, 6))]),
        ("HN", [one(date(2026, 1, 29), date(2026, 2, 27)), one(date(2026, 4, 20), None)]),
        ("AH", [one(date(2026, 1, 4), date(2026, 1, 5))]),
    ]
    assert due_counts(owed, date(2026, 2, 6)) == (
        DueCount("AH", "2026-01", 1, 0),
        DueCount("HN", "2026-01", 2, 1),
    )
    assert due_counts(owed, date(2026, 3, 1))[-1] == DueCount("HN", "2026-02", 1, 1)
