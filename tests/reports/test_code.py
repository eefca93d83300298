"""The return code finds the report, forgives how it is typed, and shows a slip."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Malformed
from registry.reports.codes import derive, draw, issued, read_code, was_issued, written

PEPPER = bytes(range(32))
TODAY, YESTERDAY = date(2026, 11, 22), date(2026, 11, 21)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = draw()
    shown = written(code)
    assert len(shown.split()) == 6
    wide = shown.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    for typed in (code, shown, shown.replace(" ", "-"), f"  {shown}\n", wide, shown.replace(" ", "\u3000")):
        assert read_code(typed) == code


@given(place=st.integers(0, 23), other=st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place: int, other: int) -> None:
    code = draw()
    wrong = code[:place] + str((int(code[place]) + other) % 10) + code[place + 1 :]
    with pytest.raises(Malformed) as refused:
        read_code(wrong)
    assert refused.value.code == "report.code_check"


@given(place=st.integers(0, 22))
def test_two_neighbours_swapped_are_noticed(place: int) -> None:
    code = draw()
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(Malformed):
            read_code(swapped)


@pytest.mark.parametrize("typed", ["", "1234", "1234 5678 9012 3456 7890 123x", "1" * 25, "²" * 24, "٣" * 24])
def test_what_is_no_code_is_refused_with_the_field(typed: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_code(typed)
    assert refused.value.field == "code"


def test_a_thousand_codes_differ_and_use_every_digit_everywhere() -> None:
    codes = {draw() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len({code[place] for code in codes}) == 10 for place in range(24))


def test_the_same_code_always_finds_the_same_report_and_another_pepper_another() -> None:
    code = "123456789012345678901207"
    first, again, elsewhere = derive(code, PEPPER), derive(code, PEPPER), derive(code, PEPPER[::-1])
    assert first.locator == again.locator != elsewhere.locator
    assert first.reply.public == again.reply.public != elsewhere.reply.public
    assert first.locator.hex() == "bb7b1e34eef7ddcfdfd2917a19e56d071043b11145150a2b2aa6e269c44e132f"
    assert code not in repr(first)
    assert first.locator.hex() not in repr(first)


def test_only_a_code_that_we_showed_on_one_of_the_days_is_taken() -> None:
    code = draw()
    proof = issued(code, YESTERDAY, PEPPER)
    assert was_issued(code, (TODAY, YESTERDAY), PEPPER, proof)
    assert not was_issued(code, (TODAY,), PEPPER, proof)
    assert not was_issued(draw(), (TODAY, YESTERDAY), PEPPER, proof)
    assert not was_issued(code, (TODAY, YESTERDAY), PEPPER[::-1], proof)
