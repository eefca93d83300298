"""What the party says is heard and answered point by point, in time or late; a hearing asked for is held."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.errors import Malformed, RuleRefused
from registry.lists import casefile, dues, queries
from registry.lists.tables import Proposal
from registry.store.engine import reading
from tests import given
from tests.lists.cases import LONG_ENOUGH, Case, begun

DAY = timedelta(days=1)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def served(case: Case) -> str:
    business_id = case.business()
    proposal_id = case.propose(business_id, case.violation(business_id))
    case.step(proposal_id, "serve_notice", 1)
    return proposal_id


def of(case: Case, proposal_id: str) -> tuple[Proposal, list[Any]]:
    with reading(case.engine) as session:
        proposal = queries.proposal(session, proposal_id)
        assert proposal is not None
        return proposal, list(queries.steps(session, proposal_id))


def answer(point: str, *, accepted: bool = False) -> dict[str, object]:
    return {"point": point, "accepted": accepted, "reasons": "已核查，见案卷第三页"}


def test_the_notice_says_ground_basis_measures_rights_and_their_last_days(case: Case) -> None:
    _, steps = of(case, served(case))
    detail = steps[1].detail
    assert detail["notice"] == {
        "ground": "使用作弊电子秤",
        "basis": "河南省社会信用条例 第二十八条、第三十二条、第三十三条、第三十七条",
        "measures": ["licensing_scrutiny", "more_inspections", "no_honours"],
        "rights": {"black.statement": "2026-11-27", "black.hearing_request": "2026-11-27"},
        "evidence": steps[0].detail["evidence"],
        "facts": {
            steps[0].detail["evidence"][0]: [
                "violation",
                "2026-06-01",
                "C01",
                "M48",
                "confiscation",
                "larger_fine",
                "150000",
                "",
            ]
        },
    }
    assert detail["served_by"] == steps[1].person_id


def test_the_review_answers_each_point_and_none_that_nobody_raised(case: Case) -> None:
    proposal_id = served(case)
    case.step(proposal_id, "record_statement", 2, points=("秤不是我的", "只用了一天"))
    case.now += LONG_ENOUGH
    with pytest.raises(RuleRefused, match=r"answer\.missing.*3\.2"):
        case.step(proposal_id, "review", 3, answers=(answer("3.1"),))
    for wrong in (
        (answer("3.1"), answer("3.2"), answer("3.3")),
        (answer("3.1"), answer("3.1"), answer("3.2")),
    ):
        with pytest.raises(RuleRefused, match=r"answer\.no_open_point"):
            case.step(proposal_id, "review", 3, answers=wrong)
    case.step(proposal_id, "review", 3, answers=(answer("3.1"), answer("3.2", accepted=True)))
    _, steps = of(case, proposal_id)
    assert casefile.unanswered(steps) == []
    assert casefile.accepted(steps) == ["3.2"]


def test_a_late_statement_is_recorded_as_late_and_answered_all_the_same(case: Case) -> None:
    proposal_id = served(case)
    case.now += LONG_ENOUGH
    case.step(proposal_id, "note_silence", 2)
    case.step(proposal_id, "review", 3)
    case.step(proposal_id, "consent", 4)
    case.step(proposal_id, "record_statement", 5)
    proposal, steps = of(case, proposal_id)
    assert (proposal.state, steps[-1].detail["late"]) == ("heard", True)
    with pytest.raises(RuleRefused, match=r"answer\.missing"):
        case.step(proposal_id, "review", 6)
    case.step(proposal_id, "review", 6, answers=(answer("6.1"),))


def test_a_statement_after_the_decision_is_answered_before_anything_is_published(case: Case) -> None:
    proposal_id = served(case)
    case.lead_on(proposal_id, "note_silence", "review", "consent", "decide")
    case.step(proposal_id, "record_statement", 6)
    case.step(proposal_id, "serve_decision", 7)
    with pytest.raises(RuleRefused, match=r"answer\.missing"):
        case.step(proposal_id, "publish", 8)
    case.step(proposal_id, "answer", 8, answers=(answer("7.1"),))
    case.step(proposal_id, "publish", 9)


def test_a_statement_posted_in_time_takes_back_a_decision_made_without_it(case: Case) -> None:
    proposal_id = served(case)
    case.lead_on(proposal_id, "note_silence", "review", "consent", "decide")
    case.step(proposal_id, "record_statement", 6, received_on=date(2026, 11, 27))
    proposal, steps = of(case, proposal_id)
    assert (proposal.state, proposal.decided_by_person, steps[-1].detail["late"]) == ("heard", None, False)
    assert steps[-1].taken_on == case.now.date()
    with pytest.raises(RuleRefused, match=r"step\.out_of_order"):
        case.step(proposal_id, "serve_decision", 7)


@pytest.mark.parametrize(
    ("received_on", "code"),
    [(date(2026, 11, 19), "step.before_last"), (date(2026, 11, 21), "day.ahead")],
)
def test_nothing_is_received_before_the_notice_or_tomorrow(case: Case, received_on: date, code: str) -> None:
    proposal_id = served(case)
    with pytest.raises(Malformed) as refused:
        case.step(proposal_id, "record_statement", 2, received_on=received_on)
    assert (refused.value.code, refused.value.field) == (code, "received_on")


def test_a_hearing_asked_for_in_time_is_not_skipped(case: Case) -> None:
    proposal_id = served(case)
    case.step(proposal_id, "request_hearing", 2)
    case.now += LONG_ENOUGH
    for step in ("note_silence", "review", "consent", "decide", "publish"):
        with pytest.raises(RuleRefused, match=r"hearing\.skipped"):
            case.step(proposal_id, step, 3)
    case.step(proposal_id, "record_statement", 3)
    with pytest.raises(RuleRefused, match=r"hearing\.skipped"):
        case.step(proposal_id, "review", 4)


def test_a_hearing_is_called_in_time_held_by_another_and_answered(case: Case) -> None:
    proposal_id = served(case)
    case.step(proposal_id, "request_hearing", 2)
    called = {"place": "区局三楼会议室"}
    with pytest.raises(RuleRefused, match=r"hearing\.too_soon.*2026-12-01"):
        case.step(proposal_id, "serve_hearing_notice", 3, held_on=date(2026, 12, 1), **called)
    case.step(proposal_id, "serve_hearing_notice", 3, held_on=date(2026, 12, 2), **called)
    case.now += 11 * DAY
    with pytest.raises(RuleRefused, match=r"hearing\.not_yet.*2026-12-02"):
        case.step(proposal_id, "hold_hearing", 4)
    case.now += DAY
    with pytest.raises(RuleRefused, match=r"step\.same_person"):
        case.step(proposal_id, "hold_hearing", 4, account="officer")
    case.step(proposal_id, "hold_hearing", 4, points=("秤已送检合格",))
    case.step(proposal_id, "review", 5, answers=(answer("5.1"),))


def test_a_hearing_asked_for_too_late_becomes_a_point_to_answer(case: Case) -> None:
    proposal_id = served(case)
    case.now += 8 * DAY
    case.step(proposal_id, "request_hearing", 2)
    proposal, steps = of(case, proposal_id)
    assert (proposal.state, casefile.unanswered(steps)) == ("heard", ["3.1"])
    case.step(proposal_id, "review", 3, answers=(answer("3.1"),))


def test_a_hearing_posted_in_time_opens_a_decided_case_again(case: Case) -> None:
    proposal_id = served(case)
    case.lead_on(proposal_id, "note_silence", "review", "consent", "decide", "serve_decision")
    case.step(proposal_id, "request_hearing", 7, received_on=date(2026, 11, 27))
    assert of(case, proposal_id)[0].state == "hearing_requested"


def test_a_hearing_that_was_given_up_need_not_be_held_and_none_is_asked_for_twice(case: Case) -> None:
    proposal_id = served(case)
    case.step(proposal_id, "request_hearing", 2)
    with pytest.raises(RuleRefused, match=r"hearing\.asked_already"):
        case.step(proposal_id, "request_hearing", 3)
    case.step(proposal_id, "withdraw_hearing", 3)
    case.now += LONG_ENOUGH
    case.step(proposal_id, "review", 4)


@pytest.mark.parametrize(
    ("step", "stated", "code"),
    [
        ("serve_notice", {"points": ("无",)}, "step.detail_unwanted"),
        ("record_statement", {"points": None}, "step.detail_missing"),
    ],
)
def test_a_step_states_what_it_must_and_nothing_else(
    case: Case, step: str, stated: dict[str, Any], code: str
) -> None:
    business_id = case.business()
    proposal_id = case.propose(business_id, case.violation(business_id))
    version = 1
    if step == "record_statement":
        case.step(proposal_id, "serve_notice", 1)
        version = 2
    with pytest.raises(Malformed) as refused:
        case.step(proposal_id, step, version, **stated)
    assert (refused.value.code, refused.value.field) == (code, "points")


def test_who_served_is_on_file_and_is_somebody(case: Case) -> None:
    business_id = case.business()
    proposal_id = case.propose(business_id, case.violation(business_id))
    with pytest.raises(Exception, match=r"account\.unknown"):
        case.step(proposal_id, "serve_notice", 1, served_by="nobody")
    case.step(proposal_id, "serve_notice", 1, served_by="colleague", manner="direct")
    _, steps = of(case, proposal_id)
    with reading(case.engine) as session:
        assert steps[1].detail["served_by"] == given.actor(session, "colleague").person_id
    assert steps[1].detail["served_by"] != steps[1].person_id


def test_a_paper_of_one_case_serves_no_other_and_no_other_region(case: Case) -> None:
    first = served(case)
    case.now += LONG_ENOUGH
    case.step(first, "note_silence", 2)
    review = case.paper("review")
    case.step(first, "review", 3, document_id=review)
    other = case.business("浉河区王记肉铺")
    second = case.propose(other, case.violation(other, decision_no="信浉市监处罚〔2026〕99号"))
    case.lead(second, "serve_notice", "note_silence")
    with pytest.raises(RuleRefused, match=r"step\.document_used"):
        case.step(second, "review", 3, document_id=review)
    with pytest.raises(RuleRefused, match=r"step\.document_region"):
        case.step(second, "review", 3, document_id=case.paper("review", account="national", region="410102"))
    case.step(second, "review", 3)


def test_a_deadline_of_the_office_shows_while_it_runs_and_when_it_was_broken(case: Case) -> None:
    proposal_id = served(case)
    case.lead_on(proposal_id, "note_silence", "review", "consent", "decide")
    with reading(case.engine) as session:
        began = {due.rule: due.due_on for due in dues.of_case(session, proposal_id)}
        assert began == {
            "black.decide": date(2027, 2, 18),
            "black.serve_decision": date(2026, 12, 21),
            "black.publish": date(2027, 1, 8),
        }
        assert dues.broken(session, case.now.date()) == []
        assert [due.rule for due in dues.broken(session, date(2026, 12, 22))] == ["black.serve_decision"]
    case.now += 12 * DAY
    case.step(proposal_id, "serve_decision", 6)
    case.step(proposal_id, "publish", 7)
    with reading(case.engine) as session:
        broken = dues.broken(session, case.now.date(), "4115")
        assert [(due.rule, due.met_on) for due in broken] == [("black.serve_decision", date(2026, 12, 22))]
        assert dues.broken(session, case.now.date(), "37") == []


def test_a_step_is_refused_while_its_official_paper_was_not_issued_for_this_case(case: Case) -> None:
    business_id = case.business()
    proposal_id = case.propose(business_id, case.violation(business_id))
    with pytest.raises(RuleRefused, match=r"step\.paper_missing.*notice"):
        case.step(proposal_id, "serve_notice", 1, papers=False)
    other = case.business("浉河区王记肉铺")
    second = case.propose(other, case.violation(other, decision_no="信浉市监处罚〔2026〕99号"))
    case.papers(second, "serve_notice", None)
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"):
        case.step(proposal_id, "serve_notice", 1, papers=False)
    case.step(second, "serve_notice", 1, papers=False)


def test_no_paper_is_served_before_it_was_issued_and_none_outlives_the_case_as_it_was(case: Case) -> None:
    business_id = case.business()
    proposal_id = case.propose(business_id, case.violation(business_id))
    case.now += 4 * DAY
    case.papers(proposal_id, "serve_notice", None)
    with pytest.raises(RuleRefused, match=r"step\.paper_day"):
        case.step(proposal_id, "serve_notice", 1, served_on=date(2026, 11, 22), papers=False)
    case.step(proposal_id, "serve_notice", 1)
    case.lead_on(proposal_id, "note_silence", "review", "consent")
    case.papers(proposal_id, "decide", None)
    case.now += DAY
    case.step(proposal_id, "record_statement", 5)
    case.step(proposal_id, "review", 6, answers=(answer("6.1"),))
    case.step(proposal_id, "consent", 7)
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"):
        case.step(proposal_id, "decide", 8, papers=False)
    case.step(proposal_id, "decide", 8)
