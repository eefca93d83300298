"""What the offices did is counted by who did it and when; a missed deadline shows, and nobody's name does."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.errors import Malformed
from registry.offices.commands import rename_office
from registry.publication.withdrawal import withdraw_fallen
from registry.store.engine import reading, writing
from registry.transparency.answers import Figures, OfficeMonth
from registry.transparency.dataset import COLUMNS, as_csv
from registry.transparency.queries import not_withdrawn, report
from tests import given
from tests.lists.cases import BLACK, Case, begun
from tests.lists.test_black import annul
from tests.repair import leading

BEFORE_NATIONAL_DAY = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)  # a Monday
TOWN_OFFICE = "AMR-411502"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    """A founded registry."""
    return begun(engine, data_dir)


def _counted(case: Case, **asked: Any) -> dict[tuple[str, str], OfficeMonth]:
    """Return the report of the last twelve months, as known at the case's instant."""
    with reading(case.engine) as session:
        fallen = not_withdrawn(session, case.rulebook or given.rulebook())
        found = report(session, fallen, case.now.date(), **asked)
    return {(item.month, item.office_code): item for item in found.items}


def _totals(case: Case, **asked: Any) -> dict[str, int]:
    total = sum((Figures(**_figures(item)) for item in _counted(case, **asked).values()), Figures())
    return {name: number for name, number in _figures(total).items() if number}


def _figures(item: Figures) -> dict[str, int]:
    return {name: getattr(item, name) for name in Figures.model_fields}


def test_each_act_is_counted_once_in_its_month_at_its_office(case: Case) -> None:
    entry_id = case.blacklisted()  # opened in November, listed in December
    counted = _counted(case)
    assert counted["2026-11", TOWN_OFFICE].cases_opened == 1
    assert counted["2026-12", TOWN_OFFICE].listed_black == 1
    assert {office for _, office in counted} == {TOWN_OFFICE}
    case.redlisted()
    business_id = case.business("另一家水产店")
    dropped = case.propose(business_id, case.violation(business_id, decision_no="另号"))
    case.step(dropped, "drop", 1)
    case.withdrawn(entry_id)
    assert _totals(case) | {"deadlines_due": 0} == {
        "cases_opened": 3,
        "cases_dropped": 1,
        "listed_red": 1,
        "listed_black": 1,
        "withdrawn_corrected": 1,
        "deadlines_due": 0,
    }


def _record(case: Case) -> str:
    return case.violation(case.business(), decided_on="2026-06-01")


def test_a_deadline_runs_over_the_holidays_and_is_missed_from_the_day_after_its_last(case: Case) -> None:
    case.now = BEFORE_NATIONAL_DAY
    repair_id = leading.apply(case, _record(case), "violation").id
    # seven working days: two before the first of October, then 8, 9, the made-up Saturday, 12 and 13
    last_day = date(2026, 10, 13)
    assert leading.repair_of(case, repair_id).decide_by_on == last_day
    for day, due, missed in ((12, 0, 0), (13, 1, 0), (14, 1, 1)):
        case.now = datetime(2026, 10, day, 2, 0, tzinfo=UTC)
        totals = _totals(case)
        assert (totals.get("deadlines_due", 0), totals.get("deadlines_missed", 0)) == (due, missed), day
    assert repair_id is not None
    lacking = leading.NEEDS[:1]
    leading.decide(case, repair_id, grant=False, lacking=lacking)
    case.now += timedelta(days=90)
    late = _counted(case)["2026-10", TOWN_OFFICE]
    assert (late.repairs_refused, late.deadlines_due, late.deadlines_missed) == (1, 1, 1)


def test_a_deadline_met_on_its_last_day_is_not_missed(case: Case) -> None:
    case.now = BEFORE_NATIONAL_DAY
    repair_id = leading.apply(case, _record(case), "violation").id
    assert repair_id is not None
    case.now = datetime(2026, 10, 13, 15, 0, tzinfo=UTC)  # eleven at night
    leading.decide(case, repair_id, grant=False, lacking=leading.NEEDS[:1])
    case.now += timedelta(days=30)
    assert _totals(case)["deadlines_due"] == 1
    assert "deadlines_missed" not in _totals(case)


