"""Legal days: what day it is in China, when a period ends, and dates known only in part.

A period in days counts working days and begins on the first working day after the event. A period
in months ends on the day with the same number, or on the last day of the month if it has none.
Lengths of periods are rulebook data and never stand here.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from holidays import country_holidays

from registry.errors import Malformed

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5
_NO_OVERRIDES: Mapping[date, bool] = MappingProxyType({})


def legal_day(instant: datetime) -> date:
    """Return the legal day on which an instant falls in Asia/Shanghai.

    Args:
        instant: Aware; a naive one has no legal day.

    Raises:
        ValueError: The instant names no time zone; that is a mistake of the program, not an input.
    """
    if instant.tzinfo is None:
        raise ValueError("a legal day needs an instant with a time zone")
    return instant.astimezone(SHANGHAI).date()


def day_begins(day: date) -> datetime:
    """Return the instant at which a legal day begins in Asia/Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def add_months(day: date, months: int) -> date:
    """Return the last day of a period of months that an event on `day` opened.

    The starting day is not counted; the period ends on the day with the same number, or on the
    last day of the month if that month has none. The result is inclusive.

    Args:
        day: Day of the event.
        months: At least zero.

    Source: Civil Code (民法典), arts. 201-202.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_working_day(day: date, overrides: Mapping[date, bool] = _NO_OVERRIDES) -> bool:
    """Say whether offices work on a day: weekends and holidays do not, make-up days do.

    Args:
        day: Legal day.
        overrides: Days that an office set against the installed calendar; True works.

    Source: yearly holiday notices of the State Council, as installed; see `is_announced`.
    """
    if day in overrides:
        return overrides[day]
    off, made_up = _year(day.year)
    return day in made_up if day.weekday() >= _SATURDAY else day not in off


def is_announced(year: int) -> bool:
    """Say whether the installed calendar holds the make-up days of a year.

    Where it does not, periods that run through that year's holidays are provisional until an
    office enters the notice of the State Council as overrides.
    """
    return any(day.year == year for day in _year(year)[1])


def add_working_days(day: date, days: int, overrides: Mapping[date, bool] = _NO_OVERRIDES) -> date:
    """Return the last day of a period of working days that an event on `day` opened.

    The day of the event is not counted; the first working day after it is day one. The result is
    inclusive.

    Args:
        day: Day of the event.
        days: At least one.
        overrides: As for `is_working_day`.

    Raises:
        ValueError: `days` is below one; the rulebook holds no such period.
    """
    if days < 1:
        raise ValueError("a period of working days has at least one")
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, overrides)
    return day


@cache
def _year(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return the days off and the make-up working days of a year.

    Frozen per year because the library's own calendar grows while it is read, and threads read it.
    """
    known = country_holidays("CN", years=year)
    return frozenset(known), frozenset(known.weekend_workdays)


class Precision(StrEnum):
    """How much of a date a source states."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


_PARTIAL = re.compile(
    r"(\d{4})(?:年|[-/.](?=\d)|$)(?:(\d{1,2})(?:月|[-/.](?=\d)|$)(?:(\d{1,2})日?)?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date with its precision: what a source says of a day, and no more.

    Attributes:
        value: The day; the first day of the month or year where only that is known; None: unknown.
    """

    value: date | None
    precision: Precision

    @classmethod
    def parse(cls, text: str | None, field: str = "date") -> Self:
        """Read `2024-05-08`, `2024-05`, `2024`, the same with / or . or 年月日, or nothing.

        Raises:
            Malformed: `date.malformed`: neither of these, or no day of the calendar.
        """
        plain = (text or "").strip()
        if not plain:
            return cls(None, Precision.UNKNOWN)
        if (match := _PARTIAL.fullmatch(plain)) is None:
            raise Malformed("date.malformed", field=field, value=text)
        year, month, day = match.groups()
        try:
            value = date(int(year), int(month or 1), int(day or 1))
        except ValueError as impossible:
            raise Malformed("date.malformed", field=field, value=text) from impossible
        return cls(value, Precision.DAY if day else Precision.MONTH if month else Precision.YEAR)

    def __post_init__(self) -> None:
        """Hold that a date is unknown exactly when it has no value."""
        if (self.value is None) != (self.precision is Precision.UNKNOWN):
            raise ValueError("a partial date has a value unless it is unknown")

    def isoformat(self) -> str | None:
        """Return just what is known: `2024-05-08`, `2024-05`, `2024` or None."""
        if self.value is None:
            return None
        known = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}
        return self.value.isoformat()[: known[self.precision]]

    def exact(self) -> date | None:
        """Return the day if it is known to the day; periods of law count from nothing less."""
        return self.value if self.precision is Precision.DAY else None

    def earliest(self) -> date | None:
        """Return the first day that it can be; None: unknown."""
        if self.value is None or self.precision is Precision.DAY:
            return self.value
        return self.value.replace(day=1, month=1 if self.precision is Precision.YEAR else self.value.month)

    def latest(self) -> date | None:
        """Return the last day that it can be; None: unknown."""
        if self.value is None or self.precision is Precision.DAY:
            return self.value
        month = 12 if self.precision is Precision.YEAR else self.value.month
        return date(self.value.year, month, calendar.monthrange(self.value.year, month)[1])
