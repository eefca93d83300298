"""The narrowest place and the day decide which row is law, and overrides never rewrite the past."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Malformed, RuleRefused
from registry.rulebook import (
    Choice,
    Deadline,
    GradeBand,
    Rulebook,
    ScoreDimension,
    ScorePoint,
    ScoreScheme,
    load_rulebook,
    parse_row,
)
from registry.rulebook.book import TABLES
from registry.rulebook.model import Row
from registry.rulebook.score_rows import SchemeRow

RULEBOOK = load_rulebook()
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def choice(code: str, value: str, begins: date, ends: date | None = None, place: str = "") -> Choice:
    return Choice(
        code=code, jurisdiction=place, in_force_from=begins, in_force_to=ends, tag="default", value=value
    )


def value(rulebook: Rulebook, on: date, region: str = "411502") -> str:
    return rulebook.find(Choice, "x", region, on).value


def test_the_narrowest_place_wins_where_it_speaks() -> None:
    begins = date(2026, 1, 1)
    rulebook = RULEBOOK.with_rows(
        [
            choice("x", name, begins, place=place)
            for name, place in (("nation", ""), ("province", "41"), ("county", "411502"))
        ]
    )
    assert value(rulebook, TODAY, "411502") == "county"
    assert value(rulebook, TODAY, "411500") == "province"
    assert value(rulebook, TODAY, "410000") == "province"
    assert value(rulebook, TODAY, "370000") == "nation"
    assert value(rulebook, TODAY, "") == "nation"


def test_a_row_holds_from_its_first_day_until_the_day_before_its_end() -> None:
    begins, ends = date(2026, 3, 1), date(2026, 6, 1)
    rulebook = RULEBOOK.with_rows([choice("x", "spring", begins, ends)])
    assert value(rulebook, begins) == value(rulebook, ends - DAY) == "spring"
    for outside in (begins - DAY, ends):
        with pytest.raises(RuleRefused) as refused:
            value(rulebook, outside)
        assert refused.value.code == "rule.absent"
        assert refused.value.params["on"] == outside.isoformat()


def test_a_later_row_closes_the_earlier_one() -> None:
    change = date(2026, 6, 1)
    rulebook = RULEBOOK.with_rows([choice("x", "old", date(2020, 1, 1)), choice("x", "new", change)])
    assert (value(rulebook, change - DAY), value(rulebook, change)) == ("old", "new")
    assert [row.in_force_to for row in rulebook.rows(Choice) if row.code == "x"] == [change, None]


def test_a_row_that_begins_on_the_same_day_replaces_the_other() -> None:
    begins = date(2020, 1, 1)
    rulebook = RULEBOOK.with_rows([choice("x", "mistaken", begins), choice("x", "corrected", begins)])
    assert [row.value for row in rulebook.rows(Choice) if row.code == "x"] == ["corrected"]


def test_the_earlier_row_holds_again_after_an_override_with_an_end() -> None:
    begins, ends = date(2026, 3, 1), date(2026, 6, 1)
    rulebook = RULEBOOK.with_rows([choice("x", "rule", date(2020, 1, 1)), choice("x", "trial", begins, ends)])
    held = [value(rulebook, day) for day in (begins - DAY, begins, ends - DAY, ends)]
    assert held == ["rule", "trial", "trial", "rule"]


def test_an_override_does_not_outlast_law_that_begins_later() -> None:
    change = date(2026, 4, 1)
    rulebook = RULEBOOK.with_rows(
        [choice("x", "law", change), choice("x", "late override", date(2025, 1, 1))]
    )
    assert (value(rulebook, change - DAY), value(rulebook, change)) == ("late override", "law")


begins = st.dates(date(2024, 1, 1), date(2024, 1, 20))
spans = st.tuples(begins, st.none() | st.integers(1, 15))


@given(st.lists(spans, max_size=6, unique_by=lambda span: span[0]), st.sampled_from(["", "41", "4115"]))
def test_of_overlapping_rows_the_one_that_began_last_holds(
    held: list[tuple[date, int | None]], place: str
) -> None:
    rows = [
        choice("x", str(n), begins, begins + timedelta(days=length) if length else None, place)
        for n, (begins, length) in enumerate(held)
    ]
    kept = [row for row in RULEBOOK.with_rows(rows).rows(Choice) if row.code == "x"]
    for offset in range(-2, 45):
        on = date(2024, 1, 1) + timedelta(days=offset)
        last = max((row for row in rows if row.holds(on)), key=lambda row: row.in_force_from, default=None)
        assert [row.value for row in kept if row.holds(on)] == ([last.value] if last else [])
    assert all(row.in_force_to is None or row.in_force_to > row.in_force_from for row in kept)


def test_overrides_leave_the_rulebook_that_they_were_laid_over_untouched() -> None:
    before = RULEBOOK.hash
    changed = RULEBOOK.with_rows([choice("publicity.prevails", "samr2025", date(2026, 5, 1))])
    assert RULEBOOK.hash == before != changed.hash
    assert RULEBOOK.find(Choice, "publicity.prevails", "", TODAY).value == "ndrc36"
    assert Rulebook.from_json(changed.to_json()).hash == changed.hash


def scheme(place: str, **columns: Any) -> list[Any]:
    """A local scheme with one dimension, one kind of points and one grade."""
    held = {"jurisdiction": place, "in_force_from": date(2025, 1, 1), "tag": "default"}
    names = {"name_zh": "市场", "name_en": "Market"}
    bounds = {"floor_points": 0, "ceiling_points": 18000}
    return [
        ScoreScheme(
            code="default",
            **held,
            **names,
            base_points=10000,
            **bounds,
            higher_is_better=True,
            grade_public=True,
            window_months=12,
        ),
        ScoreDimension(code="rules", scheme="default", **held, **names),
        ScorePoint(
            code="rules.broken",
            scheme="default",
            **held,
            **names,
            dimension="rules",
            points=-100,
            counts_months=12,
        ),
        GradeBand(code="A", scheme="default", **held, grade="A", from_points=15000),
    ]


def test_a_local_scheme_inherits_no_points_and_no_grades() -> None:
    rulebook = RULEBOOK.with_rows(scheme("2102"))
    assert set(rulebook.in_force(ScorePoint, "210202", TODAY)) == {"rules.broken"}
    assert set(rulebook.in_force(GradeBand, "210202", TODAY)) == {"A"}
    assert "violation.M48" in rulebook.in_force(ScorePoint, "210100", TODAY)
    assert "rules.broken" not in rulebook.in_force(ScorePoint, "210100", TODAY)


def test_a_province_may_change_one_figure_of_the_scheme_it_shares() -> None:
    national = RULEBOOK.find(ScorePoint, "complaint.upheld", "", TODAY)
    local = national.model_copy(update={"jurisdiction": "41", "points": -300})
    rulebook = RULEBOOK.with_rows([local])
    assert rulebook.find(ScorePoint, "complaint.upheld", "411502", TODAY).points == -300
    assert rulebook.find(ScorePoint, "complaint.upheld", "370000", TODAY).points == -200
    assert (
        rulebook.in_force(ScorePoint, "411502", TODAY).keys()
        == rulebook.in_force(ScorePoint, "", TODAY).keys()
    )


def test_the_rows_of_one_scheme_are_not_those_of_another() -> None:
    other = [
        row.model_copy(update={"code": "stalls"} if isinstance(row, ScoreScheme) else {"scheme": "stalls"})
        for row in scheme("")
    ]
    rulebook = RULEBOOK.with_rows(other)
    assert set(rulebook.in_force(ScorePoint, "411502", TODAY, scheme="stalls")) == {"rules.broken"}
    assert rulebook.find(GradeBand, "A", "411502", TODAY).from_points == 9000
    assert rulebook.find(GradeBand, "A", "411502", TODAY, scheme="stalls").from_points == 15000


def test_a_scheme_that_is_not_in_force_has_no_rows() -> None:
    assert not RULEBOOK.in_force(ScorePoint, "411502", TODAY, scheme="none")
    assert not RULEBOOK.in_force(ScorePoint, "411502", date(1986, 6, 30))


def test_shandong_and_the_nation_differ_on_objections() -> None:
    assert RULEBOOK.find(Deadline, "objection.decide", "370102", TODAY).amount == 3
    assert RULEBOOK.find(Deadline, "objection.decide", "411502", TODAY).amount is None


def test_an_officers_row_is_read_from_plain_values() -> None:
    row = parse_row("choices", {"code": "x", "in_force_from": "2026-05-01", "tag": "default", "value": "y"})
    assert row == choice("x", "y", date(2026, 5, 1))


@pytest.mark.parametrize(
    ("table", "raw", "code", "field"),
    [
        pytest.param("laws", {}, "rule.table_unknown", "rule_table", id="no-table"),
        pytest.param(
            "deadlines",
            {
                "code": "x",
                "in_force_from": "2026-05-01",
                "tag": "default",
                "amount": 0,
                "unit": "day",
                "counts_from": "y",
            },
            "rule.malformed",
            "amount",
            id="empty-period",
        ),
        pytest.param(
            "choices",
            {"code": "x", "in_force_from": "2026-05-01", "value": "y"},
            "rule.malformed",
            "row",
            id="unexplained",
        ),
    ],
)
def test_a_wrong_row_of_an_officer_names_the_field(
    table: str, raw: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Malformed) as refused:
        parse_row(table, raw)
    assert (refused.value.code, refused.value.field) == (code, field)


@given(
    st.sampled_from([table for table in TABLES if not issubclass(table, SchemeRow)]),
    st.sampled_from(["", "11", "110101", "3302", "330225", "41", "411502", "1502", "659001"]),
    st.dates(date(1980, 1, 1), date(2030, 1, 1)),
)
def test_what_is_remembered_of_a_place_and_a_time_is_what_the_rows_say_there_and_then(
    table: type[Row], region: str, on: date
) -> None:
    """Places without law of their own share an answer, and so do days between two changes."""
    wider_first = sorted(RULEBOOK.rows(table), key=lambda row: len(row.jurisdiction))
    said = {row.code: row for row in wider_first if region.startswith(row.jurisdiction) and row.holds(on)}
    assert dict(RULEBOOK.in_force(table, region, on)) == said
    assert dict(RULEBOOK.in_force(table, RULEBOOK.lawgiver(region), RULEBOOK.unchanged_since(on))) == said
