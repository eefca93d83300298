"""What is counted is what the pages show: who may not be shown counts nowhere."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.publication import public_view
from registry.publication.answers import PublicEntry
from registry.publication.counts import entries_counted, state_of_the_registry
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def counted_and_shown(case: Case) -> tuple[int, int]:
    """Return how many entries of the list are counted, and how many its pages show."""
    on = case.now.date()
    with reading(case.engine) as session:
        counted = sum(n for (code, *_), n in entries_counted(session, on).items() if code == "henan_black")
        shown = len(list(public_view.all_entries(session, "henan_black", on, "")))
        state = state_of_the_registry(session, on, entries_counted(session, on))
        (told,) = [
            one
            for one in public_view.lists(entries_counted(session, on), given.rulebook(), on)
            if one.code == "henan_black"
        ]
    assert (state.black, told.entries) == (counted, counted)
    return counted, shown


def test_an_entry_hidden_for_a_persons_sake_is_not_counted_before_any_job_has_run(case: Case) -> None:
    entry_id = case.blacklisted("李大年")
    case.blacklisted("浉河区第二粮油店", "信浉市监处罚〔2026〕13号")
    assert counted_and_shown(case) == (2, 2)
    with reading(case.engine) as session:
        found = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(found, PublicEntry)
    with writing(case.engine) as session:
        work = case.work(session, "national")
        what = RegisterBusiness(
            name="李大年", region=given.TOWN, kind="sole_trader", uscc="92110000600037341X"
        )
        change = ChangeBusiness(
            business_id=found.business_id, expected_version=1, held_from_on=work.today, what=what
        )
        change_business(work, change)
    assert counted_and_shown(case) == (1, 1)


def test_a_sole_trader_with_a_trade_name_is_counted_as_it_is_shown(case: Case) -> None:
    case.blacklisted()
    business_id = case.business("张记杂货店", kind="sole_trader")
    fact = case.violation(business_id, decision_no="信浉市监处罚〔2026〕14号")
    assert fact
    with reading(case.engine) as session:
        state = state_of_the_registry(session, case.now.date(), entries_counted(session, case.now.date()))
    assert (state.businesses, state.violations) == (2, 2)
    assert counted_and_shown(case) == (1, 1)
