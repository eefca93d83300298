"""What an explanation shows of facts recorded by the commands, and what it leaves out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.businesses.tables import Business, BusinessVersion
from registry.demonstration.commands import CancelDesignation, cancel_designation
from registry.errors import NotFound, RuleRefused
from registry.pledges.commands import BreakPledge, break_pledge
from registry.rulebook import Rulebook
from registry.scoring.answers import Explanation
from registry.scoring.explain import explain
from registry.store.engine import reading, writing
from registry.violations import queries as violations
from registry.violations.commands import ChangeDecisionStanding, change_decision_standing, repair_violation
from tests import given
from tests.scoring.rulebooks import band, dimension, national_and, point, scheme

ONE_DAY = timedelta(days=1)


def told(
    engine: Engine,
    business_id: str,
    on: date = given.TODAY,
    known_at: datetime = given.NOW,
    rulebook: Rulebook | None = None,
) -> Explanation:
    """Return the explanation, having checked that its lines sum to its points."""
    with reading(engine) as session:
        answer = explain(session, business_id, on, known_at, rulebook or given.rulebook())
    lines = [*answer.contributions, *answer.adjustments]
    assert answer.base_points + sum(line.points or 0 for line in lines) == answer.points
    return answer


def kinds(answer: Explanation) -> list[tuple[str, int | None]]:
    """Return kind and points of every contribution."""
    return [(line.kind, line.points) for line in answer.contributions]


def founded(engine: Engine, **more: object) -> str:
    """Found the registry and register one business."""
    given.registry(engine)
    with writing(engine) as session:
        return given.business(given.work(session), **more)


def stand(session: Session, violation_id: str, standing: str, on: date, now: datetime) -> None:
    """Change the standing of the decision that found a violation."""
    found = violations.violation(session, violation_id)
    assert found is not None
    command = ChangeDecisionStanding(
        decision_id=found[1].decision_id,
        expected_version=found[1].version,
        standing=standing,  # type: ignore[arg-type]
        changed_on=on,
        reason="复议决定",
    )
    change_decision_standing(given.work(session, now=now), command)


def test_every_line_names_its_fact_its_rule_and_the_ground_of_the_rule(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        pledge_id = given.pledge(work, business_id, pledged_on="2026-03-15")
        violation_id = given.violation(work, business_id, decided_on="2026-06-01")
    answer = told(engine, business_id)
    assert [(line.fact_id, line.counts_from) for line in answer.contributions] == [
        (pledge_id, date(2026, 3, 15)),
        (violation_id, date(2026, 6, 1)),
    ]
    cheating = answer.contributions[1]
    assert (cheating.points, cheating.direct_grade) == (-4_000, "D")
    assert (cheating.rule.code, cheating.rule.jurisdiction, cheating.rule.tag) == (
        "violation.M48",
        "",
        "default",
    )
    assert (answer.points, answer.grade) == (6_300, "D"), "a direct grade is not lifted by a bonus"
    assert answer.rulebook_hash == given.rulebook().hash


def test_a_pledge_counts_until_it_lapses_and_is_nothing_the_day_after(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        given.pledge(work, business_id, pledged_on="2026-03-15", valid_through=date(2026, 10, 31))
    assert kinds(told(engine, business_id, date(2026, 3, 14))) == []
    assert kinds(told(engine, business_id, date(2026, 3, 15))) == [("pledge", 300)]
    assert kinds(told(engine, business_id, date(2026, 10, 31))) == [("pledge", 300)]
    assert kinds(told(engine, business_id, date(2026, 11, 1))) == []


def test_a_broken_pledge_turns_from_bonus_to_deduction_on_the_day_of_the_breach(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        pledge_id = given.pledge(work, business_id, pledged_on="2026-03-15")
        breach = BreakPledge(
            pledge_id=pledge_id, expected_version=1, broken_on=date(2026, 9, 1), reason="短斤缺两"
        )
        break_pledge(given.work(session, now=given.NOW + ONE_DAY), breach)
    later = given.NOW + ONE_DAY
    assert kinds(told(engine, business_id, date(2026, 8, 31), later)) == [("pledge", 300)]
    assert kinds(told(engine, business_id, date(2026, 9, 1), later)) == [("pledge.broken", -1_000)]
    assert kinds(told(engine, business_id, date(2026, 9, 1), given.NOW)) == [("pledge", 300)], (
        "the breach was not known yet"
    )


def test_a_cancelled_designation_still_counts_on_the_days_before(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        designation_id = given.designation(work, business_id, designated_on="2025-12-01")
        cancel_designation(
            work,
            CancelDesignation(
                designation_id=designation_id,
                expected_version=1,
                cancelled_on=date(2026, 9, 1),
                reason="重大违法",
            ),
        )
    assert kinds(told(engine, business_id, date(2026, 8, 31))) == [("designation", 500)]
    assert kinds(told(engine, business_id, date(2026, 9, 1))) == []


def test_a_repaired_violation_counts_on_the_days_before_its_repair_only(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        violation_id = given.violation(work, business_id, decided_on="2026-06-01")
        repair_violation(work, violation_id, 1, date(2026, 10, 1))
    assert told(engine, business_id, date(2026, 9, 30)).grade == "D"
    repaired = told(engine, business_id, date(2026, 10, 1))
    assert (kinds(repaired), repaired.points, repaired.grade) == ([], 10_000, "A")


def test_a_decision_under_review_is_not_final_and_counts_on_no_day(engine: Engine) -> None:
    business_id = founded(engine)
    reviewed, upheld = given.NOW + ONE_DAY, given.NOW + 2 * ONE_DAY
    with writing(engine) as session:
        violation_id = given.violation(given.work(session), business_id, decided_on="2026-06-01")
        stand(session, violation_id, "under_review", date(2026, 11, 21), reviewed)
        stand(session, violation_id, "in_force", date(2026, 11, 22), upheld)
    for known_at, expected in ((given.NOW, 1), (reviewed, 0), (upheld, 1)):
        assert len(kinds(told(engine, business_id, known_at=known_at))) == expected


def test_an_annulled_decision_counts_only_on_the_days_before_it_was_annulled(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        violation_id = given.violation(given.work(session), business_id, decided_on="2026-06-01")
        stand(session, violation_id, "annulled", date(2026, 8, 1), given.NOW)
    assert len(kinds(told(engine, business_id, date(2026, 7, 31)))) == 1
    assert kinds(told(engine, business_id, date(2026, 8, 1))) == []


def test_a_fact_without_its_exact_day_never_scores(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        given.pledge(work, business_id, pledged_on="2026-03")
        given.designation(work, business_id, designated_on="2025")
        given.violation(work, business_id, decided_on="2026-06")
    assert kinds(told(engine, business_id)) == []


def test_instruments_multiply_and_the_cap_of_the_kind_is_a_line_of_its_own(engine: Engine) -> None:
    business_id = founded(engine)
    with writing(engine) as session:
        work = given.work(session)
        given.violation(work, business_id, conduct_code="instrument_overdue", quantity=4)
    answer = told(engine, business_id)
    assert kinds(answer) == [("violation.M43", -2_000)]
    (cap,), (fact,) = answer.adjustments, answer.contributions
    assert (cap.level, cap.code, cap.points) == ("kind", "violation.M43", 500)
    assert (cap.name_zh, cap.source) == (fact.rule.name_zh, fact.rule.source)
    assert (answer.points, answer.grade) == (8_500, "B")


def test_a_business_is_scored_by_the_law_of_the_place_where_it_then_was(engine: Engine) -> None:
    business_id = founded(engine)
    local = national_and([scheme("4101", base_points=5_000), dimension("4101"), point("4101", "pledge", 7)])
    with writing(engine) as session:
        moved = RegisterBusiness(name="浉河区李记水产店", region="410102", kind="enterprise")
        change_business(
            given.work(session),
            ChangeBusiness(
                business_id=business_id, expected_version=1, held_from_on=date(2026, 5, 1), what=moved
            ),
        )
    before = told(engine, business_id, date(2026, 4, 30), rulebook=local)
    after = told(engine, business_id, date(2026, 5, 1), rulebook=local)
    assert (before.region, before.points, before.scheme.jurisdiction) == ("411502", 10_000, "")
    assert (after.region, after.points, after.scheme.jurisdiction) == ("410102", 5_000, "4101")


def test_a_total_without_bands_is_shown_without_a_grade_and_says_why(engine: Engine) -> None:
    business_id = founded(engine)
    none = national_and([scheme("4115", base_points=5_000)])
    unknown = national_and([scheme("4115", base_points=5_000), band("4115", "A", None, tag="unknown")])
    for rulebook, reason in ((none, "score.bands_absent"), (unknown, "score.bands_unknown")):
        answer = told(engine, business_id, rulebook=rulebook)
        assert (answer.points, answer.grade, answer.ungraded_because) == (5_000, None, reason)


def test_the_scheme_of_a_place_names_itself_its_scale_its_ground_and_its_cycle(engine: Engine) -> None:
    business_id = founded(engine, region="330225")
    answer = told(engine, business_id)
    assert (answer.scheme.name_zh, answer.scheme.jurisdiction) == (
        "象山县菜市场信用监管（十二分制）",
        "330225",
    )
    assert (answer.base_points, answer.scheme.floor_points, answer.scheme.ceiling_points) == (1_200, 0, None)
    assert answer.scheme.source is not None
    assert (answer.scheme.cycle_first_on, answer.scheme.cycle_last_on) == (
        date(2026, 5, 1),
        date(2027, 4, 30),
    )


def test_where_figures_are_unknown_facts_are_shown_and_the_figures_named(engine: Engine) -> None:
    business_id = founded(engine, region="130102")
    with writing(engine) as session:
        given.violation(given.work(session), business_id, decided_on="2026-06-01")
    answer = told(engine, business_id)
    assert kinds(answer) == [("violation.M48", None)]
    assert answer.contributions[0].rule.source is not None
    assert (answer.points, answer.grade, answer.ungraded_because) == (0, None, "score.weights_unknown")
    assert {(one.what, one.name_zh) for one in answer.missing} == {
        ("weight", "计量专业信用风险因素"),
        ("weight", "通用信用风险"),
        ("weight", "诚信计量状况"),
        ("points", "制造、销售、使用以欺骗消费者为目的的计量器具"),
        *(("threshold", grade) for grade in "ABCD"),
    }


@pytest.mark.parametrize(
    ("standing", "kind", "scored"),
    [
        pytest.param("unidentified", "unknown", False, id="no single party is named"),
        pytest.param("masked", "natural_person", False, id="a person whose name was hidden"),
        pytest.param("masked", "sole_trader", True, id="a stall as published"),
    ],
)
def test_who_cannot_be_told_from_another_has_no_score(
    engine: Engine, standing: str, kind: str, scored: bool
) -> None:
    given.registry(engine)
    with writing(engine) as session:
        session.add(Business(id="subject", standing=standing, recorded_at=given.NOW))
        session.flush()
        session.add(
            BusinessVersion(
                business_id="subject",
                version=1,
                name="某水产摊",
                kind=kind,
                region="411502",
                status="unknown",
                recorded_at=given.NOW,
            )
        )
    if scored:
        assert told(engine, "subject").points == 10_000
        return
    with pytest.raises(RuleRefused) as refused:
        told(engine, "subject")
    assert refused.value.code == "score.not_a_subject"


def test_what_is_not_there_is_refused_and_not_explained(engine: Engine) -> None:
    """No such business; not yet known; no scheme in force on the day."""
    business_id = founded(engine)
    with pytest.raises(NotFound):
        told(engine, "' OR 1=1 --")
    with pytest.raises(RuleRefused) as unknown:
        told(engine, business_id, known_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert unknown.value.code == "score.not_a_subject"
    with pytest.raises(RuleRefused) as lawless:
        told(engine, business_id, date(1980, 1, 1))
    assert lawless.value.code == "score.scheme_absent"
