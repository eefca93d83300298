"""When an instrument is a new one, when it is the same, and what becomes of it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from registry.audit.tables import AuditEntry
from registry.commands import Outcome
from registry.errors import Conflict, Forbidden, Malformed, NotFound, Refusal, RuleRefused
from registry.instruments import commands, queries
from registry.instruments.forms import ChangeInstrument, RegisterInstrument, RetireInstrument
from registry.instruments.tables import Instrument
from registry.store import outbox
from registry.store.engine import reading, writing
from registry.store.versions import versions
from tests import given

MAKER = "示例衡器有限公司"


def _business(engine: Engine, **more: Any) -> str:
    given.registry(engine)
    with writing(engine) as session:
        return given.business(given.work(session), **more)


def _stated(business_id: str, **more: Any) -> RegisterInstrument:
    stated = {"kind": "price_computing_scale", "maker": MAKER, "serial_no": "A-1", **more}
    return RegisterInstrument(business_id=business_id, **stated)


def _register(engine: Engine, *rows: RegisterInstrument) -> list[Outcome]:
    with writing(engine) as session:
        return commands.register_instruments(given.work(session), rows)


def _refusal(outcome: Outcome) -> tuple[str, str | None]:
    assert outcome.refusal is not None
    return outcome.refusal.code, outcome.refusal.field


def test_the_same_maker_and_number_is_the_same_instrument_however_it_is_written(engine: Engine) -> None:
    business_id = _business(engine)
    first, again = _register(
        engine, _stated(business_id, capacity="30 kg"), _stated(business_id, serial_no="ａ-1 ")
    )
    assert (first.what, again.what, again.id) == ("created", "unchanged", first.id)
    with reading(engine) as session:
        before = (outbox.backlog(session, "index"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert _register(engine, _stated(business_id))[0].what == "unchanged"
    with reading(engine) as session:
        after = (outbox.backlog(session, "index"), session.exec(select(func.count(AuditEntry.seq))).one())
        assert len(queries.instruments_of(session, business_id)) == 1
    assert before == after


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "platform_scale"}, "kind"),
        ({"capacity": "15 kg"}, "capacity"),
        ({"in_use_on": "2026-02"}, "in_use_on"),
    ],
)
def test_the_same_instrument_with_other_content_is_a_contradiction(
    engine: Engine, more: dict[str, Any], field: str
) -> None:
    business_id = _business(engine)
    stated = {"capacity": "30 kg", "in_use_on": "2026-01-05"}
    outcomes = _register(engine, _stated(business_id, **stated), _stated(business_id, **(stated | more)))
    assert _refusal(outcomes[1]) == ("instrument.duplicate", field)


def test_two_businesses_never_hold_one_instrument(engine: Engine) -> None:
    one = _business(engine)
    with writing(engine) as session:
        other = given.business(given.work(session), "浉河区张记鲜肉店")
    outcomes = _register(engine, _stated(one), _stated(other))
    assert _refusal(outcomes[1]) == ("instrument.held_elsewhere", "serial_no")


def test_without_a_maker_a_number_counts_within_its_business_only(engine: Engine) -> None:
    one = _business(engine)
    with writing(engine) as session:
        other = given.business(given.work(session), "浉河区张记鲜肉店")
    outcomes = _register(
        engine, _stated(one, maker=None), _stated(other, maker=None), _stated(one, maker=None)
    )
    assert [outcome.what for outcome in outcomes] == ["created", "created", "unchanged"]
    assert [warning.code for warning in outcomes[0].warnings] == ["instrument.maker_missing"]
    assert _refusal(_register(engine, _stated(one))[0]) == ("instrument.duplicate", "maker")


def test_a_number_that_two_makers_use_needs_the_maker(engine: Engine) -> None:
    business_id = _business(engine)
    outcomes = _register(
        engine,
        _stated(business_id),
        _stated(business_id, maker="另一衡器厂"),
        _stated(business_id, maker=None),
    )
    assert _refusal(outcomes[2]) == ("instrument.maker_needed", "maker")


@pytest.mark.parametrize(
    ("more", "refused", "code"),
    [
        ({"business_id": "nobody"}, NotFound, "business.unknown"),
        ({"kind": "thermometer"}, NotFound, "instrument.kind_unknown"),
        ({"in_use_on": "2026-11-21"}, Malformed, "day.ahead"),
    ],
)
def test_what_cannot_be_is_refused(
    engine: Engine, more: dict[str, Any], refused: type[Refusal], code: str
) -> None:
    business_id = _business(engine)
    stated = _stated(**{"business_id": business_id, **more})
    with writing(engine) as session, pytest.raises(refused) as refusal:
        commands.register_instrument(given.work(session), stated)
    assert refusal.value.code == code


def test_an_office_of_another_region_registers_changes_and_retires_nothing(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        national = given.work(session, "national")
        elsewhere = given.business(national, "杭州某某超市有限公司", region="330102")
        instrument_id = given.instrument(national, elsewhere)
    stated = _stated(elsewhere)
    for act in (
        lambda work: commands.register_instrument(work, stated),
        lambda work: commands.change_instrument(
            work,
            ChangeInstrument(
                instrument_id=instrument_id, expected_version=1, held_from_on=given.TODAY, what=stated
            ),
        ),
        lambda work: commands.retire_instrument(
            work,
            RetireInstrument(
                instrument_id=instrument_id, expected_version=1, retired_on=given.TODAY, reason="报废"
            ),
        ),
    ):
        with writing(engine) as session, pytest.raises(Forbidden):
            act(given.work(session, "officer"))


def _change(instrument_id: str, what: RegisterInstrument, **more: Any) -> ChangeInstrument:
    stated = {"expected_version": 1, "held_from_on": date(2026, 6, 1), **more}
    return ChangeInstrument(instrument_id=instrument_id, what=what, **stated)


def test_an_instrument_that_is_passed_on_keeps_its_history(engine: Engine) -> None:
    one = _business(engine)
    with writing(engine) as session:
        work = given.work(session)
        other = given.business(work, "浉河区张记鲜肉店")
        instrument_id = given.instrument(work, one, maker=MAKER, serial_no="A-1", in_use_on="2026-01-05")
    with writing(engine) as session:
        outcome = commands.change_instrument(given.work(session), _change(instrument_id, _stated(other)))
    assert outcome.what == "changed"
    with reading(engine) as session:
        present, former = versions(session, Instrument, Instrument.instrument_id, instrument_id)
        assert (present.business_id, present.held_from_on) == (other, date(2026, 6, 1))
        assert (former.business_id, former.superseded_at) == (one, present.recorded_at)
        assert queries.instruments_of(session, one) == []


@pytest.mark.parametrize(
    ("more", "refused", "code"),
    [
        ({"expected_version": 2}, Conflict, "version.stale"),
        ({"held_from_on": date(2026, 11, 21)}, Malformed, "day.ahead"),
        ({"held_from_on": date(2025, 12, 31)}, Malformed, "instrument.moved_back"),
    ],
)
def test_a_change_names_its_version_and_a_possible_day(
    engine: Engine, more: dict[str, Any], refused: type[Refusal], code: str
) -> None:
    business_id = _business(engine)
    with writing(engine) as session:
        instrument_id = given.instrument(given.work(session), business_id, in_use_on="2026-01-05")
    with writing(engine) as session, pytest.raises(refused) as refusal:
        commands.change_instrument(given.work(session), _change(instrument_id, _stated(business_id), **more))
    assert refusal.value.code == code


def test_a_change_cannot_take_the_number_of_another_instrument(engine: Engine) -> None:
    business_id = _business(engine)
    first, second = _register(engine, _stated(business_id), _stated(business_id, serial_no="B-2"))
    assert second.id is not None
    with writing(engine) as session, pytest.raises(Conflict) as refusal:
        commands.change_instrument(given.work(session), _change(second.id, _stated(business_id)))
    assert (refusal.value.code, refusal.value.params["id"]) == ("instrument.duplicate", first.id)


def test_a_retired_instrument_is_never_brought_back_by_saying_it_again(engine: Engine) -> None:
    business_id = _business(engine)
    instrument_id = _register(engine, _stated(business_id))[0].id
    assert instrument_id is not None
    retire = RetireInstrument(
        instrument_id=instrument_id, expected_version=1, retired_on=date(2026, 11, 1), reason="报废"
    )
    with writing(engine) as session:
        commands.retire_instrument(given.work(session), retire)
    assert _register(engine, _stated(business_id))[0].what == "unchanged"
    with reading(engine) as session:
        assert queries.standing(session, given.TODAY, limit=9) == []
        assert [one.instrument_id for one, *_ in queries.standing(session, date(2026, 10, 31), limit=9)] == [
            instrument_id
        ]
    with writing(engine) as session, pytest.raises(RuleRefused) as refusal:
        commands.retire_instrument(given.work(session), retire.model_copy(update={"expected_version": 2}))
    assert refusal.value.code == "instrument.retired"


def test_a_merger_carries_instruments_and_verifications_over_and_back(engine: Engine, tmp_path: Path) -> None:
    survivor = _business(engine, name="信阳石油有限公司", uscc="91110000600037341L")
    with writing(engine) as session:
        work = given.work(session)
        former = given.business(work, "信阳石油加油站", market="甲市场", stall="1")
        instrument_id = given.instrument(work, former)
        given.verification(work, instrument_id)
        stays = given.instrument(work, former, maker=None, serial_no="X-1")
        same = given.instrument(work, survivor, maker=None, serial_no="X-1")
    given.merger(engine, tmp_path, former, survivor)
    with reading(engine) as session:
        held = {
            one.instrument_id: found
            for one, found, _ in queries.standing(
                session, given.TODAY, queries.Which(business_id=survivor), limit=9
            )
        }
        assert set(held) == {instrument_id, same}
        assert held[instrument_id] is not None
        assert [one.instrument_id for one in queries.instruments_of(session, former)] == [stays]
