"""What a new rulebook would make of the grades is what a run under it would record; nothing is written."""

from sqlalchemy import Engine

from registry.founding import job_actor
from registry.rulebook import Rulebook
from registry.scoring.commands import score_run
from registry.scoring.engines import Room
from registry.scoring.impact import GradeImpact, grade_impact
from registry.scoring.tables import Score
from registry.store.engine import reading, writing
from tests import given
from tests.scoring.rulebooks import LOCAL_LAW, national_and, point
from tests.scoring.test_run import count, on_record

HARSHER = given.rulebook().with_rows(
    [
        row.model_copy(update={"points": -3_000})  # the cap of -15 on this kind stays
        for row in given.rulebook().rows(type(point("", "pledge", 1)))
        if row.code == "violation.M43"
    ]
)


def impact(engine: Engine, new: Rulebook, region: str = "000000") -> GradeImpact:
    return grade_impact(
        engine,
        given.rulebook(),
        new,
        region=region,
        on=given.TODAY,
        known_at=given.NOW,
        room=Room(),
        progress=lambda _step, _rows: None,
    )


def town(engine: Engine) -> dict[str, str]:
    """Return businesses by what was recorded of them: nothing, an overdue scale, cheating."""
    given.registry(engine)
    with writing(engine) as session:
        by = given.work(session)
        found = {name: given.business(by, f"浉河区{name}店") for name in ("clean", "overdue", "cheat")}
        given.violation(
            by,
            found["overdue"],
            conduct_code="instrument_overdue",
            decided_on="2026-02-02",
            decision_no="甲1号",
        )
        given.violation(by, found["cheat"], decided_on="2026-02-02", decision_no="甲2号")
    return found


def test_a_heavier_rule_changes_the_grades_that_it_touches(engine: Engine) -> None:
    found = town(engine)
    told = impact(engine, HARSHER)
    (one,) = told.grades
    assert (told.businesses, told.points) == (3, 1)
    assert (one.business_id, one.region) == (found["overdue"], given.TOWN)
    assert (one.old_points, one.old_grade, one.new_points, one.new_grade) == (9_500, "A", 8_500, "B")


def test_the_same_law_changes_nothing(engine: Engine) -> None:
    town(engine)
    assert impact(engine, given.rulebook()) == GradeImpact(3, 0, ())


def test_only_the_region_that_was_asked_for_is_told(engine: Engine) -> None:
    town(engine)
    assert impact(engine, HARSHER, "411500").businesses == 3
    assert impact(engine, HARSHER, "410100") == GradeImpact(0, 0, ())


def test_a_run_under_the_new_law_records_just_what_was_foretold(engine: Engine) -> None:
    town(engine)
    local = national_and(
        [*LOCAL_LAW.rows(type(point("", "pledge", 1))), point("4115", "violation.M43", -2_600, "violations")]
    )
    actor = job_actor("nightly_score")
    score_run(engine, given.rulebook(), now=given.NOW, actor=actor)
    old = {business_id: (points, grade) for business_id, points, grade in on_record(engine)}
    told = impact(engine, local)
    score_run(engine, local, now=given.NOW, actor=actor, full=True)
    new = {business_id: (points, grade) for business_id, points, grade in on_record(engine)}
    foretold = {
        one.business_id: ((one.old_points, one.old_grade), (one.new_points, one.new_grade))
        for one in told.grades
    }
    assert foretold
    assert foretold == {key: (old[key], new[key]) for key in old if old[key][1] != new[key][1]}
    assert told.points == sum(old[key][0] != new[key][0] for key in old)


def test_nothing_is_written(engine: Engine) -> None:
    town(engine)
    impact(engine, HARSHER)
    with reading(engine) as session:
        assert count(session, Score) == 0