def test_a_case_of_listing_that_nobody_decides_in_time_is_a_missed_deadline(case: Case) -> None:
    business_id = case.business()
    case.propose(business_id, case.violation(business_id))
    case.now += timedelta(days=60)
    assert "deadlines_missed" not in _totals(case)
    case.now += timedelta(days=60)
    (missed,) = [item for item in _counted(case).values() if item.deadlines_missed]
    assert (missed.office_code, missed.cases_opened) == (TOWN_OFFICE, 0)


def test_an_entry_put_back_after_a_false_repair_is_no_second_listing(case: Case) -> None:
    case.rulebook = leading.known_terms()
    entry_id = case.blacklisted()
    case.now += timedelta(days=400)
    repair_id = leading.granted(case, entry_id)
    whole = {"from_on": date(2026, 1, 1), "to_on": date(2028, 12, 31)}
    assert _totals(case, **whole)["withdrawn_repaired"] == 1
    case.now += timedelta(days=5)
    leading.revoke(case, repair_id)
    totals = _totals(case, **whole)
    assert (totals["listed_black"], totals["repairs_granted"], totals["repairs_revoked"]) == (1, 1, 1)


def test_objections_are_counted_as_they_are_decided(case: Case) -> None:
    entry_id = case.blacklisted()
    objection_id = leading.object_to(case, entry_id).id
    assert objection_id is not None
    leading.answer(case, objection_id)
    totals = _totals(case)
    assert (totals["objections_filed"], totals["objections_dismissed"]) == (1, 1)
    assert "objections_upheld" not in totals


def test_an_office_is_named_as_it_was_at_the_time(case: Case) -> None:
    case.redlisted()
    with writing(case.engine) as session:
        work = given.work(session, "admin", case.now)
        rename_office(work, TOWN_OFFICE, "浉河区市场监督管理和知识产权局", date(2026, 12, 1))
    names = {month: item.office_name for (month, _), item in _counted(case).items()}
    assert names == {"2026-11": "信阳市浉河区市场监督管理局", "2026-12": "浉河区市场监督管理和知识产权局"}


def test_only_the_offices_of_a_region_and_the_days_asked_are_counted(case: Case) -> None:
    case.redlisted()
    assert _counted(case, region="4115")
    assert _counted(case, region="4116") == {}
    assert _counted(case, to_on=date(2026, 11, 19)) == {}


def test_days_that_cannot_be_meant_are_refused(case: Case) -> None:
    with pytest.raises(Malformed, match=r"transparency\.period"):
        _counted(case, from_on=date(2026, 12, 1), to_on=date(2026, 11, 1))
    with pytest.raises(Malformed, match=r"transparency\.too_long"):
        _counted(case, from_on=date(1, 1, 1))
    assert _counted(case, to_on=date(1, 1, 1)) == {}


def test_an_entry_that_nothing_carries_and_nobody_takes_off_is_a_missed_deadline(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    case.lead(case.propose(business_id, fact), *BLACK)
    fell_on = case.now.date()
    before = _totals(case).get("deadlines_due", 0)
    annul(case, fact)
    for days, due, missed in ((0, 0, 0), (5, 1, 0), (6, 1, 1)):  # a weekend lies between
        case.now = datetime(fell_on.year, fell_on.month, fell_on.day + days, 2, 0, tzinfo=UTC)
        totals = _totals(case)
        assert (totals.get("deadlines_due", 0) - before, totals.get("deadlines_missed", 0)) == (due, missed)
    with writing(case.engine) as session:
        withdraw_fallen(case.work(session, "national"))
    totals = _totals(case)
    assert (totals["deadlines_due"] - before, totals["deadlines_missed"]) == (1, 1)
    assert totals["withdrawn_annulled"] == 1


def test_a_request_for_a_withdrawal_decided_too_late_is_a_missed_deadline(case: Case) -> None:
    asked = case.ask_withdrawal(case.blacklisted())
    case.now += timedelta(days=30)
    assert _totals(case)["deadlines_missed"] == 1
    case.decide_withdrawal(asked, granted=False)
    assert _totals(case)["deadlines_missed"] == 1


def test_no_party_is_named_in_the_dataset(case: Case) -> None:
    case.blacklisted("浉河区赵福顺鲜肉店")
    items = tuple(_counted(case).values())
    written = as_csv(items)
    assert written.startswith("\ufeffmonth,office_code,office_name,cases_opened")
    assert len(written.splitlines()) == len(items) + 1
    assert "赵福顺" not in written
    assert set(COLUMNS) == {"month", "office_code", "office_name", *Figures.model_fields}
