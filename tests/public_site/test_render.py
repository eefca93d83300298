"""How values are written."""

from datetime import UTC, date, datetime

import pytest

from public_site.render import Written, link
from public_site.texts import words

ZH = Written(words("zh"))
EN = Written(words("en"))


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "0.00 元"),
        (5, "0.05 元"),
        (200_000, "2,000.00 元"),
        (123_456_789_01, "123,456,789.01 元"),
        (-150, "-1.50 元"),
    ],
)
def test_money_is_written_to_the_fen(fen: int, written: str) -> None:
    assert ZH.money(fen) == written


@pytest.mark.parametrize(
    ("on", "precision", "written"),
    [
        (date(2023, 8, 24), "day", "2023年8月24日"),
        (date(2023, 8, 1), "month", "2023年8月"),
        (date(2014, 1, 1), "year", "2014年"),
        (None, "unknown", "日期不详"),
    ],
)
def test_a_day_is_written_as_precisely_as_it_is_known(on: date | None, precision: str, written: str) -> None:
    assert ZH.day(on, precision) == written


def test_the_last_day_is_the_one_before_it_is_hidden() -> None:
    assert ZH.last_day(date(2026, 3, 1)) == "2026年2月28日"


def test_an_instant_is_written_as_the_clock_shows_it_in_shanghai() -> None:
    assert ZH.moment(datetime(2026, 11, 20, 16, 5, tzinfo=UTC)) == "2026年11月21日 00:05（北京时间）"


@pytest.mark.parametrize(
    ("schedule", "zh", "en"),
    [
        ("daily", "每天", "daily"),
        ("weekly:7", "每周日", "every Sunday"),
        ("monthly:5", "每月 5 日", "monthly, on day 5"),
    ],
)
def test_a_schedule_is_written_in_words(schedule: str, zh: str, en: str) -> None:
    assert (ZH.schedule(schedule), EN.schedule(schedule)) == (zh, en)


def test_a_link_carries_only_what_was_asked_and_carries_it_safely() -> None:
    assert link("/search") == "/search"
    assert link("/search", q="a&b=c 店", region="", cursor=None) == "/search?q=a%26b%3Dc+%E5%BA%97"
