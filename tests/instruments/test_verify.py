"""What a verification says, when it is the same one, and until when an instrument stands by it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.commands import Outcome
from registry.errors import Conflict, Forbidden, Malformed, NotFound, Refusal, RuleRefused
from registry.instruments import queries, verifying
from registry.instruments.commands import change_instrument, retire_instrument
from registry.instruments.forms import (
    AnnulVerification,
    ChangeInstrument,
    RecordVerification,
    RegisterInstrument,
    RetireInstrument,
)
from registry.instruments.rules import due_from, governing, status_on
from registry.instruments.tables import Verification
from registry.rulebook import InstrumentKind
from registry.rulebook.book import read_row
from registry.store import outbox
from registry.store.engine import reading, writing
from registry.store.versions import versions
from tests import given

LATER = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def _instrument(engine: Engine, **more: Any) -> str:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        return given.instrument(work, given.business(work), **more)


def _record(engine: Engine, *rows: RecordVerification) -> list[Outcome]:
    with writing(engine) as session:
        return verifying.record_verifications(given.work(session), rows)


def _refusal(
    engine: Engine, row: RecordVerification, refused: type[Refusal], account: str = "national"
) -> tuple[str, str | None]:
    with writing(engine) as session, pytest.raises(refused) as refusal:
        verifying.record_verification(given.work(session, account), row)
    return refusal.value.code, refusal.value.field


def _one(engine: Engine, verification_id: str | None) -> Verification:
    assert verification_id is not None
    with reading(engine) as session:
        found = queries.verification(session, verification_id)
        assert found is not None
        return found


def test_the_same_certificate_twice_changes_nothing(engine: Engine) -> None:
    stated = given.stated_verification(_instrument(engine))
    (first,) = _record(engine, stated)
    with reading(engine) as session:
        before = outbox.backlog(session, "index")
    written_wide = stated.model_copy(update={"certificate_no": "浉衡字第２０２６０００１号"})
    assert [one.what for one in _record(engine, stated, written_wide)] == ["unchanged", "unchanged"]
    with reading(engine) as session:
        assert outbox.backlog(session, "index") == before
        assert len(queries.verifications_of(session, stated.instrument_id)) == 1
    assert _one(engine, first.id).valid_through == date(2027, 3, 14)


def test_a_certificate_that_says_otherwise_than_before_is_refused(engine: Engine) -> None:
    instrument_id = _instrument(engine)
    _record(engine, given.stated_verification(instrument_id))
    other = given.stated_verification(instrument_id, verified_on=date(2026, 3, 16))
    assert _refusal(engine, other, Conflict) == ("verification.duplicate", "certificate_no")


def test_one_certificate_on_two_instruments_is_taken_with_a_warning(engine: Engine) -> None:
    instrument_id = _instrument(engine)
    with writing(engine) as session:
        work = given.work(session)
        second = given.instrument(work, given.business(work, "浉河区张记鲜肉店"), serial_no="2")
    outcomes = _record(engine, given.stated_verification(instrument_id), given.stated_verification(second))
    assert [one.what for one in outcomes] == ["created", "created"]
    assert [[w.code for w in one.warnings] for one in outcomes] == [[], ["verification.elsewhere"]]


@pytest.mark.parametrize(
    ("more", "refused", "code"),
    [
        ({"instrument_id": "none"}, NotFound, "instrument.unknown"),
        ({"document_id": "none"}, NotFound, "document.unknown"),
        ({"verified_on": date(2026, 11, 21)}, Malformed, "day.ahead"),
        ({"valid_through": date(2026, 3, 14)}, Malformed, "term.ends_before"),
        (
            {"result": "unqualified", "valid_through": date(2027, 3, 14)},
            Malformed,
            "verification.no_term",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    engine: Engine, more: dict[str, Any], refused: type[Refusal], code: str
) -> None:
    stated = given.stated_verification(**{"instrument_id": _instrument(engine), **more})
    assert _refusal(engine, stated, refused)[0] == code


def test_a_certificate_may_not_run_longer_than_a_sourced_regulation_allows(engine: Engine) -> None:
    """JJG 443-2023: a fuel dispenser verified on 15 March 2026 runs at most through 15 September."""
    pump = _instrument(engine, kind="fuel_dispenser")
    too_long = given.stated_verification(pump, valid_through=date(2026, 9, 16))
    assert _refusal(engine, too_long, RuleRefused) == ("verification.beyond_interval", "valid_through")
    (longest,) = _record(engine, given.stated_verification(pump, valid_through=date(2026, 9, 15)))
    assert _one(engine, longest.id).valid_through == date(2026, 9, 15)


def test_a_certificate_longer_than_a_recalled_interval_stands_with_a_warning(engine: Engine) -> None:
    scale = _instrument(engine)
    (outcome,) = _record(engine, given.stated_verification(scale, valid_through=date(2028, 3, 14)))
    assert [warning.code for warning in outcome.warnings] == ["verification.longer"]
    assert _one(engine, outcome.id).valid_through == date(2028, 3, 14)


def test_where_no_interval_is_known_the_certificate_must_say_it(engine: Engine) -> None:
    meter = _instrument(engine, kind="heat_meter")
    silent, stated = _record(
        engine,
        given.stated_verification(meter),
        given.stated_verification(meter, certificate_no="2", valid_through=date(2027, 3, 14)),
    )
    assert [warning.code for warning in silent.warnings] == ["interval.unknown"]
    assert (_one(engine, silent.id).incomplete, _one(engine, silent.id).valid_through) == (
        "interval.unknown",
        None,
    )
    assert (stated.warnings, _one(engine, stated.id).incomplete) == ((), None)


def test_an_annulled_verification_speaks_no_more_and_is_not_brought_back(engine: Engine) -> None:
    instrument_id = _instrument(engine)
    stated = given.stated_verification(instrument_id)
    verification_id = _record(engine, stated)[0].id
    assert verification_id is not None
    annul = AnnulVerification(
        verification_id=verification_id,
        expected_version=1,
        annulled_on=date(2026, 6, 1),
        reason="证书系伪造",
    )
    for more, code in (
        ({"annulled_on": date(2026, 3, 14)}, "verification.not_made"),
        ({"annulled_on": date(2026, 11, 21)}, "day.ahead"),
    ):
        with writing(engine) as session, pytest.raises(Malformed) as refusal:
            verifying.annul_verification(given.work(session), annul.model_copy(update=more))
        assert refusal.value.code == code
    with writing(engine) as session:
        verifying.annul_verification(given.work(session, now=LATER), annul)
    with writing(engine) as session, pytest.raises(Conflict) as again:
        verifying.annul_verification(given.work(session), annul.model_copy(update={"expected_version": 2}))
    assert again.value.code == "verification.annulled"
    assert _record(engine, stated)[0].what == "unchanged"
    corrected = given.stated_verification(instrument_id, verified_on=date(2026, 3, 16))
    assert _record(engine, corrected)[0].what == "created"
    with reading(engine) as session:
        known = versions(session, Verification, Verification.verification_id, verification_id)
        assert [row.annulled_on for row in known] == [date(2026, 6, 1), None]


def test_a_retired_instrument_is_not_verified_from_that_day_on(engine: Engine) -> None:
    instrument_id = _instrument(engine)
    retire = RetireInstrument(
        instrument_id=instrument_id, expected_version=1, retired_on=date(2026, 3, 15), reason="更换"
    )
    with writing(engine) as session:
        retire_instrument(given.work(session), retire)
    stated = given.stated_verification(instrument_id)
    assert _refusal(engine, stated, RuleRefused) == ("instrument.retired", "verified_on")
    before = given.stated_verification(instrument_id, verified_on=date(2026, 3, 14))
    assert _record(engine, before)[0].what == "created"


def test_an_office_of_another_region_verifies_and_annuls_nothing(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        national = given.work(session, "national")
        elsewhere = given.business(national, "杭州某某超市有限公司", region="330102")
        instrument_id = given.instrument(national, elsewhere)
        verification_id = given.verification(national, instrument_id)
    stated = given.stated_verification(instrument_id, certificate_no="2")
    assert _refusal(engine, stated, Forbidden, "officer") == ("grant.missing", "instrument_id")
    annul = AnnulVerification(
        verification_id=verification_id, expected_version=1, annulled_on=given.TODAY, reason="误录"
    )
    with writing(engine) as session, pytest.raises(Forbidden):
        verifying.annul_verification(given.work(session, "officer"), annul)


def test_a_corrected_kind_counts_the_last_day_anew_but_never_a_stated_one(engine: Engine) -> None:
    instrument_id = _instrument(engine)
    counted, stated = _record(
        engine,
        given.stated_verification(instrument_id),
        given.stated_verification(instrument_id, certificate_no="2", valid_through=date(2026, 12, 31)),
    )
    with reading(engine) as session:
        held = queries.instrument(session, instrument_id)
        assert held is not None
    what = RegisterInstrument(
        business_id=held.business_id, kind="fuel_dispenser", maker=held.maker, serial_no=held.serial_no
    )
    with writing(engine) as session:
        change_instrument(
            given.work(session),
            ChangeInstrument(
                instrument_id=instrument_id, expected_version=1, held_from_on=given.TODAY, what=what
            ),
        )
    assert _one(engine, counted.id).valid_through == date(2026, 9, 14)
    assert _one(engine, stated.id).valid_through == date(2026, 12, 31)


def test_an_interval_that_a_jurisdiction_sets_settles_what_was_open(engine: Engine) -> None:
    truck = _instrument(engine, kind="truck_scale")
    (outcome,) = _record(engine, given.stated_verification(truck))
    row = read_row(
        InstrumentKind,
        {
            "code": "truck_scale",
            "jurisdiction": "4115",
            "in_force_from": "2026-01-01",
            "source": {"instrument": "信阳市规定"},
            "name_zh": "汽车衡",
            "name_en": "Truck scale",
            "mode": "periodic",
            "months": 12,
        },
    )
    assert _one(engine, outcome.id).possibly_through == date(2027, 3, 14)
    with writing(engine) as session:
        work = replace(given.work(session), rulebook=given.rulebook().with_rows([row]))
        assert verifying.count_anew(work, queries.open_to_law(session)) == 1
        assert verifying.count_anew(work, queries.open_to_law(session)) == 0
    settled = _one(engine, outcome.id)
    assert (settled.valid_through, settled.possibly_through) == (date(2027, 3, 14), None)


def test_the_database_and_the_rule_say_the_same_of_every_state(engine: Engine) -> None:
    """One instrument for each way to stand; SQL and Python must agree on every day around the turns."""
    given.registry(engine)
    cases: tuple[tuple[str, dict[str, Any]], ...] = (
        ("price_computing_scale", {}),
        ("truck_scale", {}),
        ("heat_meter", {}),
        ("fuel_dispenser", {"result": "unqualified"}),
        ("fuel_dispenser", {"result": "limited", "limitation": "仅限 92 号"}),
    )
    with writing(engine) as session:
        work = given.work(session)
        business_id = given.business(work)
        for number, (kind, more) in enumerate(cases):
            held = given.instrument(work, business_id, kind=kind, serial_no=f"{number}")
            given.verification(work, held, certificate_no=f"{number}", **more)
        twice = given.instrument(work, business_id, serial_no="twice")
        for number, result in enumerate(("unqualified", "qualified", "unqualified")):
            given.verification(work, twice, certificate_no=f"twice {number}", result=result)
        given.instrument(work, business_id, serial_no="never")
    days = [date(2026, 3, 14), date(2026, 3, 15), date(2026, 8, 15), date(2026, 8, 16)]
    days += [date(2026, 9, 14), date(2026, 9, 15), date(2027, 2, 12), date(2027, 3, 14), date(2027, 3, 15)]
    seen = set()
    with reading(engine) as session:
        instruments = queries.instruments_of(session, business_id)
        for on in days:
            due = due_from(given.rulebook(), given.TOWN, on)
            told = {}
            for one in instruments:
                speaks = governing(queries.verifications_of(session, one.instrument_id), on)
                told[one.instrument_id] = status_on(speaks, on, due)
            status = queries.status_column(on, due)
            asked = queries.in_use(on, queries.Instrument.instrument_id, status)
            assert {row[0]: row[1] for row in session.execute(asked)} == told
            counts = queries.counted(session, on, due)
            assert sum(counts.values()) == len(instruments)
            seen |= set(told.values())
    assert seen == {"valid", "due_soon", "undetermined", "overdue", "unqualified", "unknown"}


def test_what_runs_out_is_found_by_region_market_and_day(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        stall = given.business(work, "王记鲜肉店", market="东方红农贸市场", stall="A-12")
        shop = given.business(work, "浉河区张记鲜肉店")
        soon = given.instrument(work, stall, serial_no="soon")
        later = given.instrument(work, shop, serial_no="later")
        never = given.instrument(work, shop, serial_no="never")
        given.verification(work, soon, certificate_no="1", verified_on=date(2025, 12, 1))
        given.verification(work, later, certificate_no="2", verified_on=date(2026, 10, 1))
    with reading(engine) as session:

        def found(**asked: Any) -> set[str]:
            rows = queries.standing(session, given.TODAY, queries.Which(**asked), limit=9)
            return {one.instrument_id for one, *_ in rows}

        assert found(through=date(2026, 11, 30)) == {soon, never}
        assert found(through=date(2026, 11, 29)) == {never}
        assert found(within=("4115",)) == {soon, later, never}
        assert found(within=("33",)) == set()
        assert found(business_id=shop) == {later, never}
        market_id = session.exec(
            queries.select(queries.BusinessVersion.market_id).where(
                queries.BusinessVersion.business_id == stall
            )
        ).one()
        assert found(market_id=market_id) == {soon}
