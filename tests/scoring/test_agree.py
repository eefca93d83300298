"""Two ways to one score: the expression on both databases, and the oracle in plain Python."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as some
from sqlalchemy import Engine

from registry.scoring.commands import compute
from tests import given
from tests.scoring import oracle
from tests.scoring.histories import REAL, REGIONS, Author
from tests.scoring.oracle import Fact
from tests.scoring.rulebooks import LOCAL_LAW, account, point
from tests.scoring.telling import write


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
PLACES = some.sampled_from([*REGIONS, *REAL, "110101"])


@settings(max_examples=150)
@drawn(region=PLACES, facts=SOME_FACTS, on=DAYS)
def test_an_account_sums_exactly_and_ends_where_the_oracle_does(
    region: str, facts: list[Fact], on: date
) -> None:
    """Base, contributions and caps sum to the points, within the clamp of the scheme."""
    told = account(LOCAL_LAW, region, facts, on)
    lines = [*told.contributions, *told.adjustments]
    assert told.base_points + sum(line.points or 0 for line in lines) == told.points
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
