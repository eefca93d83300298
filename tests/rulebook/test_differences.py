"""What differs between two laws is told whole, once, and in words of both languages."""

from datetime import date
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from registry.rulebook import (
    TABLES,
    Deadline,
    PenaltyRange,
    Row,
    Rulebook,
    ScoreDimension,
    load_rulebook,
    parse_row,
)
from registry.rulebook.differences import Difference, Standpoint, differences, said_fields
from registry.rulebook.model import Source
from registry.rulebook.score_rows import SchemeRow, ScoreScheme
from registry.rulebook.wording import Wording
from registry.texts import Language, terms

BOOK = load_rulebook()
TODAY = date(2026, 11, 20)
PLACES = ("000000", "330000", "370000", "370203", "410000", "411502", "130000", "150200")
DAYS = (date(2013, 12, 31), date(2014, 1, 1), date(2020, 7, 24), date(2025, 12, 25), date(2026, 4, 15), TODAY)
standpoints = st.builds(Standpoint, st.just(BOOK), st.sampled_from(PLACES), st.sampled_from(DAYS))


def found(code: str, one: Standpoint, other: Standpoint) -> Difference:
    (only,) = [each for each in differences(one, other) if each.row.code == code]
    return only


def at(region: str = "", on: date = TODAY, book: Rulebook = BOOK) -> Standpoint:
    return Standpoint(book, region, on)


@settings(max_examples=40, deadline=None)
@drawn(standpoints, standpoints)
def test_going_back_tells_the_same_the_other_way_round(one: Standpoint, other: Standpoint) -> None:
    forth, back = differences(one, other), differences(other, one)
    assert [(d.before, d.after, d.fields) for d in forth] == [(d.after, d.before, d.fields) for d in back]
    assert differences(one, one) == ()


@settings(max_examples=30, deadline=None)
@drawn(standpoints, standpoints)
def test_what_is_told_and_nothing_else_differs(one: Standpoint, other: Standpoint) -> None:
    told = {(type(each.row), each.row.identity[2:], each.row.code): each for each in differences(one, other)}
    schemes = {row.code for row in BOOK.rows(ScoreScheme)}
    for table in TABLES:
        for scheme in schemes if issubclass(table, SchemeRow) else {"default"}:
            held = [
                each.rulebook.in_force(table, each.region, each.on, scheme=scheme) for each in (one, other)
            ]
            for code in held[0].keys() | held[1].keys():
                was, now = held[0].get(code), held[1].get(code)
                key = (table, (scheme,) if issubclass(table, SchemeRow) else (), code)
                assert (key in told) == (was is None or now is None or said(was) != said(now))


def said(row: Row) -> list[Any]:
    return [getattr(row, name) for name in said_fields(row)]


def test_a_province_takes_the_place_of_the_nations_figure_from_its_first_day() -> None:
    change = found("M43", at(), at("410000"))
    assert (change.kind, change.from_on) == ("changed", date(2016, 3, 29))
    assert change.fields == ("unit", "fine_min_fen", "fine_max_fen", "confiscation", "source")
    words = Wording(BOOK, "zh")
    assert words.lines(change)[2] == ("罚款上限", "1,000.00 元", "500.00 元")
    assert words.since(change) == "有改动、自2016年3月29日起、河南省的规则"
    assert Wording(BOOK, "en").lines(change)[2] == ("Most fine", "1,000.00 yuan", "500.00 yuan")


def test_a_rule_that_ended_says_its_last_figures_and_the_first_day_without_it() -> None:
    gone = found("M48.device", at("330000"), at("110000"))
    assert (gone.kind, gone.after, gone.from_on) == ("ended", None, None)
    (samr,) = [
        each
        for each in differences(at(on=date(2026, 3, 31)), at(on=date(2026, 4, 1)))
        if each.row.code == "samr2025" and each.row.table == "severities"
    ]
    assert (samr.kind, samr.from_on) == ("ended", date(2026, 4, 1))


