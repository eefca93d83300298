"""Law set by an office: two persons, an archive, and the law as it was at an instant."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.audit.tables import AuditEntry
from registry.errors import Broken, Conflict, Forbidden, Malformed, NotFound, RuleRefused
from registry.overrides import commands, queries
from registry.overrides.commands import ApproveOverride, ProposeOverride, SetWorkingDay
from registry.overrides.tables import RulebookArchive, RulebookEffect, RulebookOverride
from registry.rulebook import Deadline
from registry.store.engine import reading, writing
from tests import given

LATER = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def _row(**more: Any) -> dict[str, Any]:
    return {
        "code": "test.deadline",
        "jurisdiction": "41",
        "in_force_from": "2026-01-01",
        "source": {"instrument": "河南省某办法", "article": "第三条"},
        "amount": 9,
        "unit": "working_day",
        "counts_from": "收到之日",
        **more,
    }


def _propose(engine: Engine, account: str = "national", **more: Any) -> str:
    with writing(engine) as session:
        command = ProposeOverride(rule_table="deadlines", row=_row(**more), reason="省里另有规定")
        return commands.propose_override(given.work(session, account), command)


def _approve(engine: Engine, override_id: str, account: str = "national-approver") -> None:
    with writing(engine) as session:
        commands.approve_override(
            given.work(session, account, LATER),
            given.rulebook(),
            ApproveOverride(override_id=override_id),
        )


def test_a_proposed_row_has_no_effect_until_another_person_approves_it(engine: Engine) -> None:
    given.registry(engine)
    override_id = _propose(engine)
    with reading(engine) as session:
        assert queries.effective_rulebook(session, given.rulebook()) is given.rulebook()
        assert [one.id for one in queries.open_overrides(session)] == [override_id]
    _approve(engine, override_id)
    with reading(engine) as session:
        effective = queries.effective_rulebook(session, given.rulebook())
        assert queries.open_overrides(session) == []
        assert session.exec(select(AuditEntry).where(AuditEntry.act == "override.approved")).one()
    assert effective.find(Deadline, "test.deadline", "411502", DAY).amount == 9
    assert effective.hash != given.rulebook().hash


def test_a_row_of_one_province_is_no_law_in_another(engine: Engine) -> None:
    given.registry(engine)
    _approve(engine, _propose(engine))
    with reading(engine) as session:
        effective = queries.effective_rulebook(session, given.rulebook())
    with pytest.raises(RuleRefused):
        effective.find(Deadline, "test.deadline", "110101", DAY)


def test_who_proposed_cannot_approve(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        approver = given.actor(session, "national-approver")
        proposed = RulebookOverride(
            id="own",
            rule_table="deadlines",
            row=_row(),
            reason="自提",
            proposed_by_person=approver.person_id,
            proposed_at=given.NOW,
        )
        session.add(proposed)
    with pytest.raises(RuleRefused) as refused:
        _approve(engine, "own")
    assert refused.value.code == "override.same_person"


def test_the_database_itself_refuses_one_person_as_both(engine: Engine) -> None:
    given.registry(engine)
    override_id = _propose(engine)
    with pytest.raises(IntegrityError, match="override_needs_two_persons"), writing(engine) as session:
        proposed = session.get_one(RulebookOverride, override_id)
        proposed.approved_by_person = proposed.proposed_by_person
        proposed.approved_at = LATER


def test_an_override_is_approved_once_and_only_if_it_exists(engine: Engine) -> None:
    given.registry(engine)
    override_id = _propose(engine)
    _approve(engine, override_id)
    with pytest.raises(Conflict):
        _approve(engine, override_id)
    with pytest.raises(NotFound):
        _approve(engine, "none")


@pytest.mark.parametrize("jurisdiction", ["", "41", "4115"])
def test_a_town_neither_proposes_nor_approves_law_above_itself(engine: Engine, jurisdiction: str) -> None:
    given.registry(engine)
    with pytest.raises(Forbidden):
        _propose(engine, "officer", jurisdiction=jurisdiction)
    override_id = _propose(engine, jurisdiction=jurisdiction)
    with pytest.raises(Forbidden):
        _approve(engine, override_id, "approver")


@pytest.mark.parametrize(
    ("table", "more", "code"),
    [
        pytest.param("nonsense", {}, "rule.table_unknown", id="no such table"),
        pytest.param("deadlines", {"amount": "nine"}, "rule.malformed", id="wrong type"),
        pytest.param("deadlines", {"source": None}, "rule.malformed", id="neither source nor tag"),
        pytest.param("deadlines", {"in_force_to": "2025-01-01"}, "rule.malformed", id="ended"),
        pytest.param("deadlines", {"colour": "red"}, "rule.malformed", id="unknown field"),
    ],
)
def test_a_row_that_is_no_row_of_its_table_is_refused_when_proposed(
    engine: Engine, table: str, more: dict[str, Any], code: str
) -> None:
    given.registry(engine)
    command = ProposeOverride(rule_table=table, row=_row(**more), reason="试")
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.propose_override(given.work(session), command)
    assert refused.value.code == code


def test_a_row_that_names_what_no_row_defines_is_refused_when_proposed(engine: Engine) -> None:
    given.registry(engine)
    row = {
        "code": "other",
        "in_force_from": "2026-01-01",
        "tag": "default",
        "name_zh": "其他",
        "name_en": "Other",
        "violation_types": ["M999"],
    }
    command = ProposeOverride(rule_table="conducts", row=row, reason="试")
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.propose_override(given.work(session), command)
    assert refused.value.code == "override.faulty"
    assert "M999" in str(refused.value.params["reason"])


def test_a_rulebook_is_archived_once_for_each_time_it_takes_effect(engine: Engine) -> None:
    given.registry(engine)
    for _ in range(2):
        with writing(engine) as session:
            commands.ensure_archived(session, given.rulebook(), given.NOW)
    _approve(engine, _propose(engine))
    with writing(engine) as session:
        commands.ensure_archived(session, given.rulebook(), datetime(2026, 11, 20, 4, tzinfo=UTC))
    with reading(engine) as session:
        archived = session.exec(select(RulebookArchive.hash)).all()
        effects = session.exec(select(RulebookEffect.hash).order_by(RulebookEffect.seq)).all()  # type: ignore[arg-type]
    assert len(archived) == 2
    assert len(effects) == 3
    assert effects[0] == effects[2] == given.rulebook().hash


def test_the_rulebook_of_an_instant_is_the_one_that_was_effective_then(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        commands.ensure_archived(session, given.rulebook(), given.NOW)
    _approve(engine, _propose(engine))
    with reading(engine) as session:
        before = queries.rulebook_at(session, datetime(2026, 11, 20, 2, 59, 59, tzinfo=UTC))
        after = queries.rulebook_at(session, LATER)
        effective = queries.effective_rulebook(session, given.rulebook())
        with pytest.raises(NotFound):
            queries.rulebook_at(session, datetime(2026, 11, 20, 1, tzinfo=UTC))
    assert before.hash == given.rulebook().hash
    assert after.hash == effective.hash
    assert after.find(Deadline, "test.deadline", "41", DAY).amount == 9


def test_of_two_overrides_taking_effect_at_one_instant_the_later_approved_is_in_the_archive(
    engine: Engine,
) -> None:
    given.registry(engine)
    for jurisdiction in ("41", "4115"):
        _approve(engine, _propose(engine, jurisdiction=jurisdiction))
    with reading(engine) as session:
        effective = queries.effective_rulebook(session, given.rulebook())
        assert queries.rulebook_at(session, LATER).hash == effective.hash


def test_an_override_that_no_longer_fits_stops_the_installation_and_is_named(engine: Engine) -> None:
    given.registry(engine)
    override_id = _propose(engine)
    _approve(engine, override_id)
    with writing(engine) as session:
        session.get_one(RulebookOverride, override_id).rule_table = "given_up"
    with reading(engine) as session, pytest.raises(Broken) as broken:
        queries.effective_rulebook(session, given.rulebook())
    assert override_id in broken.value.problems[0]


def test_the_calendar_is_set_for_the_whole_country_and_what_was_said_before_stays_in_the_audit(
    engine: Engine,
) -> None:
    given.registry(engine)
    day = date(2027, 2, 14)
    for working in (True, False):
        with writing(engine) as session:
            command = SetWorkingDay(day_on=day, working=working, reason="国务院办公厅通知")
            commands.set_working_day(given.work(session), command)
    with reading(engine) as session:
        assert queries.calendar_overrides(session) == {day: False}
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "calendar.set")).all()
    assert [entry.detail["former"] and entry.detail["former"]["working"] for entry in entries] == [None, True]
    with writing(engine) as session, pytest.raises(Forbidden):
        commands.set_working_day(given.work(session, "officer"), command)
