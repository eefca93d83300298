"""The feed of public events: in order, by identifiers, resumable, and honest about what it forgot."""

from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlmodel import col

from registry.errors import Gone
from registry.log.tables import PublicEvent
from registry.publication.events import (
    BEGINNING,
    events_after,
    forget_events,
    forgotten_through,
    last_number,
    latest_events,
)
from registry.rulebook import Rulebook, Term
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def withdraw(case: Case, entry_id: str) -> None:
    case.withdrawn(entry_id)


def acts(case: Case, after: int = BEGINNING, **asked: str) -> list[tuple[str, str | None]]:
    with reading(case.engine) as session:
        return [(one.act, one.entry_id) for one in events_after(session, after, 100, **asked)]


def test_a_listing_and_its_withdrawal_are_events_in_their_order(case: Case) -> None:
    entry_id = case.blacklisted()
    withdraw(case, entry_id)
    assert acts(case) == [("proposal.published", entry_id), ("entry.withdrawn", entry_id)]


def test_after_a_withdrawal_no_event_says_whose_the_entry_was(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        (shown,) = events_after(session, BEGINNING, 10)
        whose = shown.business_id
        assert whose is not None
        assert latest_events(session, 10, business_id=whose) != []
    withdraw(case, entry_id)
    with reading(case.engine) as session:
        assert {one.business_id for one in events_after(session, BEGINNING, 10)} == {None}
        assert latest_events(session, 10, business_id=whose) == []


def test_no_event_holds_a_name(case: Case) -> None:
    case.blacklisted("浉河区李记水产店")
    with reading(case.engine) as session:
        told = [one.model_dump_json() for one in events_after(session, BEGINNING, 10)]
    assert told
    assert not [one for one in told if "李记" in one or "水产" in one]


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"regime": "henan_black"}, 1),
        ({"regime": "henan_red"}, 0),
        ({"region": "410000"}, 1),
        ({"region": "411500"}, 1),
        ({"region": "110000"}, 0),
    ],
)
def test_a_reader_may_follow_one_list_or_one_region(case: Case, asked: dict[str, str], seen: int) -> None:
    case.blacklisted()
    assert len(acts(case, **asked)) == seen


def test_the_events_of_the_counties_of_a_province_are_read_in_one_order(case: Case) -> None:
    withdraw(case, case.blacklisted())
    case.redlisted()
    with writing(case.engine) as session:
        told = session.execute(select(PublicEvent).order_by(col(PublicEvent.seq))).scalars().all()
        for event, place in zip(told, cycle(("411502", "370102", "410102")), strict=False):
            event.region = place
        there = [event.seq for event in told if event.region != "370102"]
    assert len(there) >= 2
    with reading(case.engine) as session:
        read = [BEGINNING]
        while page := events_after(session, read[-1], 1, region="410000"):
            read += [one.seq for one in page]
        assert read == [BEGINNING, *there]
        newest = [one.seq for one in latest_events(session, 2, region="410000")]
        assert newest == there[:-3:-1]


@drawn(steps=st.lists(st.integers(1, 4), min_size=1, max_size=12))
def test_reading_on_in_parts_of_any_size_misses_and_repeats_nothing(steps: list[int]) -> None:
    whole, read = list(range(20)), []
    after = BEGINNING
    for size in (*steps, 20):
        part = [seq for seq in whole if seq > after][:size]
        read += part
        after = part[-1] if part else after
    assert read == whole


def test_reading_on_from_the_last_number_of_each_page_gives_the_whole_feed(case: Case) -> None:
    withdraw(case, case.blacklisted())
    case.redlisted()
    everything = acts(case)
    read, after = [], BEGINNING
    while True:
        with reading(case.engine) as session:
            page = events_after(session, after, 1)
        if not page:
            break
        read.append((page[0].act, page[0].entry_id))
        after = page[0].seq
    assert read == everything
    assert len(read) == 3


def kept_for(months: int) -> Rulebook:
    held = [row for row in given.rulebook().rows(Term) if row.code == "events.retained"]
    return given.rulebook().with_rows([held[0].model_copy(update={"months": months})])


def test_events_are_forgotten_after_their_term_and_who_comes_later_is_told_so(case: Case) -> None:
    case.blacklisted()
    case.now += timedelta(days=45)
    case.redlisted()
    rulebook = kept_for(1)
    with writing(case.engine) as session:
        assert forget_events(session, rulebook, case.now) == 1
        assert forget_events(session, rulebook, case.now) == 0
    with reading(case.engine) as session, pytest.raises(Gone) as refused:
        events_after(session, BEGINNING, 10)
    assert refused.value.code == "events.forgotten"
    with reading(case.engine) as session:
        oldest = forgotten_through(session)
        assert [one.act for one in events_after(session, oldest, 10)] == ["proposal.listed"]
        assert last_number(session) > oldest


def test_an_event_of_the_first_day_that_is_kept_stays(case: Case) -> None:
    case.blacklisted()
    listed_at = case.now
    with writing(case.engine) as session:
        kept = date(2027, 1, 20)
        assert forget_events(session, kept_for(1), listed_at) == 0
        assert listed_at.date() < kept
