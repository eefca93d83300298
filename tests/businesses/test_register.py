"""Who is the same business, and who must never be taken for another."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, func, select

from registry.audit.tables import AuditEntry
from registry.businesses import commands, queries
from registry.businesses.commands import ChangeBusiness, RegisterBusiness, RegisterSubject
from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, Business, BusinessVersion
from registry.errors import Conflict, Forbidden, Malformed
from registry.store import outbox
from registry.store.engine import reading, writing
from tests import given

CODE = "91110000600037341L"


def _command(**more: Any) -> RegisterBusiness:
    return RegisterBusiness(
        **{"name": "浉河区李记水产店", "region": given.TOWN, "kind": "enterprise", **more}
    )


def _register(engine: Engine, *rows: RegisterBusiness) -> list[str]:
    with writing(engine) as session:
        outcomes = commands.register_businesses(given.work(session), rows)
    return [f"{outcome.what}" for outcome in outcomes]


def test_the_same_code_is_the_same_business_however_it_is_written(engine: Engine) -> None:
    given.registry(engine)
    assert _register(engine, _command(uscc=CODE)) == ["created"]
    assert _register(engine, _command(uscc=" 91110000600037341l ")) == ["unchanged"]


def test_the_same_rows_twice_change_nothing(engine: Engine) -> None:
    given.registry(engine)
    rows = [
        _command(uscc=CODE, former_names=("老李水产",)),
        _command(name="王记鲜肉摊", market="湖东市场", stall="A-1"),
        _command(name="无码商行"),
    ]
    assert _register(engine, *rows) == ["created"] * 3
    with reading(engine) as session:
        before = (outbox.backlog(session, "search"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert _register(engine, *rows) == ["unchanged"] * 3
    with reading(engine) as session:
        after = (outbox.backlog(session, "search"), session.exec(select(func.count(AuditEntry.seq))).one())
    assert before == after


def test_a_changed_name_stays_as_a_former_name(engine: Engine) -> None:
    given.registry(engine)
    _register(engine, _command(uscc=CODE, name="甲商行"))
    assert _register(engine, _command(uscc=CODE, name="乙商行")) == ["changed"]
    with reading(engine) as session:
        alias = session.exec(select(Alias)).one()
        assert (alias.kind, alias.value) == ("former_name", "甲商行")
        versions = session.exec(select(BusinessVersion).order_by(col(BusinessVersion.version))).all()
        assert [(v.name, v.superseded_at is None) for v in versions] == [("甲商行", False), ("乙商行", True)]


def test_a_code_twice_in_one_batch_is_one_business(engine: Engine) -> None:
    given.registry(engine)
    assert _register(engine, _command(uscc=CODE, name="甲商行"), _command(uscc=CODE, name="乙商行")) == [
        "created",
        "changed",
    ]
    with reading(engine) as session:
        assert session.exec(select(func.count(Business.id))).one() == 1


def test_a_failing_old_code_warns_and_is_never_refused(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        outcome = commands.register_business(given.work(session), _command(uscc=CODE[:-1] + "0"))
    assert outcome.what == "created"
    assert [warning.code for warning in outcome.warnings] == ["uscc.check_digit"]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        pytest.param({"uscc": "123"}, "uscc.malformed", "uscc", id="a code too short"),
        pytest.param({"region": "999999"}, "region.unknown", "region", id="a region that is none"),
        pytest.param({"stall": "A-1"}, "stall.without_market", "market", id="a stall of no market"),
    ],
)
def test_a_malformed_row_is_refused_with_its_field(
    engine: Engine, more: dict[str, str], code: str, field: str
) -> None:
    given.registry(engine)
    with writing(engine) as session, pytest.raises(Malformed) as refused:
        commands.register_business(given.work(session), _command(**more))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_bad_row_does_not_stop_the_good_ones(engine: Engine) -> None:
    given.registry(engine)
    assert _register(engine, _command(uscc="123"), _command(uscc=CODE)) == ["refused", "created"]


def test_a_stall_without_a_code_is_known_by_market_and_number(engine: Engine) -> None:
    given.registry(engine)
    stall = {"market": "湖东市场", "stall": "A-1", "kind": "sole_trader"}
    assert _register(engine, _command(name="王记鲜肉摊", **stall)) == ["created"]
    assert _register(engine, _command(name="王记 鲜肉摊", **stall, address="一排")) == ["changed"]


def test_a_stall_held_under_another_name_is_not_taken_over(engine: Engine) -> None:
    given.registry(engine)
    stall = {"market": "湖东市场", "stall": "A-1"}
    _register(engine, _command(name="王记鲜肉摊", **stall))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.register_business(given.work(session), _command(name="赵记鲜肉摊", **stall))
    assert (refused.value.code, refused.value.field) == ("stall.taken", "stall")


def test_a_name_borne_by_several_is_never_guessed(engine: Engine) -> None:
    given.registry(engine)
    _register(engine, _command(uscc=CODE), _command(uscc="91330000720082446H"))
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        commands.register_business(given.work(session), _command())
    assert refused.value.code == "name.ambiguous"


@pytest.mark.parametrize("kind", ["natural_person", "sole_trader", "unknown"])
def test_two_people_of_one_name_are_never_one_whatever_the_row_calls_them(engine: Engine, kind: str) -> None:
    given.registry(engine)
    assert _register(engine, _command(name="张三丰", kind=kind, uscc="92110000600037341X")) == ["created"]
    party = RegisterSubject(name="张三丰", standing="named", region=given.TOWN)
    with writing(engine) as session:
        outcomes = commands.register_subjects(given.work(session), [party, party])
    assert [outcome.what for outcome in outcomes] == ["created", "created"]
    with pytest.raises(Malformed, match=r"business\.unidentifiable"), writing(engine) as session:
        commands.register_business(given.work(session), _command(name="张三丰", kind=kind))


def test_a_namesake_in_another_region_is_another_business(engine: Engine) -> None:
    given.registry(engine)
    assert _register(engine, _command(), _command(region="411503")) == ["created", "created"]


def test_an_office_registers_only_where_it_supervises(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session, pytest.raises(Forbidden):
        commands.register_business(given.work(session, "officer"), _command(region="410102"))


def test_a_change_names_the_version_that_it_saw(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        business_id = given.business(work, uscc=CODE)
        change = ChangeBusiness(
            business_id=business_id,
            expected_version=1,
            held_from_on=date(2026, 1, 1),
            what=_command(uscc=CODE, name="新"),
        )
        assert commands.change_business(work, change).what == "changed"
        with pytest.raises(Conflict) as stale:
            commands.change_business(work, change)
        assert stale.value.code == "version.stale"
        current = queries.current_version(session, business_id)
        assert current is not None
        assert (current.version, current.held_from_on) == (2, date(2026, 1, 1))


def test_no_change_is_dated_ahead(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        business_id = given.business(work, uscc=CODE)
        with pytest.raises(Malformed) as ahead:
            commands.change_business(
                work,
                ChangeBusiness(
                    business_id=business_id,
                    expected_version=1,
                    held_from_on=date(2026, 11, 21),
                    what=_command(uscc=CODE),
                ),
            )
        assert (ahead.value.code, ahead.value.field) == ("day.ahead", "held_from_on")


def test_a_batch_leaves_one_audit_entry_with_the_digest_of_its_rows(engine: Engine) -> None:
    given.registry(engine)
    _register(engine, _command(uscc=CODE), _command(name="另一商行"))
    with reading(engine) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "businesses.registered")).one()
        assert (entry.detail["rows"], entry.detail["written"], len(entry.detail["digest"])) == (2, 2, 64)


@drawn(st.text(max_size=20))
def test_width_case_and_spaces_do_not_make_another_name(name: str) -> None:
    assert name_key(f" {name.upper()} ") == name_key(name.upper().casefold())
    assert name_key("ＡＢ（店）") == name_key("ab(店)")


SHOP = {"market": "湖东市场", "stall": "A-1"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(SHOP, id="the same stall under the same name"),
        pytest.param({"name": "信阳石油有限公司"}, id="a company's name"),
    ],
)
def test_a_code_completes_the_record_that_is_certainly_the_same(engine: Engine, said: dict[str, Any]) -> None:
    given.registry(engine)
    assert _register(engine, _command(**said)) == ["created"]
    assert _register(engine, _command(**said, uscc=CODE)) == ["changed"]
    assert _register(engine, _command(**said), _command(**said, uscc=CODE)) == ["unchanged"] * 2
    with reading(engine) as session:
        assert session.exec(select(func.count(Business.id))).one() == 1


def test_in_one_file_the_code_may_follow_the_name(engine: Engine) -> None:
    given.registry(engine)
    rows = [_command(name="信阳石油有限公司"), _command(name="信阳石油有限公司", uscc=CODE)]
    for expected in (["created", "changed"], ["unchanged", "unchanged"]):
        with writing(engine) as session:
            outcomes = commands.register_businesses(given.work(session), rows, set())
        assert [outcome.what for outcome in outcomes] == expected


def test_a_code_never_takes_over_the_record_of_a_possible_namesake(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        given.violation(given.work(session), given.business(given.work(session)))
        (outcome,) = commands.register_businesses(given.work(session), [_command(uscc=CODE)])
    assert outcome.refusal is not None
    assert (outcome.refusal.code, outcome.refusal.field) == ("business.may_be_known", "uscc")


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param({"market": "湖西市场", "stall": "B-2"}, id="another market"),
        pytest.param({"market": "湖东市场", "stall": "B-2"}, id="another stall"),
        pytest.param({"region": "411503"}, id="another county"),
    ],
)
def test_a_namesake_of_another_place_is_another_business(engine: Engine, elsewhere: dict[str, Any]) -> None:
    given.registry(engine)
    assert _register(engine, _command(**SHOP), _command(**{**elsewhere, "uscc": CODE})) == ["created"] * 2


def test_who_moves_to_another_market_leaves_its_stall(engine: Engine) -> None:
    given.registry(engine)
    _register(engine, _command(uscc=CODE, **SHOP))
    assert _register(engine, _command(uscc=CODE, market="湖西市场")) == ["changed"]
    with reading(engine) as session:
        held = session.exec(select(BusinessVersion).where(col(BusinessVersion.superseded_at).is_(None))).one()
    assert held.stall is None
