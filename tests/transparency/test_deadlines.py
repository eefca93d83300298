"""Missed deadlines of complaints and reports show by office and month, and few reports of a month do not."""

from datetime import date

import pytest
from sqlalchemy import Engine

from registry.complaints.commands import escalate_overdue
from registry.overrides.commands import SetWorkingDay, set_working_day
from registry.rulebook.periods import DueCount
from registry.store.engine import reading, writing
from registry.transparency.answers import OfficeMonth
from registry.transparency.commands import count_reports
from registry.transparency.queries import not_withdrawn, report
from tests import given
from tests.complaints.driving import at, complain, step

MONDAY = date(2025, 3, 3)
TODAY = date(2025, 6, 30)


@pytest.fixture
def founded(engine: Engine) -> Engine:
    """A registry with its people."""
    given.registry(engine)
    return engine


def counted(engine: Engine, first: date, last: date) -> dict[tuple[str, str], OfficeMonth]:
    with reading(engine) as session:
        found = report(session, not_withdrawn(session, given.rulebook()), TODAY, from_on=first, to_on=last)
    return {(item.month, item.office_code): item for item in found.items}


def test_what_an_office_owed_in_complaints_is_counted_where_its_last_day_lies(founded: Engine) -> None:
    late, kept = complain(founded, MONDAY), complain(founded, MONDAY)
    step(founded, MONDAY, kept, "accept")
    step(founded, MONDAY, kept, "tell")
    there = step(founded, date(2025, 3, 13), late, "dispute", note="管辖")
    assert there == late
    found = counted(founded, date(2025, 1, 1), date(2025, 12, 31))
    march, may = found["2025-03", "AMR-411502"], found["2025-05", "AMR-411502"]
    assert (march.complaints_due, march.complaints_missed) == (3, 2), "one told in time; the dispute is open"
    assert (may.complaints_due, may.complaints_missed) == (1, 1), "mediation since March"
    assert set(counted(founded, date(2025, 4, 1), date(2025, 4, 30))) == set()


def test_a_last_day_that_the_calendar_moves_is_counted_where_it_lies_after_the_night(founded: Engine) -> None:
    complain(founded, date(2025, 3, 21))  # seven working days: until 1 April
    months = (date(2025, 3, 1), date(2025, 4, 30))
    assert {month for month, _ in counted(founded, *months)} == {"2025-04"}
    with writing(founded) as session:
        by = given.work(session, "national", at(date(2025, 3, 22)))
        set_working_day(by, SetWorkingDay(day_on=date(2025, 3, 22), working=True, reason="调休"))
        set_working_day(by, SetWorkingDay(day_on=date(2025, 3, 23), working=True, reason="调休"))
    assert {month for month, _ in counted(founded, *months)} == {"2025-04"}
    with writing(founded) as session:
        escalate_overdue(given.work(session, "national", at(date(2025, 3, 24))))
    assert {month for month, _ in counted(founded, *months)} == {"2025-03"}


def test_sums_of_reports_stand_beside_and_small_ones_are_left_out(founded: Engine) -> None:
    found = (
        DueCount("AMR-411502", "2025-03", 5, 2),
        DueCount("AMR-411502", "2025-04", 4, 4),
        DueCount("AMR-4115", "2025-03", 40, 0),
    )
    for _ in range(2):  # written anew each night, never twice
        with writing(founded) as session:
            assert count_reports(given.work(session, "national", at(TODAY)), found) == 2
    shown = counted(founded, date(2025, 1, 1), date(2025, 12, 31))
    assert {key: (item.reports_due, item.reports_missed) for key, item in shown.items()} == {
        ("2025-03", "AMR-411502"): (5, 2),
        ("2025-03", "AMR-4115"): (40, 0),
    }
    assert not counted(founded, date(2025, 3, 2), date(2025, 3, 31)), "a month is told wholly or not at all"
