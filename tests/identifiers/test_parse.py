"""Codes are read in any writing, kept in one, and judged by their own digits."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from registry.errors import Malformed
from registry.identifiers import new_id, parse_organisation_code, parse_uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
KNOWN = "91110000600037341L"
codes = st.text(ALPHABET, min_size=18, max_size=18)
bodies = st.builds(
    "{}{}".format, st.text(string.digits, min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9)
)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(KNOWN, id="as-printed"),
        pytest.param("91110000600037341l", id="lower-case"),
        pytest.param(" 9111 0000 6000 3734 1L\n", id="spaced"),
        pytest.param("９１１１００００６０００３７３４１Ｌ", id="full-width"),
        pytest.param("\ufeff91110000600037341L\u3000", id="byte-order-mark-and-wide-space"),
    ],
)
def test_a_code_is_read_in_any_writing_and_kept_in_one(written: str) -> None:
    assert parse_uscc(written) == (KNOWN, True)


def test_a_code_tells_its_region_and_its_organisation_code() -> None:
    code = parse_uscc(KNOWN)
    assert (code.region, code.organisation_code) == ("110000", "600037341")


@given(bodies)
def test_the_check_character_is_the_one_that_another_library_computes(body: str) -> None:
    right = stdnum_uscc.calc_check_digit(body)
    assert parse_uscc(body + right).check_ok
    for wrong in set(ALPHABET) - {right}:
        assert not parse_uscc(body + wrong).check_ok


def test_a_failing_check_character_warns_and_is_kept() -> None:
    assert parse_uscc("91110000600037341M") == ("91110000600037341M", False)


def test_a_code_of_a_farmers_organisation_begins_with_n_and_is_valid() -> None:
    body = "N2411502MF0A00001"
    values = [ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body)]
    assert parse_uscc(body + ALPHABET[-sum(values) % 31]).check_ok


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("9111000060003734", id="too-short"),
        pytest.param("91110000600037341LL", id="too-long"),
        pytest.param("9111000060003734IL", id="letter-i"),
        pytest.param("9111000060003734SL", id="letter-s"),
        pytest.param("9111000060003734中L", id="chinese"),
        pytest.param("91110000-60003734L", id="hyphen"),
        pytest.param("9111000060003734\x00L", id="control-character"),
    ],
)
def test_what_has_another_length_or_letter_is_no_code(written: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_uscc(written, field="row.uscc")
    assert (refused.value.code, refused.value.field) == ("uscc.malformed", "row.uscc")


@given(st.text(max_size=24))
def test_any_text_is_a_code_in_its_one_writing_or_is_refused(text: str) -> None:
    try:
        code = parse_uscc(text)
    except Malformed:
        return
    assert len(code.value) == 18
    assert set(code.value) <= set(ALPHABET)
    assert parse_uscc(code.value) == code


@given(codes)
def test_reading_a_code_again_changes_nothing(text: str) -> None:
    assert parse_uscc(text).value == text


@pytest.mark.parametrize(
    ("written", "value", "check_ok"),
    [
        pytest.param("600037341", "600037341", True, id="inside-the-known-code"),
        pytest.param("60003734-1", "600037341", True, id="hyphen"),
        pytest.param("60003734-2", "600037342", False, id="wrong-check"),
        pytest.param("D2143569X", "D2143569X", True, id="check-x-from-the-standard"),
    ],
)
def test_an_organisation_code_is_judged_by_its_check_character(
    written: str, value: str, check_ok: bool
) -> None:
    assert parse_organisation_code(written) == (value, check_ok)


@pytest.mark.parametrize("written", ["", "60003734", "6000373411", "6000373中1"])
def test_what_has_another_length_or_letter_is_no_organisation_code(written: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_organisation_code(written)
    assert refused.value.code == "organisation_code.malformed"


def test_own_identifiers_are_26_lower_case_characters_and_never_meet() -> None:
    made = {new_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(one) == 26 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in made)
