"""Periods of law end on the day that a lawyer would count to."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.calendar import add_months, add_working_days, is_announced, is_working_day, legal_day

KNOWN = holidays.country_holidays("CN", years=range(2007, 2029))
days = st.dates(date(2008, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), date(2026, 3, 31), id="last-second"),
        pytest.param(datetime(2026, 3, 31, 16, 0, tzinfo=UTC), date(2026, 4, 1), id="midnight-in-shanghai"),
        # Shanghai kept summer time in 1986-1991: midnight came an hour earlier
        pytest.param(datetime(1990, 6, 30, 15, 0, tzinfo=UTC), date(1990, 7, 1), id="summer-time"),
    ],
)
def test_a_legal_day_begins_at_midnight_in_shanghai(instant: datetime, day: date) -> None:
    assert legal_day(instant) == day


def test_an_instant_without_a_zone_has_no_legal_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        legal_day(datetime(2026, 3, 31, 16, 0))  # noqa: DTZ001  # the naive instant is the case


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        pytest.param(date(2024, 5, 8), 12, date(2025, 5, 8), id="same-number"),
        pytest.param(date(2025, 1, 31), 1, date(2025, 2, 28), id="short-month"),
        pytest.param(date(2024, 1, 31), 1, date(2024, 2, 29), id="leap-year"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="leap-day"),
        pytest.param(date(2025, 11, 30), 3, date(2026, 2, 28), id="over-the-year"),
        pytest.param(date(2025, 12, 31), 36, date(2028, 12, 31), id="three-years"),
        pytest.param(date(2025, 12, 31), 0, date(2025, 12, 31), id="no-month"),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(day: date, months: int, last: date) -> None:
    assert add_months(day, months) == last


@given(days, st.integers(0, 120))
def test_months_keep_the_number_of_the_day_or_end_the_month(day: date, months: int) -> None:
    last = add_months(day, months)
    assert (last.year - day.year) * 12 + last.month - day.month == months
    assert last.day == day.day or (last.day < day.day and (last + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2025, 1, 26), True, id="make-up-sunday-before-spring-festival-2025"),
        pytest.param(date(2025, 1, 28), False, id="new-years-eve-2025"),
        pytest.param(date(2025, 2, 4), False, id="last-day-of-spring-festival-2025"),
        pytest.param(date(2025, 2, 8), True, id="make-up-saturday-after-spring-festival-2025"),
        pytest.param(date(2025, 9, 28), True, id="make-up-sunday-before-national-day-2025"),
        pytest.param(date(2025, 10, 8), False, id="last-day-of-national-day-2025"),
        pytest.param(date(2025, 10, 11), True, id="make-up-saturday-after-national-day-2025"),
        pytest.param(date(2026, 2, 14), True, id="make-up-saturday-before-spring-festival-2026"),
        pytest.param(date(2026, 2, 23), False, id="last-day-of-spring-festival-2026"),
        pytest.param(date(2026, 2, 28), True, id="make-up-saturday-after-spring-festival-2026"),
        pytest.param(date(2026, 9, 20), True, id="make-up-sunday-before-national-day-2026"),
        pytest.param(date(2026, 10, 10), True, id="make-up-saturday-after-national-day-2026"),
        pytest.param(date(2026, 11, 21), False, id="ordinary-saturday"),
        pytest.param(date(2026, 11, 23), True, id="ordinary-monday"),
    ],
)
def test_holidays_do_not_count_and_make_up_days_do(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@given(days)
def test_working_days_are_those_of_the_installed_calendar(day: date) -> None:
    assert is_working_day(day) == KNOWN.is_working_day(day)


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        pytest.param(date(2026, 11, 20), 1, date(2026, 11, 23), id="friday-then-monday"),
        pytest.param(date(2026, 11, 20), 5, date(2026, 11, 27), id="a-week"),
        # 23 (Thursday), 24 (Friday), 26 (make-up Sunday), 27 (Monday), then the festival, 5 February
        pytest.param(date(2025, 1, 22), 5, date(2025, 2, 5), id="across-spring-festival"),
        pytest.param(date(2025, 9, 30), 3, date(2025, 10, 11), id="across-national-day"),
        pytest.param(date(2026, 11, 21), 1, date(2026, 11, 23), id="event-on-a-saturday"),
    ],
)
def test_the_day_of_the_event_is_not_counted(day: date, count: int, last: date) -> None:
    assert add_working_days(day, count) == last


def test_an_office_can_set_a_day_against_the_calendar() -> None:
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert add_working_days(friday, 1, {monday: False}) == date(2026, 11, 24)
    assert add_working_days(friday, 1, {date(2026, 11, 21): True}) == date(2026, 11, 21)


@given(days, st.integers(1, 60), st.dictionaries(days, st.booleans(), max_size=20))
def test_a_period_holds_as_many_working_days_as_it_says(
    day: date, count: int, overrides: dict[date, bool]
) -> None:
    last = add_working_days(day, count, overrides)
    inside = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(is_working_day(one, overrides) for one in inside) == count
    assert is_working_day(last, overrides)


def test_no_period_of_working_days_is_empty() -> None:
    with pytest.raises(ValueError, match="at least one"):
        add_working_days(date(2026, 11, 20), 0)


def test_a_year_whose_notice_is_not_installed_says_so() -> None:
    assert is_announced(2026)
    assert not is_announced(2040)
