"""How long a verification runs, and how an instrument stands: worked examples, to be read by a lawyer."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from registry.instruments.rules import due_from, governing, run_of, status_on
from registry.rulebook import InstrumentKind
from registry.rulebook.book import read_row
from tests import given

HENAN = "411502"


@dataclass(frozen=True)
class Certificate:
    """A verification as rules see it."""

    verification_id: str = "1"
    result: str = "qualified"
    verified_on: date = date(2026, 3, 15)
    valid_through: date | None = date(2027, 3, 14)
    possibly_through: date | None = None
    annulled_on: date | None = None


@pytest.mark.parametrize(
    ("kind", "verified_on", "through", "possibly"),
    [
        # JJG 443-2023: six months; the last day is the one before the same number
        ("fuel_dispenser", date(2026, 3, 15), date(2026, 9, 14), None),
        # 31 August and six months: February has no 31st, its last day stands in
        ("fuel_dispenser", date(2026, 8, 31), date(2027, 2, 27), None),
        # JJG 539: one year
        ("price_computing_scale", date(2026, 3, 15), date(2027, 3, 14), None),
        # JJG 162-2019: household water meters are verified once and replaced after six years
        ("water_meter_dn25", date(2026, 3, 15), date(2032, 3, 14), None),
        ("water_meter_dn50", date(2026, 3, 15), date(2030, 3, 14), None),
        ("water_meter_large", date(2026, 3, 15), date(2028, 3, 14), None),
        # JJG 577-2012: gas meters likewise, ten years
        ("gas_meter", date(2026, 3, 15), date(2036, 3, 14), None),
        # two recalled figures: certain for six months, undetermined up to one year
        ("truck_scale", date(2026, 3, 15), date(2026, 9, 14), date(2027, 3, 14)),
        # no interval was found: nothing is guessed
        ("heat_meter", date(2026, 3, 15), None, None),
        ("no such kind", date(2026, 3, 15), None, None),
        # before the law there was no rule
        ("fuel_dispenser", date(1986, 6, 30), None, None),
    ],
)
def test_a_verification_runs_as_long_as_the_rulebook_says(
    kind: str, verified_on: date, through: date | None, possibly: date | None
) -> None:
    run = run_of(given.rulebook(), kind, HENAN, verified_on)
    assert (run.through, run.possibly) == (through, possibly)


def test_only_an_interval_with_a_source_binds() -> None:
    bound = {
        row.code
        for row in given.rulebook().rows(InstrumentKind)
        if run_of(given.rulebook(), row.code, HENAN, given.TODAY).binding
    }
    assert bound == {
        "fuel_dispenser",
        "gas_meter",
        "water_meter_dn25",
        "water_meter_dn50",
        "water_meter_large",
    }


def test_a_jurisdiction_settles_what_sources_leave_open() -> None:
    raw = {
        "code": "truck_scale",
        "jurisdiction": "41",
        "in_force_from": "2026-01-01",
        "source": {"instrument": "河南省规定"},
        "name_zh": "汽车衡",
        "name_en": "Truck scale",
        "mode": "periodic",
        "months": 12,
    }
    law = given.rulebook().with_rows([read_row(InstrumentKind, raw)])
    here = run_of(law, "truck_scale", HENAN, date(2026, 3, 15))
    assert (here.through, here.possibly) == (date(2027, 3, 14), None)
    elsewhere = run_of(law, "truck_scale", "330100", date(2026, 3, 15))
    assert elsewhere.possibly == date(2027, 3, 14)
    assert run_of(law, "truck_scale", HENAN, date(2025, 12, 31)).possibly == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2026, 3, 15), "valid"),
        (date(2027, 2, 11), "valid"),
        (date(2027, 2, 12), "due_soon"),  # thirty days before the last one
        (date(2027, 3, 14), "due_soon"),  # the last valid day
        (date(2027, 3, 15), "overdue"),
    ],
)
def test_an_instrument_is_valid_then_due_soon_then_overdue(on: date, status: str) -> None:
    assert status_on(Certificate(), on, due_from(given.rulebook(), HENAN, on)) == status


@pytest.mark.parametrize(
    ("certificate", "status"),
    [
        (None, "unknown"),  # nothing on record accuses nobody
        (Certificate(valid_through=None), "unknown"),  # no interval is known
        (Certificate(result="unqualified", valid_through=None), "unqualified"),
        (Certificate(result="limited"), "valid"),
        (Certificate(valid_through=date(2026, 9, 14), possibly_through=date(2027, 3, 14)), "undetermined"),
        (Certificate(valid_through=date(2026, 9, 14), possibly_through=date(2026, 11, 19)), "overdue"),
    ],
)
def test_what_is_not_known_is_said_as_unknown(certificate: Certificate | None, status: str) -> None:
    assert status_on(certificate, given.TODAY, None) == status
    assert status_on(certificate, given.TODAY, None, retired_on=given.TODAY) == "retired"


def test_the_latest_verification_speaks_unless_it_was_annulled_by_then() -> None:
    former = Certificate("1", verified_on=date(2025, 3, 15))
    annulled = Certificate("2", annulled_on=date(2026, 6, 1))
    assert governing([annulled, former], date(2026, 5, 31)) is annulled
    assert governing([annulled, former], date(2026, 6, 1)) is former
    assert governing([annulled, former], date(2025, 3, 14)) is None


def test_who_fails_and_is_verified_again_on_the_same_day_has_passed() -> None:
    failed = Certificate("9", result="unqualified", valid_through=None)
    passed = Certificate("1")
    assert governing([failed, passed], given.TODAY) is passed
    assert governing([passed, failed], given.TODAY) is passed


@drawn(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_verification_of_any_day_is_valid_on_its_last_day_and_not_after(day: date) -> None:
    through = run_of(given.rulebook(), "fuel_dispenser", HENAN, day).through
    assert through is not None
    certificate = Certificate(verified_on=day, valid_through=through)
    assert status_on(certificate, through, None) == "valid"
    assert status_on(certificate, through + timedelta(days=1), None) == "overdue"


def test_no_chinese_word_means_two_kinds_of_instrument() -> None:
    rows = given.rulebook().rows(InstrumentKind)
    words = [word for row in rows for word in (row.code, row.name_zh, row.name_en, *row.also_zh)]
    assert len(words) == len(set(words))
