"""What becomes of a violation: review, annulment, correction, repair, a law found later."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.errors import Conflict, Malformed, NotFound
from registry.rulebook import Severity, parse_row
from registry.store.engine import reading, writing
from registry.violations import commands, queries
from registry.violations.commands import ChangeDecisionStanding, CorrectViolation, RecordViolation
from registry.violations.effects import publishes
from registry.violations.tables import PenaltyDecision, Violation
from tests import given

DAY = date(2026, 9, 1)


def _violation(engine: Engine, **more: Any) -> tuple[str, str]:
    given.registry(engine)
    with writing(engine) as session:
        work = given.work(session)
        business_id = given.business(work)
        return business_id, given.violation(work, business_id, **more)


def _now(engine: Engine, violation_id: str) -> tuple[Violation, PenaltyDecision]:
    with reading(engine) as session:
        found = queries.violation(session, violation_id)
    assert found is not None
    return found


def _stand(engine: Engine, violation_id: str, standing: str, day: date = DAY) -> None:
    _found, decision = _now(engine, violation_id)
    with writing(engine) as session:
        command = ChangeDecisionStanding(
            decision_id=decision.decision_id,
            expected_version=decision.version,
            standing=standing,  # type: ignore[arg-type]
            changed_on=day,
            reason="复议决定",
        )
        commands.change_decision_standing(given.work(session), command)


def _against(engine: Engine, business_id: str, on: date) -> list[str]:
    with reading(engine) as session:
        found = queries.unrepaired_violations(session, business_id, on)
    return [violation.violation_id for violation, _decision in found]


def test_an_annulled_decision_stops_on_its_day_and_days_before_stay_as_they_were(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    _stand(engine, violation_id, "annulled")
    found, decision = _now(engine, violation_id)
    assert (decision.standing, decision.held_to_on, found.held_to_on) == ("annulled", DAY, DAY)
    before = date(2026, 8, 31)
    assert [publishes(found, day) for day in (before, DAY)] == [True, False]
    assert _against(engine, business_id, before) == [violation_id]
    assert _against(engine, business_id, DAY) == []


def test_what_was_known_before_the_annulment_can_still_be_read(engine: Engine) -> None:
    _business_id, violation_id = _violation(engine)
    _stand(engine, violation_id, "annulled")
    with reading(engine) as session:
        versions = session.exec(select(Violation).order_by(col(Violation.version))).all()
    assert [(row.version, row.held_to_on) for row in versions] == [(1, None), (2, DAY)]
    assert versions[0].superseded_at == versions[1].recorded_at


def test_a_decision_under_review_is_shown_as_such_and_stands_against_nobody(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    _stand(engine, violation_id, "under_review")
    found, decision = _now(engine, violation_id)
    assert decision.standing == "under_review"
    assert publishes(found, given.TODAY)
    assert _against(engine, business_id, given.TODAY) == []
    _stand(engine, violation_id, "in_force")
    assert _against(engine, business_id, given.TODAY) == [violation_id]


def test_an_annulment_taken_back_restores_what_the_decision_did(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    until = _now(engine, violation_id)[0].publish_until
    _stand(engine, violation_id, "annulled")
    _stand(engine, violation_id, "in_force")
    found, decision = _now(engine, violation_id)
    assert (found.held_to_on, decision.held_to_on, found.publish_until) == (None, None, until)
    assert _against(engine, business_id, given.TODAY) == [violation_id]


def test_no_further_violation_is_recorded_of_an_annulled_decision(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    _stand(engine, violation_id, "annulled")
    with writing(engine) as session, pytest.raises(Conflict) as refused:
        given.violation(given.work(session), business_id, conduct_code="instrument_overdue")
    assert refused.value.code == "violation.decision_annulled"


@pytest.mark.parametrize(
    ("more", "error", "code"),
    [
        pytest.param({"standing": "in_force"}, Conflict, "violation.standing_unchanged", id="stands so"),
        pytest.param({"expected_version": 2}, Conflict, "version.stale", id="stale"),
        pytest.param({"changed_on": date(2026, 11, 21)}, Malformed, "day.ahead", id="ahead"),
        pytest.param(
            {"changed_on": date(2026, 5, 31)}, Malformed, "violation.before_decision", id="before it was made"
        ),
        pytest.param({"decision_id": "none"}, NotFound, "violation.decision_unknown", id="no decision"),
    ],
)
def test_a_change_of_standing_that_cannot_be_is_refused(
    engine: Engine, more: dict[str, Any], error: type[Exception], code: str
) -> None:
    _business_id, violation_id = _violation(engine)
    stated = {
        "decision_id": _now(engine, violation_id)[1].decision_id,
        "expected_version": 1,
        "standing": "annulled",
        "changed_on": DAY,
        "reason": "复议决定",
        **more,
    }
    with writing(engine) as session, pytest.raises(error) as refused:
        commands.change_decision_standing(given.work(session), ChangeDecisionStanding(**stated))
    assert refused.value.code == code  # type: ignore[attr-defined]


def test_a_repaired_violation_stops_counting_and_showing_at_once(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    with writing(engine) as session:
        commands.repair_violation(given.work(session), violation_id, 1, given.TODAY)
    found, _decision = _now(engine, violation_id)
    assert (found.version, found.repaired_on, found.held_to_on) == (2, given.TODAY, given.TODAY)
    assert not publishes(found, given.TODAY)
    assert _against(engine, business_id, given.TODAY) == []
    with reading(engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "violation.repaired")).all()
    assert len(entries) == 1


def test_a_repair_outlasts_a_change_of_the_decision(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    with writing(engine) as session:
        commands.repair_violation(given.work(session), violation_id, 1, DAY)
    _stand(engine, violation_id, "annulled", given.TODAY)
    _stand(engine, violation_id, "in_force", given.TODAY)
    assert _now(engine, violation_id)[0].held_to_on == DAY
    assert _against(engine, business_id, given.TODAY) == []


def test_a_violation_is_repaired_once_and_after_its_decision(engine: Engine) -> None:
    _business_id, violation_id = _violation(engine)
    for day, code in (
        (date(2026, 11, 21), "day.ahead"),
        (date(2026, 5, 31), "violation.before_decision"),
    ):
        with writing(engine) as session, pytest.raises(Malformed) as early:
            commands.repair_violation(given.work(session), violation_id, 1, day)
        assert early.value.code == code
    with writing(engine) as session:
        commands.repair_violation(given.work(session, "officer"), violation_id, 1, DAY)
    for version, code in ((1, "version.stale"), (2, "violation.repaired")):
        with writing(engine) as session, pytest.raises(Conflict) as refused:
            commands.repair_violation(given.work(session), violation_id, version, DAY)
        assert refused.value.code == code


def _what(business_id: str, **more: Any) -> RecordViolation:
    stated = {
        "decision_no": "信浉市监处罚〔2026〕12号",
        "authority": "信阳市浉河区市场监督管理局",
        "region": given.TOWN,
        "decided_on": "2026-06-01",
        "procedure": "ordinary",
        "penalties": ("larger_fine", "confiscation"),
        "fine_fen": 150_000,
        "conduct_code": "cheating_instrument_used",
        **more,
    }
    return RecordViolation(business_id=business_id, **stated)


def _correct(engine: Engine, violation_id: str, what: RecordViolation, version: int = 1) -> str:
    with writing(engine) as session:
        command = CorrectViolation(
            violation_id=violation_id, expected_version=version, reason="录入有误", what=what
        )
        return commands.correct_violation(given.work(session), command).what


def test_a_completed_date_makes_an_incomplete_violation_count(engine: Engine) -> None:
    business_id, violation_id = _violation(engine, decided_on="2026-06")
    assert _now(engine, violation_id)[0].incomplete == "decided_on.not_to_the_day"
    assert _correct(engine, violation_id, _what(business_id)) == "changed"
    found, decision = _now(engine, violation_id)
    assert (found.incomplete, found.held_from_on) == (None, date(2026, 6, 1))
    assert (decision.decided_precision, decision.held_from_on, decision.version) == (
        "day",
        found.held_from_on,
        2,
    )


def test_a_correction_that_changes_nothing_writes_nothing(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    assert _correct(engine, violation_id, _what(business_id)) == "unchanged"
    assert _now(engine, violation_id)[0].version == 1


def test_a_corrected_decision_changes_all_its_violations(engine: Engine) -> None:
    business_id, first = _violation(engine)
    with writing(engine) as session:
        second = given.violation(given.work(session), business_id, conduct_code="instrument_overdue")
    _correct(engine, first, _what(business_id, decided_on="2026-06-10"))
    assert [_now(engine, one)[0].held_from_on for one in (first, second)] == [date(2026, 6, 10)] * 2


def test_a_violation_recorded_against_the_wrong_business_moves_to_the_right_one(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    with writing(engine) as session:
        right = given.business(given.work(session), name="王记鲜肉店")
    _correct(engine, violation_id, _what(right))
    assert _against(engine, business_id, given.TODAY) == []
    assert _against(engine, right, given.TODAY) == [violation_id]


def test_a_correction_is_not_hindered_by_decisions_that_lack_the_same_number_or_source(
    engine: Engine,
) -> None:
    business_id, violation_id = _violation(engine, decision_no=None)
    with writing(engine) as session:
        given.violation(given.work(session), business_id, decision_no=None, conduct_code="instrument_overdue")
        given.violation(
            given.work(session), business_id, decision_no="另〔2026〕1号", decided_on="2026-06-02"
        )
    assert _correct(engine, violation_id, _what(business_id, decision_no=None, quantity=3)) == "changed"
    assert _now(engine, violation_id)[0].quantity == 3


def test_a_correction_never_makes_two_records_of_one(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    with writing(engine) as session:
        work = given.work(session)
        given.violation(work, business_id, decision_no="另〔2026〕1号")
        given.violation(work, business_id, conduct_code="instrument_overdue")
        other = given.business(work, name="王记鲜肉店")
    spelled = "浉河区市监局"
    for what, code in (
        (
            _what(business_id, decision_no="另〔2026〕1号", authority=spelled),
            "violation.decision_duplicate",
        ),
        (_what(business_id, decision_no="另〔2026〕1号"), "violation.decision_duplicate"),
        (_what(business_id, conduct_code="instrument_overdue"), "violation.decision_duplicate"),
        (_what(other), "violation.party_changed"),
    ):
        with pytest.raises(Conflict) as refused:
            _correct(engine, violation_id, what)
        assert refused.value.code == code
    assert _now(engine, violation_id)[0].version == 1


ALIKE = {"decision_no": None, "source_key": None, "conduct_code": "instrument_overdue"}


@pytest.mark.parametrize(
    ("second", "stated", "code"),
    [
        pytest.param({**ALIKE, "decided_on": "2026-05-01"}, {}, "violation.number_missing", id="numbered"),
        pytest.param(
            {**ALIKE, "decided_on": "2026-05-01"},
            {"decision_no": None},
            "violation.unnumbered_duplicate",
            id="bare",
        ),
    ],
)
def test_a_correction_leaves_no_violation_that_reads_as_one_of_another_decision(
    engine: Engine, second: dict[str, Any], stated: dict[str, Any], code: str
) -> None:
    business_id, first = _violation(engine)
    with writing(engine) as session:
        given.violation(given.work(session), business_id, conduct_code="instrument_overdue")
        given.violation(given.work(session), business_id, **second)
    with pytest.raises(Conflict) as refused:  # the day moves the sibling onto the other decision
        _correct(engine, first, _what(business_id, decided_on="2026-05-01", **stated))
    assert (refused.value.code, refused.value.field) == (code, "what.decision_no")
    assert _now(engine, first)[0].version == 1


def test_a_corrected_amount_must_be_named_by_the_kinds_of_penalty(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    for stated, code in (
        ({"penalties": ("warning",), "fine_fen": 100}, "violation.fine_not_named"),
        ({"penalties": ("fine",), "confiscated_fen": 100}, "violation.confiscation_not_named"),
    ):
        with pytest.raises(Malformed) as refused:
            _correct(engine, violation_id, _what(business_id, **stated))
        assert (refused.value.code, refused.value.field) == (code, "what.penalties")
    assert _now(engine, violation_id)[0].version == 1


def test_a_correction_is_held_to_the_same_rules_as_a_record(engine: Engine) -> None:
    business_id, violation_id = _violation(engine)
    with pytest.raises(Malformed):
        _correct(engine, violation_id, _what(business_id, fine_fen=-1))
    with pytest.raises(Conflict):
        _correct(engine, violation_id, _what(business_id), version=7)
    with pytest.raises(NotFound):
        _correct(engine, "none", _what(business_id))


def test_a_law_entered_later_completes_what_waited_for_it(engine: Engine) -> None:
    _business_id, violation_id = _violation(engine, penalties=("fine",))
    assert _now(engine, violation_id)[0].incomplete == "severity.unknown"
    row = {
        "code": "province.fine",
        "jurisdiction": "41",
        "in_force_from": "2026-04-01",
        "source": {"instrument": "河南省裁量基准", "article": "第一条"},
        "kinds": ["fine"],
        "severity": "general",
    }
    later = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    severity = parse_row(Severity.table, row)
    with writing(engine) as session:
        plain = given.work(session, now=later)
        assert commands.reclassify_incomplete(plain, "") == 0
        work = Work(session, plain.actor, later, given.rulebook().with_rows([severity]))
        assert commands.reclassify_incomplete(work, "42") == 0
        assert commands.reclassify_incomplete(work, "41") == 1
    found, _decision = _now(engine, violation_id)
    assert (found.severity, found.incomplete, found.version) == ("general", None, 2)
    assert publishes(found, given.TODAY)
