"""When a designation is a new one, when it is the same, and how it ends."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.demonstration import commands, queries
from registry.demonstration.commands import CancelDesignation, Designate
from registry.errors import Conflict, Malformed, NotFound
from registry.log.tables import LogLeaf
from registry.store.engine import reading, writing
from tests import given


def _business(engine: Engine) -> str:
    given.registry(engine)
    with writing(engine) as session:
        return given.business(given.work(session))


def _designate(business_id: str, **more: Any) -> Designate:
    stated = {
        "level": "city",
        "title": "诚信计量示范单位",
        "authority": "信阳市市场监督管理局",
        "designated_on": "2025-12-01",
        **more,
    }
    return Designate(business_id=business_id, **stated)


def _record(engine: Engine, *rows: Designate) -> list[str]:
    with writing(engine) as session:
        return [outcome.what for outcome in commands.designate_units(given.work(session), rows)]


def test_the_same_designation_twice_is_one(engine: Engine) -> None:
    business_id = _business(engine)
    row = _designate(business_id)
    assert _record(engine, row, row) == ["created", "unchanged"]
    assert _record(engine, row) == ["unchanged"]
    with reading(engine) as session:
        assert len(session.exec(select(LogLeaf).where(LogLeaf.act == "designation.given")).all()) == 1
        assert len(session.exec(select(AuditEntry).where(AuditEntry.act == "designation.given")).all()) == 1


def test_a_business_may_hold_titles_of_several_levels_and_years(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [
        _designate(business_id),
        _designate(business_id, level="province"),
        _designate(business_id, designated_on="2022"),
    ]
    assert _record(engine, *rows) == ["created"] * 3


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"authority": "另一机关"}, "designation.duplicate", id="by another authority"),
        pytest.param({"valid_through": date(2028, 11, 30)}, "designation.duplicate", id="for another term"),
        pytest.param({"category": "加油站"}, "designation.duplicate", id="in another category"),
    ],
)
def test_the_same_title_of_the_same_day_said_otherwise_is_a_contradiction(
    engine: Engine, more: dict[str, Any], code: str
) -> None:
    business_id = _business(engine)
    _record(engine, _designate(business_id))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.designate_unit(given.work(session), _designate(business_id, **more))
    assert (refused.value.code, refused.value.field) == (code, "designated_on")


def test_a_designation_known_by_year_alone_is_kept_as_incomplete(engine: Engine) -> None:
    business_id = _business(engine)
    _record(engine, _designate(business_id, designated_on="2020"))
    with reading(engine) as session:
        (row,) = queries.designations_within(session, [given.TOWN], incomplete=True, limit=10)
    assert (row.designated_on, row.designated_precision) == (date(2020, 1, 1), "year")
    assert (row.held_from_on, row.incomplete) == (None, "designated_on.not_to_the_day")


def test_a_designation_ahead_or_ended_before_it_begins_is_refused(engine: Engine) -> None:
    business_id = _business(engine)
    rows = [
        _designate(business_id, designated_on="2026-11-21"),
        _designate(business_id, valid_through=date(2025, 11, 30)),
    ]
    assert _record(engine, *rows) == ["refused", "refused"]


def _cancel(designation_id: str, day: date, version: int = 1) -> CancelDesignation:
    return CancelDesignation(
        designation_id=designation_id, expected_version=version, cancelled_on=day, reason="重大违法"
    )


def test_a_cancelled_designation_holds_no_longer_and_is_cancelled_once(engine: Engine) -> None:
    business_id = _business(engine)
    with writing(engine) as session:
        designation_id = given.designation(given.work(session), business_id)
    with writing(engine) as session:
        commands.cancel_designation(given.work(session), _cancel(designation_id, date(2026, 5, 1)))
    with reading(engine) as session:
        (row,) = queries.designations_of(session, business_id)
        assert (row.version, row.held_to_on) == (2, date(2026, 5, 1))
        assert queries.designation(session, designation_id) == row
        assert session.exec(select(LogLeaf).where(LogLeaf.act == "designation.cancelled")).all()
    for version, code in ((1, "version.stale"), (2, "designation.cancelled")):
        with writing(engine) as session, pytest.raises(Conflict) as refused:
            again = _cancel(designation_id, date(2026, 5, 2), version)
            commands.cancel_designation(given.work(session), again)
        assert refused.value.code == code


def test_a_designation_is_cancelled_only_while_it_holds(engine: Engine) -> None:
    business_id = _business(engine)
    with writing(engine) as session:
        designation_id = given.designation(given.work(session), business_id)
    for day, code in ((date(2025, 11, 30), "designation.not_held"), (date(2026, 11, 21), "day.ahead")):
        with writing(engine) as session, pytest.raises(Malformed) as refused:
            commands.cancel_designation(given.work(session), _cancel(designation_id, day))
        assert refused.value.code == code
    with writing(engine) as session, pytest.raises(NotFound):
        commands.cancel_designation(given.work(session), _cancel("none", date(2026, 5, 1)))
