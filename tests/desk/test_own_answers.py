"""A merchant answers a notice at the own desk: by the officer's very step, in time, for itself alone."""

import pytest
from sqlmodel import col, select

from registry.documents.tables import Document
from registry.errors import Malformed, NotFound, RuleRefused
from registry.lists.commands import TakeStep, take_step
from registry.lists.queries import proposal, steps
from registry.lists.tables import ProposalStep
from registry.store.engine import reading, writing
from tests import given
from tests.desk.conftest import Town
from tests.desk.leading import FILE, Desk, business_with_violation, merchant_of, proposed


@pytest.fixture
def served(town: Town) -> tuple[Desk, str, str]:
    """A desk, a case whose notice was served, and its business, for which `merchant` speaks."""
    desk = Desk(town, {})
    business, violation = business_with_violation(town)
    merchant_of(town, "merchant", business)
    with writing(town.engine) as session:
        other = given.business(given.work(session), "信阳市李记水产店有限公司")
    merchant_of(town, "neighbour", other)
    case = proposed(town, business, violation)
    desk.paper(case, "serve_notice", "notice", {"where": "浉河区"})
    desk.step(case, "serve_notice", {"manner": "direct"}, file=True)
    return desk, case, business


def _steps(town: Town, case: str) -> list[ProposalStep]:
    with reading(town.engine) as session:
        return list(steps(session, case))


def test_a_statement_at_the_own_desk_is_the_step_that_an_officer_would_record(
    town: Town, served: tuple[Desk, str, str]
) -> None:
    desk, case, business = served
    at = f"/desk/own/notices/{case}"
    page = desk.of("merchant").open(at).words
    assert "提交陈述、申辩" in page
    assert "还有" in page
    answer = desk.send(
        "merchant",
        f"{at}/record_statement",
        {"points": "秤是租来的\n已经退还差价"},
        files={"exhibits.0": ("退款.pdf", FILE[1], FILE[2])},
    )
    assert answer.headers["location"].startswith(at)
    taken = _steps(town, case)[-1]
    assert (taken.step, taken.state) == ("record_statement", "heard")
    assert taken.detail["points"] == ["秤是租来的", "已经退还差价"]
    assert taken.detail["late"] is False
    with reading(town.engine) as session:
        handed = session.exec(select(Document).where(Document.business_id == business)).all()
        assert {one.kind for one in handed} == {"statement", "evidence"}
        assert taken.document_id in {one.id for one in handed}
        assert set(taken.detail["exhibits"]) <= {one.id for one in handed}
    assert "秤是租来的" in desk.of("officer").open(f"/desk/cases/{case}").words
    assert "等待办案机关答复" in desk.of("merchant").open(at).words


def test_a_statement_sent_twice_is_one_step(town: Town, served: tuple[Desk, str, str]) -> None:
    desk, case, _ = served
    merchant = desk.of("merchant")
    at = f"/desk/own/notices/{case}/record_statement"
    merchant.open(at)
    version = {"expected_version": "2", "points": "不属实"}
    sent = [merchant.send(at, version).status_code for _ in range(2)]
    assert sent == [303, 303]
    assert [one.step for one in _steps(town, case)].count("record_statement") == 1


@pytest.mark.parametrize(("days", "status"), [(0, 303), (30, 422)], ids=["in time", "too late"])
def test_a_hearing_is_asked_for_within_the_period_and_refused_after_it_with_the_rule(
    town: Town, served: tuple[Desk, str, str], days: int, status: int
) -> None:
    desk, case, _ = served
    at = f"/desk/own/notices/{case}"
    town.wait(days=days)
    merchant = desk.of("merchant")
    merchant.open(f"{at}/request_hearing")
    answer = merchant.send(f"{at}/request_hearing", {"expected_version": "2", "note": "事实有争议"})
    assert answer.status_code == status
    if status == 303:
        assert _steps(town, case)[-1].state == "hearing_requested"
        desk.of("merchant").open(at)
        assert f"{at}/request_hearing" not in (merchant.last.text if merchant.last else "")
    else:
        assert "申请听证期限" in answer.text
        assert "届满" in answer.text
        assert "事实有争议" in answer.text
        assert len(_steps(town, case)) == 2


def test_a_form_without_points_is_shown_again_with_its_fault(
    town: Town, served: tuple[Desk, str, str]
) -> None:
    desk, case, _ = served
    answer = desk.send("merchant", f"/desk/own/notices/{case}/record_statement", {"points": " \n"})
    assert answer.status_code == 422
    assert 'id="points-fault"' in answer.text


