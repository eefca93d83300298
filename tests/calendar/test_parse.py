"""A date keeps what its source says and claims no more."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.calendar import PartialDate, Precision
from registry.errors import Malformed


@pytest.mark.parametrize(
    ("text", "shown", "earliest", "latest"),
    [
        pytest.param("2024-05-08", "2024-05-08", date(2024, 5, 8), date(2024, 5, 8), id="day"),
        pytest.param("2024-02", "2024-02", date(2024, 2, 1), date(2024, 2, 29), id="month"),
        pytest.param("2024", "2024", date(2024, 1, 1), date(2024, 12, 31), id="year"),
        pytest.param("2024年5月8日", "2024-05-08", date(2024, 5, 8), date(2024, 5, 8), id="chinese-day"),
        pytest.param("2024年5月", "2024-05", date(2024, 5, 1), date(2024, 5, 31), id="chinese-month"),
        pytest.param("2024年", "2024", date(2024, 1, 1), date(2024, 12, 31), id="chinese-year"),
        pytest.param("2024/5/8", "2024-05-08", date(2024, 5, 8), date(2024, 5, 8), id="slashes"),
        pytest.param(" 2024.5.8 ", "2024-05-08", date(2024, 5, 8), date(2024, 5, 8), id="dots-and-spaces"),
        pytest.param(None, None, None, None, id="nothing"),
        pytest.param("", None, None, None, id="empty"),
    ],
)
def test_a_date_shows_just_what_is_known(
    text: str | None, shown: str | None, earliest: date | None, latest: date | None
) -> None:
    known = PartialDate.parse(text)
    assert (known.isoformat(), known.earliest(), known.latest()) == (shown, earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "2024-13",
        "2024-02-30",
        "2023-02-29",
        "24-05-08",
        "2024-",
        "2024-5-",
        "2024-W01-1",
        "20240508",
        "５月",
        "0000",
    ],
)
def test_what_is_no_day_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        PartialDate.parse(text, field="decided_on")
    assert (refused.value.code, refused.value.field) == ("date.malformed", "decided_on")


def test_only_a_full_day_can_start_a_period() -> None:
    assert PartialDate.parse("2024-05-08").exact() == date(2024, 5, 8)
    assert PartialDate.parse("2024-05").exact() is None
    assert PartialDate.parse(None).exact() is None


def test_a_date_without_a_value_is_unknown_and_the_reverse() -> None:
    with pytest.raises(ValueError, match="unknown"):
        PartialDate(None, Precision.DAY)
    with pytest.raises(ValueError, match="unknown"):
        PartialDate(date(2024, 5, 8), Precision.UNKNOWN)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from([10, 7, 4]))
def test_what_a_date_shows_is_read_back_as_the_same_date(day: date, length: int) -> None:
    known = PartialDate.parse(day.isoformat()[:length])
    assert PartialDate.parse(known.isoformat()) == known
    earliest, latest = known.earliest(), known.latest()
    assert earliest is not None
    assert latest is not None
    assert earliest <= day <= latest
