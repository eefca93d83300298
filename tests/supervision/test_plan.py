"""A plan draws from each grade the share of its own place, rounded up, and nobody where no share is known."""

from sqlalchemy import Engine

from registry.founding import job_actor
from registry.rulebook import Rulebook
from registry.scoring.commands import score_run
from registry.store.engine import reading, writing
from registry.supervision.plan import plan
from tests import given
from tests.scoring.rulebooks import band, national_and

Planned = list[tuple[str | None, str | None, int, int | None]]


def planned(engine: Engine, places: dict[str, int], within: str, rulebook: Rulebook) -> Planned:
    """Register so many businesses in each place, one of them a cheat, and say what is planned."""
    given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        made = [
            given.business(by, f"商户{region}{number}", region=region)
            for region, many in places.items()
            for number in range(many)
        ]
        given.violation(by, made[0], decided_on="2026-06-01")
    score_run(engine, rulebook, now=given.NOW, actor=job_actor("nightly_score"))
    with reading(engine) as session:
        draws = plan(session, rulebook, (within,), given.TODAY)
    return [(one.jurisdiction, one.grade, one.businesses, one.to_inspect) for one in draws]


def test_a_grade_is_drawn_by_its_share_rounded_up(engine: Engine) -> None:
    """Thirty-four of grade A at three in a hundred are two; the only one of grade D is one."""
    assert planned(engine, {"411502": 35}, "411502", given.rulebook()) == [("", "A", 34, 2), ("", "D", 1, 1)]


def test_each_place_draws_by_its_own_shares_and_elsewhere_is_not_counted(engine: Engine) -> None:
    """Bayannur: two in a hundred of A, everyone of D. Nation: three in a hundred of A."""
    places = {"150802": 51, "150105": 34, "411502": 3}
    assert planned(engine, places, "150000", given.rulebook()) == [
        ("", "A", 34, 2),
        ("1508", "A", 50, 1),
        ("1508", "D", 1, 1),
    ]


def test_nobody_is_drawn_where_no_grade_is_given_or_no_share_is_known(engine: Engine) -> None:
    """Hebei grades nobody; of Baotou's shares only A's is known: none, but for what triggers it."""
    rulebook = national_and(
        band("1502", grade, first, in_force_from="2025-05-09")
        for grade, first in zip("DCBA", (0, 50, 9_000, 11_000), strict=True)
    )
    assert planned(engine, {"130102": 2, "150203": 3}, "", rulebook) == [
        (None, None, 2, None),
        ("1502", "B", 3, None),
    ]
