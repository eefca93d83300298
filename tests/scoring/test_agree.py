"""Two ways to one score: the expression on both databases, and the oracle in plain Python."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as some
from sqlalchemy import Engine

from registry.rulebook import Rulebook
from registry.scoring.commands import compute
from registry.scoring.explain import Account, account_of
from registry.scoring.expression import BUSINESSES, FACTS
from registry.scoring.params import law_on
from tests import given
from tests.scoring import oracle
from tests.scoring.histories import Author, write
from tests.scoring.oracle import Fact
from tests.scoring.rulebooks import band, dimension, national_and, point, scheme

# Every shape that a scheme can have, somewhere: no bands, more is worse, decay, negative floors,
# caps of a kind and of a dimension, unbounded totals, points that change on a day.
LOCAL_LAW = national_and(
    [
        scheme("1502", ceiling_points=18_000, window_months=24),
        dimension("1502", "rules", floor_points=-2_500),
        dimension("1502", "bonus", ceiling_points=777),
        point("1502", "violation.M48", -3_333, "rules", decay="linear", counts_months=13),
        point("1502", "violation.M43", -101, "rules", per="unit", decay="linear", counts_months=36),
        point("1502", "pledge", 501, "bonus", decay="linear", counts_months=7),
        point("1502", "designation", 333, "bonus", ceiling_points=600, counts_months=60),
        scheme("330225", base_points=1_200, floor_points=None, ceiling_points=None, window_months=30),
        dimension("330225"),
        point(
            "330225",
            "violation.M46",
            -777,
            decay="steps",
            steps=[{"from_month": 6, "bp": 6_667}, {"from_month": 12, "bp": 3_333}],
        ),
        point("330225", "violation.K03", -155, per="unit", floor_points=-400, direct_grade="C"),
        point("330225", "pledge", 99, decay="steps", steps=[{"from_month": 0, "bp": 5_001}]),
        band("330225", "A", 900),
        band("330225", "C", 301),
        band("330225", "D", 0),
        scheme("13", base_points=0, floor_points=-500, ceiling_points=9_000, higher_is_better=False),
        dimension("13", ceiling_points=5_000, floor_points=-700),
        point("13", "violation.M43", 250, per="unit", ceiling_points=1_500),
        point("13", "violation.M48", 2_000, decay="linear", direct_grade="D"),
        point("13", "violation.C03", 800),
        point("13", "designation", -300),
        band("13", "A", 0),
        band("13", "B", 500),
        band("13", "C", 1_500),
        band("13", "D", 4_000),
        point("4115", "violation.M48", -2_500, "violations", per="unit", in_force_from=date(2025, 1, 1)),
        point("411503", "pledge", 150, "commitment", ceiling_points=450),
    ]
)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_generated_history_scores_as_the_oracle_says(engine: Engine, seed: int) -> None:
    """Thousands of histories, on four days, as known then or a year before or after."""
    given.registry(engine)
    stories = Author(seed).stories(700)
    write(engine, stories)
    moments = [
        (date(2024, 2, 29), datetime(2026, 11, 20, tzinfo=UTC)),
        (date(2024, 12, 31), datetime(2024, 12, 31, 12, tzinfo=UTC)),
        (date(2025, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),
        (date(2026, 11, 20), datetime(2026, 11, 20, 2, tzinfo=UTC)),
    ]
    graded: set[str | None] = set()
    for on, known_at in moments:
        expected = {}
        for story in stories:
            region = story.region(on, known_at)
            if region is None:
                continue
            verdict = oracle.score(LOCAL_LAW, region, list(story.told(known_at)), on)
            assert verdict is not None
            expected[story.business_id] = (verdict.points, verdict.grade)
        found = {
            row["business_id"]: (row["points"], row["grade"])
            for batch in compute(engine, LOCAL_LAW, on, known_at)
            for row in batch.to_pylist()
        }
        assert found == expected
        graded |= {grade for _, grade in found.values()}
    assert graded == {"A", "B", "C", "D", None}, "the histories no longer reach every grade"


def account(rulebook: Rulebook, region: str, facts: list[Fact], on: date) -> Account:
    """Return the account of a business that has just these facts."""
    rows = [
        {
            "business_id": "b",
            "region": region,
            "fact_id": f"f{number}",
            "kind": fact.kind,
            "counts_from": fact.counts_from,
            "held_to": fact.held_to or date.max,
            "quantity": fact.quantity,
        }
        for number, fact in enumerate(facts)
    ]
    return account_of(
        pa.Table.from_pylist([{"business_id": "b", "region": region}], BUSINESSES.to_pyarrow()),
        pa.Table.from_pylist(rows, FACTS.to_pyarrow()),
        law_on(rulebook, [region], on),
    )


KINDS = sorted({row.code for row in LOCAL_LAW.rows(type(point("", "pledge", 1)))})
DAYS = some.dates(date(2019, 1, 1), date(2026, 12, 31))
SOME_FACTS = some.lists(
    some.builds(
        Fact,
        kind=some.sampled_from([*KINDS, "violation.M99"]),
        counts_from=DAYS,
        held_to=some.none() | DAYS,
        quantity=some.integers(1, 9) | some.just(2**31 - 1),
    ),
    max_size=12,
)
PLACES = some.sampled_from(["411502", "411503", "150203", "330225", "130102", "110101"])


@settings(max_examples=150)
@drawn(region=PLACES, facts=SOME_FACTS, on=DAYS)
def test_an_account_sums_exactly_and_ends_where_the_oracle_does(
    region: str, facts: list[Fact], on: date
) -> None:
    """Base, contributions and caps sum to the points, within the clamp of the scheme."""
    told = account(LOCAL_LAW, region, facts, on)
    lines = [*told.contributions, *told.adjustments]
    assert told.base_points + sum(line.points for line in lines) == told.points
    assert oracle.score(LOCAL_LAW, region, facts, on) == oracle.Verdict(told.points, told.grade)
    assert (told.grade is None) == (told.ungraded_because is not None)


@settings(max_examples=100)
@drawn(facts=SOME_FACTS, on=DAYS, which=some.integers(0, 11))
def test_repair_never_lowers_a_score_or_its_grade(facts: list[Fact], on: date, which: int) -> None:
    """Under the default scheme, a violation that stops counting leaves at least the points there were."""
    wrongs = [fact for fact in facts if fact.kind.startswith("violation.")]
    if not wrongs:
        return
    repaired = wrongs[which % len(wrongs)]
    without = [fact for fact in facts if fact is not repaired]
    before = account(given.rulebook(), "411502", facts, on)
    after = account(given.rulebook(), "411502", without, on)
    assert 0 <= before.points <= after.points <= 10_000
    assert after.grade is not None
    assert before.grade is not None
    assert after.grade <= before.grade
