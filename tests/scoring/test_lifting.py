"""What would change a score: each line is the score that is indeed reached when the step is taken."""

from datetime import date, timedelta

from sqlalchemy import Engine

from registry.instruments.queries import instruments_of
from registry.scoring.explain import explain
from registry.scoring.lifting import Prospects, prospects
from registry.store.engine import reading, writing
from registry.violations.commands import repair_violation
from tests import given
from tests.scoring.rulebooks import dimension, national_and, point, scheme


def asked(engine: Engine, business_id: str) -> Prospects:
    """Return the prospects of a business today."""
    with reading(engine) as session:
        return prospects(session, business_id, given.TODAY, given.NOW, given.rulebook())


def test_a_repair_and_a_pledge_leave_the_score_that_was_foretold(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        violation_id = given.violation(by, business_id, decided_on="2026-02-02")
        given.violation(
            by, business_id, decided_on="2026-03-03", decision_no="x2", conduct_code="seal_broken"
        )
    foretold = {(lift.step, lift.fact_id): lift for lift in asked(engine, business_id).lifts}
    assert ("pledge", None) in foretold
    with writing(engine) as session:
        by = given.work(session)
        repair_violation(by, violation_id, 1, given.TODAY)
    with reading(engine) as session:
        after = explain(session, business_id, given.TODAY, given.NOW, given.rulebook())
    lift = foretold[("repair", violation_id)]
    assert (lift.points, lift.grade) == (after.points, after.grade)
    pledge = {lift.step: lift for lift in asked(engine, business_id).lifts}["pledge"]
    with writing(engine) as session:
        given.pledge(given.work(session), business_id, pledged_on=given.TODAY.isoformat())
    with reading(engine) as session:
        after = explain(session, business_id, given.TODAY, given.NOW, given.rulebook())
    assert (pledge.points, pledge.grade) == (after.points, after.grade)


def test_a_verification_in_time_leaves_the_score_that_was_foretold_and_a_late_one_is_no_step(
    engine: Engine,
) -> None:
    given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        punctual, late = given.business(by, "守时店"), given.business(by, "逾期店")
        for name, business_id, verified_on in (
            ("1", punctual, date(2026, 3, 15)),
            ("2", late, date(2025, 3, 15)),
        ):
            scale = given.instrument(by, business_id, serial_no=name)
            given.verification(by, scale, verified_on=verified_on, certificate_no=f"c{name}")
            given.violation(by, business_id, decision_no=f"x{name}", conduct_code="seal_broken")
    lift = {one.step: one for one in asked(engine, punctual).lifts}["verification"]
    assert lift.by == date(2027, 3, 14)
    assert "verification" not in {one.step for one in asked(engine, late).lifts}
    for name, business_id in (("1", punctual), ("2", late)):
        with writing(engine) as session:
            by = given.work(session)
            scale = next(iter(instruments_of(session, business_id))).instrument_id
            given.verification(by, scale, verified_on=given.TODAY, certificate_no=f"again{name}")
    with reading(engine) as session:
        after, none = (
            explain(session, business_id, given.TODAY, given.NOW, given.rulebook())
            for business_id in (punctual, late)
        )
    assert (lift.points, lift.grade) == (after.points, after.grade)
    assert [one.points for one in after.contributions if one.kind == "verification.on_time"] == [200]
    assert "verification.on_time" not in {one.kind for one in none.contributions}
    assert "verification" not in {one.step for one in asked(engine, punctual).lifts}


def test_the_score_turns_by_itself_on_the_day_foretold_and_not_the_day_before(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        violation_id = given.violation(by, business_id, decided_on="2024-02-29")
    turn = asked(engine, business_id).turn
    assert turn is not None
    assert turn.ended == (violation_id,)
    with reading(engine) as session:
        now, before, then = (
            explain(session, business_id, day, given.NOW, given.rulebook())
            for day in (given.TODAY, turn.on - timedelta(days=1), turn.on)
        )
    assert before.points == now.points
    assert (then.points, then.grade) == (turn.points, turn.grade)
    assert then.points != now.points


def test_with_a_new_cycle_the_score_turns_back_to_its_beginning(engine: Engine) -> None:
    given.registry(engine)
    rulebook = national_and(
        [
            scheme("4115", base_points=1_200, cycle_months=12, cycle_from=date(2020, 3, 1)),
            dimension("4115"),
            point("4115", "violation.M48", -500),
        ]
    )
    with writing(engine) as session:
        by = given.work(session)
        business_id = given.business(by)
        violation_id = given.violation(by, business_id, decided_on="2026-06-01")
    with reading(engine) as session:
        turn = prospects(session, business_id, given.TODAY, given.NOW, rulebook).turn
    assert turn is not None
    assert (turn.on, turn.points, turn.ended) == (date(2027, 3, 1), 1_200, (violation_id,))


def test_what_counts_already_is_no_step_and_nothing_changes_where_nothing_is(engine: Engine) -> None:
    given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        clean = given.business(by)
    found = asked(engine, clean)
    assert found.turn is None
    assert found.lifts == ()
