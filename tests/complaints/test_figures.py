"""Counts of complaints stand beside what could be complained of, and never move a score."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine

from registry.complaints.figures import Substantiation, complaint_cells, exposure, substantiation
from registry.identifiers import new_id
from registry.offices.tables import Office
from registry.scoring.answers import Explanation
from registry.scoring.explain import explain
from registry.store.engine import reading, writing
from tests import given
from tests.complaints.driving import at, complain, step

MONDAY = date(2025, 3, 3)


@pytest.fixture
def founded(engine: Engine) -> Engine:
    """A registry with its people."""
    given.registry(engine)
    return engine


def test_a_rate_is_said_only_of_enough_matters_and_each_counts_once(founded: Engine) -> None:
    with writing(founded) as session:
        shop = given.business(given.work(session))
    for number in range(5):
        on = MONDAY + timedelta(days=14 * number)
        for _ in range(3):  # three people, one matter
            one = complain(founded, on, business_id=shop, happened_on=on)
        step(founded, on, one, "accept")
        if number == 4:
            assert told(founded, shop, on) == Substantiation(5, 4, 2, None)
        step(
            founded, on, one, "end", outcome="agreed", finding="borne_out" if number < 2 else "not_borne_out"
        )
    assert told(founded, shop, on) == Substantiation(5, 5, 2, 4000)


def test_the_public_reads_counts_by_region_with_exposure_and_no_small_ones(founded: Engine) -> None:
    with writing(founded) as session:
        by = given.work(session)
        shops = [given.business(by, f"浉河区第{number}店") for number in range(12)]
    for shop in shops:
        step(founded, MONDAY, complain(founded, MONDAY, business_id=shop), "accept")
    for shop in shops[:4]:  # about the same thing on the same day: no more than before
        step(founded, MONDAY, complain(founded, MONDAY, business_id=shop), "accept")
    complain(founded, MONDAY)  # nobody has accepted it
    with reading(founded) as session:
        (province,) = complaint_cells(session, given.rulebook(), exposure(session), 2025)
        (county,) = complaint_cells(session, given.rulebook(), exposure(session), 2025, "4115")
        (before,) = complaint_cells(session, given.rulebook(), exposure(session), 2024)
    assert (province.region, county.region) == ("41", "411502")
    assert (province.complaints, province.businesses, province.per_businesses) == (12, 12, 10_000)
    assert province.per_instruments is None, "too few instruments for a rate"
    assert before.complaints is None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(["short_weight", "instrument_cheats", "other"]),
            st.sampled_from(["", "accept", "borne_out", "withdraw"]),
        ),
        max_size=5,
    )
)
def test_no_history_of_complaints_moves_a_score(
    sqlite_engine: Engine, history: list[tuple[int, str, str]]
) -> None:
    shop = scored_shop(sqlite_engine)
    before = score(sqlite_engine, shop)
    assert before.points < 100_00, "nothing is told by a score that nothing moved"
    for after, matter, fate in history:
        on = MONDAY + timedelta(days=after)
        one = complain(sqlite_engine, on, business_id=shop, matter=matter)
        if fate == "withdraw":
            step(sqlite_engine, on, one, "withdraw")
        elif fate:
            step(sqlite_engine, on, one, "accept")
        if fate == "borne_out":
            step(sqlite_engine, on, one, "end", outcome="agreed", finding="borne_out")
    assert score(sqlite_engine, shop) == before


def told(engine: Engine, business_id: str, on: date) -> Substantiation:
    with reading(engine) as session:
        return substantiation(given.work(session, "officer", at(on)), business_id)


def scored_shop(engine: Engine) -> str:
    """Return a new shop with a fact that scores."""
    with reading(engine) as session:
        founded_before = session.get(Office, "SAMR") is not None
    if not founded_before:
        given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        shop = given.business(by, f"浉河区{new_id()}店")
        given.violation(by, shop, decision_no=new_id())
        return shop


def score(engine: Engine, business_id: str) -> Explanation:
    with reading(engine) as session:
        return explain(session, business_id, given.TODAY, given.NOW, given.rulebook())
