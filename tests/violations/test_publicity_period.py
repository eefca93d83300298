"""The day of the decision chooses the law of its publicity; what is unknown is never shown."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Malformed
from registry.rulebook import (
    Choice,
    Conduct,
    PenaltyKind,
    PublicityPeriod,
    Rulebook,
    Severity,
    SeverityClass,
    load_rulebook,
    parse_row,
)
from registry.violations.rules import (
    PenaltyFacts,
    Publicity,
    publicity_of,
    severity_of,
    violation_types_for,
)

RULEBOOK = load_rulebook()
TOWN = "411502"
DAY = timedelta(days=1)
CASES = tomllib.loads((Path(__file__).parent / "cases" / "publicity.toml").read_text(encoding="utf-8"))[
    "cases"
]
KINDS = get_args(PenaltyKind)


def penalty(case: dict[str, Any]) -> PenaltyFacts:
    fine = case.get("fine_yuan")
    return PenaltyFacts(
        frozenset(case["penalties"]), case.get("procedure"), None if fine is None else fine * 100
    )


def judged(
    facts: PenaltyFacts, decided: date | None, published: date | None, rulebook: Rulebook = RULEBOOK
) -> Publicity:
    severity = None if decided is None else severity_of(facts, rulebook, TOWN, decided)
    return publicity_of(facts, severity, rulebook, TOWN, decided, published_on=published)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["law"]) for case in CASES])
def test_a_decision_is_shown_as_the_law_of_its_day_says(case: dict[str, Any]) -> None:
    found = judged(penalty(case), case.get("decided"), case.get("published"))
    first, last = case.get("shown", (None, None))
    assert found.severity == case.get("class")
    assert (found.publish_from, found.publish_until) == (first, last and last + DAY)
    assert found.reasons == tuple(case.get("not_shown", ()))


def test_a_decision_that_the_law_withholds_misses_nothing() -> None:
    facts = PenaltyFacts(frozenset({"warning"}), "ordinary")
    assert judged(facts, date(2024, 6, 3), None).incomplete == ()
    assert judged(PenaltyFacts(frozenset({"fine"}), "ordinary"), date(2024, 6, 3), None).incomplete


facts_of = st.builds(
    PenaltyFacts,
    st.frozensets(st.sampled_from(KINDS), max_size=4),
    st.sampled_from([None, "summary", "ordinary"]),
    st.none() | st.integers(0, 10**9),
)
decided_on = st.none() | st.dates(date(2004, 1, 1), date(2029, 12, 31))


@given(facts_of, decided_on, st.none() | st.integers(0, 90))
def test_a_decision_is_shown_for_a_while_or_the_reason_is_told(
    facts: PenaltyFacts, decided: date | None, lag: int | None
) -> None:
    published = None if decided is None or lag is None else decided + timedelta(days=lag)
    found = judged(facts, decided, published)
    assert bool(found.reasons) == (found.publish_from is None) == (found.publish_until is None)
    if found.publish_from is not None and found.publish_until is not None:
        assert found.severity is not None
        assert decided is not None
        assert decided <= found.publish_from < found.publish_until
        assert found.publish_until <= max(found.publish_from, decided).replace(day=1) + timedelta(
            days=3 * 366 + 31
        )


@given(facts_of, st.dates(date(2021, 9, 1), date(2025, 12, 24)))
def test_law_that_comes_later_never_lengthens_publicity(facts: PenaltyFacts, decided: date) -> None:
    published = decided + timedelta(days=20)
    old_law = Rulebook(
        row
        for table in (Severity, PublicityPeriod)
        for row in RULEBOOK.rows(table)
        if row.in_force_from < date(2025, 12, 25)
    )
    before, after = judged(facts, decided, published, old_law), judged(facts, decided, published)
    if before.publish_until is not None and after.publish_until is not None:
        assert after.publish_until <= before.publish_until
        assert after.publish_until in (before.publish_until, *_ends_in_new_law(decided))


def _ends_in_new_law(decided: date) -> list[date]:
    anniversaries = [
        date(decided.year + years, *_same(decided, decided.year + years)) + DAY for years in (1, 3)
    ]
    return [max(date(2026, 4, 1), day) for day in anniversaries] + [date(2026, 4, 1)]


def _same(day: date, year: int) -> tuple[int, int]:
    leap = day.month == 2 and day.day == 29 and year % 4 != 0
    return (2, 28) if leap else (day.month, day.day)


def test_the_deciding_offices_own_class_governs_where_no_test_was_found() -> None:
    facts = PenaltyFacts(frozenset({"fine"}), "ordinary", 200_000)
    found = publicity_of(facts, "general", RULEBOOK, TOWN, date(2026, 5, 6), published_on=date(2026, 5, 20))
    assert (found.publish_until, found.reasons) == (date(2027, 5, 7), ())


def test_between_the_rules_even_a_known_class_waits_for_its_period() -> None:
    facts = PenaltyFacts(frozenset({"confiscation"}), "ordinary")
    for severity in get_args(SeverityClass):
        found = publicity_of(
            facts, severity, RULEBOOK, TOWN, date(2026, 1, 15), published_on=date(2026, 1, 20)
        )
        assert (found.reasons, found.regime) == (("publicity.period_unknown",), "samr2025")


def test_an_officer_who_enters_the_missing_period_lets_the_record_be_shown() -> None:
    row = PublicityPeriod(
        code="samr2025.general",
        in_force_from=date(2025, 12, 25),
        tag="default",
        regime_of_law="samr2025",
        severity="general",
        shown=True,
        max_months=12,
        counts_from="decision",
        stops_automatically=True,
    )
    facts = PenaltyFacts(frozenset({"confiscation"}), "ordinary")
    found = publicity_of(
        facts, "general", RULEBOOK.with_rows([row]), TOWN, date(2026, 1, 15), published_on=date(2026, 1, 20)
    )
    assert (found.publish_from, found.publish_until) == (date(2026, 1, 20), date(2027, 1, 16))


def test_which_of_two_rules_prevails_is_a_setting() -> None:
    prevails = Choice(
        code="publicity.prevails", in_force_from=date(2026, 4, 1), tag="default", value="samr2025"
    )
    facts = PenaltyFacts(frozenset({"confiscation"}), "ordinary")
    found = judged(facts, date(2026, 5, 6), date(2026, 5, 20), RULEBOOK.with_rows([prevails]))
    assert (found.regime, found.reasons) == ("samr2025", ("publicity.period_unknown",))


def test_a_later_law_that_does_not_stop_by_itself_shortens_nothing() -> None:
    general = RULEBOOK.find(PublicityPeriod, "ndrc36.general", TOWN, date(2026, 4, 1))
    rulebook = RULEBOOK.with_rows([general.model_copy(update={"stops_automatically": False})])
    facts = PenaltyFacts(frozenset({"confiscation"}), "ordinary")
    assert judged(facts, date(2024, 6, 3), date(2024, 6, 20), rulebook).publish_until == date(2027, 6, 21)


def province_row(code: str, severity: SeverityClass, **amounts: int) -> Severity:
    return Severity(
        code=code,
        jurisdiction="41",
        in_force_from=date(2026, 4, 1),
        tag="default",
        kinds=("fine",),
        severity=severity,
        **amounts,
    )


@pytest.mark.parametrize(
    ("fine_fen", "region", "severity"),
    [
        pytest.param(99_999, TOWN, "slight", id="below"),
        pytest.param(100_000, TOWN, "general", id="at-the-amount"),
        pytest.param(None, TOWN, None, id="amount-not-stated"),
        pytest.param(100_000, "370102", None, id="another-province"),
    ],
)
def test_a_province_may_set_the_size_of_fines(
    fine_fen: int | None, region: str, severity: SeverityClass | None
) -> None:
    rulebook = RULEBOOK.with_rows(
        [
            province_row("fine.small", "slight", fine_below_fen=100_000),
            province_row("fine.larger", "general", fine_from_fen=100_000),
        ]
    )
    facts = PenaltyFacts(frozenset({"fine"}), "ordinary", fine_fen)
    assert severity_of(facts, rulebook, region, date(2026, 5, 6)) == severity


@pytest.mark.parametrize(
    ("conduct", "on", "types"),
    [
        pytest.param(
            "cheating_instrument_used", date(2006, 5, 1), ("M48",), id="before-the-consumer-measures"
        ),
        pytest.param("cheating_instrument_used", date(2015, 3, 15), ("M48", "C01"), id="consumer-measures"),
        pytest.param("instrument_overdue", date(2024, 5, 8), ("M43",), id="overdue"),
        pytest.param("organiser_neglect", date(2025, 3, 1), ("K01",), id="market-measures"),
        pytest.param("net_content_shortage", date(2023, 6, 1), ("C03",), id="net-content"),
        pytest.param("other", date(2024, 5, 8), (), id="other-scores-nothing"),
        pytest.param(
            "false_data", date(2024, 8, 28), (), id="reports-of-inspection-bodies-are-not-metrology"
        ),
        pytest.param("cheating_instrument_used", date(1986, 6, 30), (), id="before-the-metrology-law"),
    ],
)
def test_a_conduct_is_the_violation_that_the_law_of_its_day_names(
    conduct: str, on: date, types: tuple[str, ...]
) -> None:
    assert violation_types_for(conduct, RULEBOOK, TOWN, on) == types


def test_every_conduct_of_the_case_records_is_known() -> None:
    assert {row.code for row in RULEBOOK.rows(Conduct)} == {
        "cheating_instrument_used",
        "accuracy_destroyed",
        "instrument_unverified",
        "short_weight",
        "cheating_instrument_made_or_sold",
        "instrument_failed_but_used",
        "other",
        "net_content_shortage",
        "instrument_overdue",
        "forged_mark_or_certificate",
        "false_data",
        "seal_broken",
        "organiser_neglect",
    }


def test_a_conduct_that_no_rule_names_is_refused() -> None:
    with pytest.raises(Malformed) as refused:
        violation_types_for("thumb_on_scale", RULEBOOK, TOWN, date(2024, 5, 8))
    assert (refused.value.code, refused.value.field) == ("conduct.unknown", "conduct_code")


def test_a_row_about_publicity_cannot_say_when_repair_is_possible() -> None:
    row = RULEBOOK.rows(PublicityPeriod)[0].model_dump(mode="json", exclude_none=True)
    with pytest.raises(Malformed) as refused:
        parse_row("publicity_periods", {**row, "min_months": 3})
    assert refused.value.field is not None
    assert refused.value.field.endswith("min_months")
