"""When a period ends and whether it was missed, and the row of the rulebook that says so (pure).

The law of the day on which a period begins governs it: no transitional rule was found. Where that law's
figure is unknown, or no row is in force, the period has no last day: it is neither met nor missed, and
waits for an office to enter the figure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from registry.calendar import add_months, is_working_day
from registry.rulebook.book import Rulebook
from registry.rulebook.law_rows import Deadline
from registry.rulebook.model import Row

Standing = Literal["open", "met", "missed", "paused", "unknown"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that is not counted: from the day after it began through the day on which it ended.

    Attributes:
        until_on: None: it still runs.
    """

    from_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether a day is not counted."""
        return self.from_on < day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Due:
    """A period that somebody has to keep.

    Attributes:
        rule: Code of its row.
        opened_on: Day of the event that began it, itself not counted.
        due_on: Inclusive last day; None: the figure is unknown, or a pause still runs.
        met_on: Day on which it was met; None: not yet.
        row: What it rests on; None: no such row was in force.
        paused: True where a pause still runs before its last day.
    """

    rule: str
    opened_on: date
    due_on: date | None
    met_on: date | None
    row: Deadline | None
    paused: bool = False

    @property
    def source(self) -> str:
        """Return instrument and article of the row, or the tag that it has instead."""
        return "[unknown]" if self.row is None else quoted(self.row)

    def standing(self, on: date) -> Standing:
        """Return how it stands on a day; met too late is missed, and stays so."""
        if self.due_on is None:
            return "paused" if self.paused else "unknown"
        if (self.met_on or on) > self.due_on:
            return "missed"
        return "open" if self.met_on is None else "met"


def due(
    rulebook: Rulebook,
    rule: str,
    region: str,
    opened_on: date,
    calendar: Mapping[date, bool],
    *,
    met_on: date | None = None,
    pauses: Sequence[Pause] = (),
) -> Due:
    """Return a period that began on a day.

    Args:
        rulebook: The law.
        rule: Code of the period.
        region: GB/T 2260 of the office that has to keep it.
        opened_on: Day of the event, not counted.
        calendar: Days that an office set against the installed calendar.
        met_on: Day on which it was met.
        pauses: Time not counted, where the row excludes it.
    """
    row = rulebook.in_force(Deadline, region, opened_on).get(rule)
    if row is None or row.amount is None:
        return Due(rule, opened_on, None, met_on, row)
    not_counted = _ended(pauses, met_on) if row.excludes else ()
    last_on = ends_on(row, opened_on, calendar, not_counted)
    return Due(rule, opened_on, last_on, met_on, row, paused=last_on is None)


def ends_on(
    deadline: Deadline, opened_on: date, calendar: Mapping[date, bool], pauses: Sequence[Pause] = ()
) -> date | None:
    """Return the inclusive last day of a period; None: its length is not known, or a pause still runs."""
    if deadline.amount is None:
        return None
    left = deadline.amount
    if deadline.unit == "month":
        left = (add_months(opened_on, deadline.amount) - opened_on).days
    day = opened_on
    while left:
        day += _DAY
        if any(pause.until_on is None and pause.covers(day) for pause in pauses):
            return None
        works = deadline.unit != "working_day" or is_working_day(day, calendar)
        left -= works and not any(pause.covers(day) for pause in pauses)
    return day


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many last days an office had in a month, and how many of them it missed.

    Attributes:
        month: Of the last days, e.g. `2026-11`.
    """

    office_code: str
    month: str
    due: int
    missed: int


def due_counts(owed: Iterable[tuple[str, Sequence[Due]]], on: date) -> tuple[DueCount, ...]:
    """Count last days that have come, by office and month; a period without a last day counts nowhere.

    Args:
        owed: Code of an office, and what it owes in one case.
        on: Legal day; a last day that lies ahead is not counted yet.
    """
    came: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    for office, dues_of_case in owed:
        for one in dues_of_case:
            if one.due_on is not None and one.due_on <= on:
                key = (office, f"{one.due_on:%Y-%m}")
                came[key] += 1
                missed[key] += one.standing(on) == "missed"
    return tuple(
        DueCount(office, month, number, missed[office, month])
        for (office, month), number in sorted(came.items())
    )


def _ended(pauses: Sequence[Pause], met_on: date | None) -> Sequence[Pause]:
    """Return pauses that run no longer than the period that they belong to."""
    return [pause if pause.until_on else Pause(pause.from_on, met_on) for pause in pauses]


def quoted(row: Row) -> str:
    """Return the instrument and article of a rule, or the tag that says it has none."""
    if row.source is None:
        return f"[{row.tag}]"
    return " ".join(part for part in (row.source.instrument, row.source.article) if part)