def test_the_case_of_another_business_answers_as_one_that_is_not(
    town: Town, served: tuple[Desk, str, str]
) -> None:
    desk, case, _ = served
    neighbour = desk.of("neighbour")
    pages = []
    for one in (case, "none"):
        neighbour.open(f"/desk/own/notices/{one}", 404)
        assert neighbour.last is not None
        pages.append(neighbour.last.text.replace(one, ""))
    assert pages[0] == pages[1]
    neighbour.open("/desk/own")
    answer = neighbour.send(
        f"/desk/own/notices/{case}/record_statement", {"expected_version": "2", "points": "x"}
    )
    assert answer.status_code == 404
    assert len(_steps(town, case)) == 2


def test_an_unserved_case_is_unknown_to_its_own_business(town: Town) -> None:
    business, violation = business_with_violation(town)
    merchant_of(town, "merchant", business)
    case = proposed(town, business, violation)
    town.at_desk("merchant").open(f"/desk/own/notices/{case}", 404)


def test_a_merchant_takes_no_step_but_its_own(town: Town, served: tuple[Desk, str, str]) -> None:
    desk, case, _ = served
    merchant = desk.of("merchant")
    merchant.open("/desk/own")
    for step in ("drop", "note_silence", "review"):
        answer = merchant.send(f"/desk/own/notices/{case}/{step}", {"expected_version": "2"})
        assert answer.status_code == 404
    with writing(town.engine) as session:
        command = TakeStep(proposal_id=case, expected_version=2, step="note_silence", document_id="none")
        with pytest.raises(Exception, match=r"grant\.missing|step\."):
            take_step(given.work(session, "merchant", town.clock[0]), command)


def test_a_party_cannot_date_its_words_nor_rest_on_papers_of_others(
    town: Town, served: tuple[Desk, str, str]
) -> None:
    _, case, business = served
    with writing(town.engine) as session:
        now = town.clock[0]
        foreign = given.document_row(session, now, kind="statement", title="别家的陈述")
        ours = given.document_row(session, now, kind="statement", title="陈述", business_id=business)
    said = {"proposal_id": case, "expected_version": 2, "step": "record_statement", "points": ("不属实",)}
    for stated, refusal in (
        ({"document_id": foreign}, NotFound),
        ({"document_id": ours, "exhibits": (foreign,)}, NotFound),
        ({"document_id": ours, "received_on": "2026-11-19"}, Malformed),
    ):
        with writing(town.engine) as session, pytest.raises(refusal):
            command = TakeStep.model_validate({**said, **stated})
            take_step(given.work(session, "merchant", town.clock[0]), command)
    with writing(town.engine) as session:
        take_step(
            given.work(session, "merchant", town.clock[0]),
            TakeStep.model_validate({**said, "document_id": ours}),
        )


def test_what_an_officer_records_late_is_weighed_and_what_a_party_sends_late_is_refused(
    town: Town, served: tuple[Desk, str, str]
) -> None:
    _, case, business = served
    town.wait(days=30)
    with writing(town.engine) as session:
        now = town.clock[0]
        paper = given.document_row(session, now, kind="statement", title="陈述", business_id=business)
    command = TakeStep(
        proposal_id=case, expected_version=2, step="record_statement", points=("不属实",), document_id=paper
    )
    with writing(town.engine) as session, pytest.raises(RuleRefused) as late:
        take_step(given.work(session, "merchant", town.clock[0]), command)
    assert late.value.code == "step.period_over"
    assert late.value.params["source"]
    with writing(town.engine) as session:
        take_step(given.work(session, "officer", town.clock[0]), command)
        assert proposal(session, case) is not None
    assert _steps(town, case)[-1].detail["late"] is True


def test_an_approver_attaches_a_paper_to_a_decision(town: Town, served: tuple[Desk, str, str]) -> None:
    desk, case, _ = served
    town.wait(days=30)
    desk.step(case, "note_silence")
    desk.step(case, "review", {"reasons": "事实清楚。"})
    desk.step(case, "consent", {"reasons": "同意列入。"}, by="superior")
    answer = desk.send(
        "approver",
        f"/desk/cases/{case}/steps/decide",
        {"reasons": "决定列入。", "where": "浉河区"},
        files={"exhibits.0": ("会议纪要.pdf", FILE[1], FILE[2])},
    )
    assert answer.status_code == 303, answer.text
    taken = _steps(town, case)[-1]
    assert taken.step == "decide"
    with reading(town.engine) as session:
        beside = session.exec(select(Document).where(col(Document.id).in_(taken.detail["exhibits"]))).all()
        assert [one.title for one in beside] == ["会议纪要.pdf"]
