"""Two records of one business become one, by two persons, and every fact of theirs counts once."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as some
from sqlalchemy import Engine
from sqlmodel import select

from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business, register_business
from registry.businesses.tables import Alias
from registry.errors import Conflict
from registry.log.tables import LogLeaf
from registry.pledges.queries import pledges_of
from registry.scoring.commands import compute
from registry.store.engine import reading, writing
from registry.violations.queries import violations_of
from tests import given
from tests.mergers.records import LATER, pair, recorded
from tests.scoring import oracle
from tests.scoring.oracle import Fact

__all__ = ["pair"]

TWIN = {"decision_no": None, "decided_on": "2026-05-01", "conduct_code": "instrument_overdue"}
DAYS = ("2026-03-15", "2026-04-15", "2026-05-15")


def points(engine: Engine, known_at: datetime) -> dict[str, int]:
    """Return the points of every business today, as known at an instant."""
    return {
        row["business_id"]: row["points"]
        for batch in compute(engine, given.rulebook(), given.TODAY, known_at)
        for row in batch.to_pylist()
    }


def by_the_oracle(facts: list[Fact]) -> int:
    """Return the points that a business in the town has by the other implementation."""
    verdict = oracle.score(given.rulebook(), given.TOWN, facts, given.TODAY)
    assert verdict is not None
    return verdict.points


def violations(engine: Engine, business_id: str) -> dict[str, Fact]:
    """Return the violations of a business as the oracle takes them."""
    with reading(engine) as session:
        return {
            found.violation_id: Fact(f"violation.{found.type_code}", decision.decided_on or date.max)
            for found, decision in violations_of(session, business_id)
        }


def test_after_a_merger_the_survivor_bears_every_fact_once(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    with writing(engine) as session:
        work = given.work(session)
        given.violation(work, former)
        given.violation(work, former, **TWIN)
        given.violation(work, survivor, **TWIN, authority="浉河区市监局")
        for business_id in pair:
            given.pledge(work, business_id)
            given.designation(work, business_id)
    wrongs, before = violations(engine, former), points(engine, given.NOW)
    given.merger(engine, data_dir, former, survivor, LATER)
    assert len(violations(engine, survivor)) == 2
    union = [*wrongs.values(), Fact("pledge", date(2026, 3, 15)), Fact("designation", date(2025, 12, 1))]
    assert points(engine, LATER) == {survivor: by_the_oracle(union)}
    assert points(engine, given.NOW) == before
    assert before[former] == by_the_oracle(union)


SORTS = some.sampled_from(["cheating_instrument_used", "instrument_overdue", "short_weight"])
HISTORY = some.lists(some.tuples(SORTS, some.sampled_from(DAYS)), max_size=4, unique=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(mine=HISTORY, theirs=HISTORY, pledged=some.tuples(some.booleans(), some.booleans()))
def test_whatever_both_hold_the_oracle_agrees_with_the_sum_of_what_happened(
    sqlite_engine: Engine,
    data_dir: Path,
    mine: list[tuple[str, str]],
    theirs: list[tuple[str, str]],
    pledged: tuple[bool, bool],
) -> None:
    former, survivor = recorded(sqlite_engine)
    happened: dict[tuple[str, str], Fact] = {}
    for business_id, history in ((former, mine), (survivor, theirs)):
        for conduct, day in history:
            with writing(sqlite_engine) as session:
                stated = {"decision_no": None, "conduct_code": conduct, "decided_on": day}
                given.violation(given.work(session), business_id, **stated)
        known = violations(sqlite_engine, business_id).values()
        happened |= {(fact.kind, fact.counts_from.isoformat()): fact for fact in known}
    facts = [*happened.values(), *([Fact("pledge", date(2026, 3, 15))] if any(pledged) else [])]
    with writing(sqlite_engine) as session:
        for business_id, promised in zip((former, survivor), pledged, strict=True):
            if promised:
                given.pledge(given.work(session), business_id)
    given.merger(sqlite_engine, data_dir, former, survivor, LATER)
    assert points(sqlite_engine, LATER)[survivor] == by_the_oracle(facts)
    assert former not in points(sqlite_engine, LATER)


def test_what_is_said_of_the_record_given_up_reaches_the_survivor(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    with writing(engine) as session:
        given.pledge(given.work(session), former)
        given.pledge(given.work(session), survivor)
    given.merger(engine, data_dir, former, survivor)
    with writing(engine) as session:
        work = given.work(session)
        given.pledge(work, former)
        given.pledge(work, survivor)
        given.violation(work, former)
        row = RegisterBusiness(name="李记水产", region=given.TOWN, kind="enterprise", sector="school")
        again = register_business(work, row)
    assert (again.what, again.id) == ("unchanged", survivor)
    assert [warning.code for warning in again.warnings] == ["business.said_of_merged"]
    with reading(engine) as session:
        assert len(pledges_of(session, survivor)) == 1
        assert len(violations_of(session, survivor)) == 1


def test_the_record_given_up_is_not_changed_any_more(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    given.merger(engine, data_dir, former, survivor)
    what = RegisterBusiness(name="新名", region=given.TOWN)
    command = ChangeBusiness(business_id=former, expected_version=1, held_from_on=given.TODAY, what=what)
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        change_business(given.work(session), command)
    assert (refused.value.code, refused.value.params["survivor_id"]) == ("business.merged", survivor)


def test_the_survivor_is_found_by_the_names_of_both_but_not_by_a_persons_own(
    engine: Engine, data_dir: Path
) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        survivor = given.business(work)
        shop = given.business(work, "李记鱼铺", trade_names=("老李水产",), former_names=("浉河区李记水产店",))
        person = given.business(work, "李四", kind="natural_person")
    for former in (shop, person):
        given.merger(engine, data_dir, former, survivor)
    with reading(engine) as session:
        aliases = session.exec(select(Alias).where(Alias.business_id == survivor)).all()
    assert {(one.kind, one.value) for one in aliases} == {
        ("former_name", "李记鱼铺"),
        ("trade_name", "老李水产"),
    }


def test_a_merger_leaves_one_leaf_and_tells_consumers_of_both(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    given.merger(engine, data_dir, *pair)
    with reading(engine) as session:
        acts = session.exec(select(LogLeaf.act)).all()
    assert acts == ["merger.approved"]


def test_a_chain_of_mergers_ends_at_the_last_survivor(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    with writing(engine) as session:
        first = given.business(given.work(session), "李记鱼铺")
        given.pledge(given.work(session), first)
    given.merger(engine, data_dir, first, former)
    given.merger(engine, data_dir, former, survivor, given.NOW + timedelta(minutes=1))
    with writing(engine) as session:
        given.pledge(given.work(session), first)
    with reading(engine) as session:
        assert len(pledges_of(session, survivor)) == 1


def test_two_records_that_say_one_decision_differently_are_not_merged(
    engine: Engine, data_dir: Path, pair: tuple[str, str]
) -> None:
    former, survivor = pair
    with writing(engine) as session:
        given.violation(given.work(session), former, **TWIN)
        given.violation(given.work(session), survivor, **TWIN, fine_fen=1)
    with pytest.raises(Conflict) as refused:
        given.merger(engine, data_dir, former, survivor)
    assert (refused.value.code, refused.value.field) == ("merger.contradiction", "former_id")
    assert len(violations(engine, former)) == len(violations(engine, survivor)) == 1


def test_a_succession_moves_no_fact(engine: Engine, data_dir: Path, pair: tuple[str, str]) -> None:
    former, survivor = pair
    with writing(engine) as session:
        given.violation(given.work(session), former)
    before: dict[str, Any] = points(engine, given.NOW)
    given.merger(engine, data_dir, former, survivor, LATER, kind="succession")
    assert points(engine, LATER) == before
    assert violations(engine, survivor) == {}