def test_a_missing_figure_is_told_as_not_known_and_an_open_one_as_not_set() -> None:
    words = Wording(BOOK, "zh")
    accept = found("complaint.accept", at(on=date(2026, 4, 14)), at(on=date(2026, 4, 15)))
    assert words.lines(accept)[0] == ("数量", "7 个工作日", "尚未查到")
    assert words.value(BOOK.find(PenaltyRange, "M43", "", TODAY), "fine_min_fen") == "未规定"


def test_a_new_rulebook_is_compared_with_the_old_one_at_one_place_and_day() -> None:
    row = parse_row(
        "deadlines",
        {
            "code": "hearing.request",
            "jurisdiction": "41",
            "in_force_from": "2026-11-01",
            "tag": "default",
            "amount": 6,
            "unit": "working_day",
            "counts_from": "service of the notice",
        },
    )
    new = BOOK.with_rows([row])
    (change,) = [
        each for each in differences(at("411502"), at("411502", book=new)) if isinstance(each.row, Deadline)
    ]
    assert change.row.code == row.code


def test_a_rule_without_source_tag_or_name_of_its_own_is_not_said_to_set_none() -> None:
    words = Wording(BOOK, "zh")
    (row,) = [row for row in BOOK.rows(PenaltyRange) if (row.code, row.jurisdiction) == ("K03", "")]
    assert [words.value(row, name) for name in ("source", "name_zh")] == ["没有出处", "整个违法行为"]
    assert words.value(BOOK.find(PenaltyRange, "M43", "", TODAY), "tag") == "有出处"


def test_a_figure_that_nobody_found_is_said_not_to_be_known_and_never_not_to_be_set() -> None:
    words = Wording(BOOK, "zh")
    hebei = [row for row in BOOK.rows(ScoreDimension) if row.jurisdiction == "13"]
    assert {words.value(row, "weight_bp") for row in hebei} == {"尚未查到"}
    assert {words.value(row, "ceiling_points") for row in hebei} == {"未规定"}
    (row,) = [row for row in BOOK.rows(PenaltyRange) if (row.code, row.jurisdiction) == ("K03", "")]
    assert words.value(row, "fine_max_fen") == "尚未查到"
    found = differences(at("000000"), at("130102"), [ScoreDimension])
    lines = [words.lines(one) for one in found if one.row.jurisdiction == "13"]
    assert all(("权重", None, "尚未查到") in one for one in lines)


@pytest.mark.parametrize("language", get_args(Language))
def test_every_table_field_and_value_has_a_word(language: Language) -> None:
    words, known = Wording(BOOK, language), terms(language)
    assert {f"rule_table.{table.table}" for table in TABLES} <= known.keys()
    for row in (row for table in TABLES for row in BOOK.rows(table)):
        assert words.title(row)
        for name in said_fields(row):
            assert words.field(name)
            assert words.value(row, name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_no_code_that_the_law_may_take_is_shown_as_it_stands(table: type[Row]) -> None:
    """Every literal of every field has a word, also where no row says it yet."""
    for name, field in table.model_fields.items():
        for code, language in product(literals(field.annotation), get_args(Language)):
            word = Wording(BOOK, language)._word(name, code)
            assert word != code or language == "en", (table.table, name, code)


def literals(shape: Any) -> list[str]:
    inner = get_args(shape)
    if not inner:
        return []
    return [one for each in inner for one in ([each] if isinstance(each, str) else literals(each))]


def test_a_basis_is_told_with_its_article() -> None:
    row = BOOK.find(PenaltyRange, "K03", "330106", TODAY)
    assert isinstance(row.source, Source)
    assert Wording(BOOK, "zh").value(row, "source") == "浙江省计量监督管理条例 第四十一条第（五）项"


def test_every_rule_has_a_name_that_is_no_code() -> None:
    words = Wording(BOOK, "zh")
    named = {(row.table, row.code): words.name(row) for table in TABLES for row in BOOK.rows(table)}
    left = {key: name for key, name in named.items() if name == key[1] or "_" in name}
    assert {key for key, name in left.items() if not name.isupper()} == set(), (
        "grades are called by their letter"
    )
