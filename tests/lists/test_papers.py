"""Each step of a case has its paper: it says what the law wants said, and is issued by who may act."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.commands import Outcome
from registry.documents import papers
from registry.documents.forms import blocks
from registry.documents.kinds import FORMS
from registry.documents.papers import RevokePaper, revoke_paper
from registry.documents.tables import Paper
from registry.errors import Conflict, Forbidden, Malformed, Refusal, RuleRefused
from registry.lists import queries
from registry.lists.commands import TakeStep
from registry.lists.paper_fields import cited, fields_of
from registry.lists.papers import PAPERS, IssueForStep, case_papers, issue_for_step, take_step
from registry.lists.procedures import PROCEDURES
from registry.lists.rules import one_regime
from registry.rulebook import Deadline, ListRegime, Row
from registry.settings import read_settings
from registry.store.engine import reading, writing
from registry.violations.commands import correct_violation
from registry.violations.forms import CorrectViolation
from tests import given
from tests.lists import cases
from tests.lists.cases import BLACK, RED, WHO, Case

OF_OTHERS = ("record_statement", "request_hearing", "withdraw_hearing", "record_objection", "record")
REASONS = "两次使用作弊计量器具，故意明显。"


def begun(engine: Engine, folder: Path) -> Case:
    return cases.begun(engine, folder)


def issue(case: Case, proposal_id: str, step: str, **more: Any) -> str:
    """Issue a paper as whoever takes the step, and return its document."""
    account = more.pop("account", WHO.get(step, "officer"))
    stated = {"proposal_id": proposal_id, "step": step, "reasons": REASONS, **more}
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        return issue_for_step(case.work(session, account), settings, IssueForStep.model_validate(stated))


def text_of(case: Case, proposal_id: str, kind: str, **more: Any) -> str:
    """Return all that a paper of a kind would say now."""
    with reading(case.engine) as session:
        work = case.work(session, "officer")
        proposal = queries.proposal(session, proposal_id)
        assert proposal is not None
        regime = one_regime(work.rulebook, proposal.regime, proposal.region, work.today)
        stated = IssueForStep(proposal_id=proposal_id, step="any", reasons=REASONS, **more)
        given = {"office": "机关", "number": "文号", "day": "今天"}
        fields = {**fields_of(kind, case_papers(work, proposal, regime, stated)), **given}
        return str(blocks(FORMS[kind], fields))


def take(case: Case, proposal_id: str, step: str, version: int, **more: Any) -> Outcome:
    """Take a step as an office does: what is served goes before, every other paper comes with its step."""
    account = more.pop("account", WHO.get(step, "officer"))
    if more.pop("before", step.startswith("serve")):
        issue(case, proposal_id, step)
        more["document_id"] = case.paper("service_proof")
    if step in OF_OTHERS:
        more.setdefault("document_id", case.paper("statement"))
    stated = {
        "proposal_id": proposal_id,
        "step": step,
        "expected_version": version,
        "reasons": REASONS,
        **cases.STATED.get(step, {}),
        **more,
    }
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        return take_step(case.work(session, account), settings, TakeStep.model_validate(stated))


def lead(case: Case, proposal_id: str, *steps: str) -> Outcome:
    """Take steps from the first on, waiting where a period must go by."""
    for version, step in enumerate(steps, start=1):
        case.now += cases.LONG_ENOUGH if step in cases.WAITED else timedelta()
        outcome = take(case, proposal_id, step, version)
    return outcome


def revoke(case: Case, document_id: str) -> None:
    """Revoke a paper of the town's office."""
    with writing(case.engine) as session:
        code = session.get_one(Paper, document_id).code
        revoke_paper(case.work(session, "approver"), RevokePaper(code=code, ground="有误"))


def accused(case: Case, **more: Any) -> str:
    """Open a case against a cheat."""
    business = case.business(**more)
    return case.propose(business, case.violation(business, decision_no=f"{business}号"))


def test_every_step_has_its_paper_but_those_whose_paper_others_bring() -> None:
    steps = [step for procedure in PROCEDURES.values() for step in procedure]
    assert {step.name for step in steps} == {*PAPERS, *OF_OTHERS}
    for step in (step for step in steps if step.before and step.name not in OF_OTHERS):
        first = PAPERS[step.name][0]
        assert step.paper == first or (step.name, step.paper) == ("hold_hearing", None), step.name
        assert not step.issues or FORMS[first].filed_as in step.documents, step.name


def test_the_papers_of_a_black_case_carry_it_from_the_proposal_to_publication(
    engine: Engine, data_dir: Path
) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    issue(case, proposal, "propose")
    outcome = lead(case, proposal, *BLACK)
    assert (outcome.what, outcome.paper and outcome.paper.number) == ("created", "信浉市监信公记〔2026〕1号")
    with reading(engine) as session:
        issued = {paper.kind: paper for paper in papers.of_case(session, proposal)}
        assert {kind: paper.number for kind, paper in issued.items()} == {
            "proposal": "信浉市监信议〔2026〕1号",
            "notice": "信浉市监信告〔2026〕1号",
            "silence": "信浉市监信记〔2026〕1号",
            "review": "信浉市监信复〔2026〕1号",
            "consent": "信市监信同〔2026〕1号",
            "decision": "信浉市监信决〔2026〕1号",
            "repair_guide": "信浉市监信修告〔2026〕1号",
            "publication": "信浉市监信公记〔2026〕1号",
        }
        on_file = {step.step: step.document_id for step in queries.steps(session, proposal)}
    for step in ("note_silence", "review", "consent", "decide", "publish"):
        assert on_file[step] == issued[PAPERS[step][0]].document_id


def test_the_papers_of_a_red_case_carry_it_to_the_list(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    business = case.business("浉河区诚信粮油店")
    fact = case.pledge(business)
    proposal = case.propose(business, fact, regime="henan_red", origin="nominate", ground="公开承诺并守信")
    issue(case, proposal, "nominate")
    lead(case, proposal, *RED)
    with reading(engine) as session:
        kinds = {paper.kind for paper in papers.of_case(session, proposal)}
    assert kinds == {"proposal", "check", "publicity", "red_decision"}


def test_every_paper_that_a_step_issues_itself_is_refused_on_its_own(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    lead(case, proposal, *BLACK[:4])
    with pytest.raises(RuleRefused, match=r"step\.paper_with_step"):
        issue(case, proposal, "decide")


def test_no_paper_is_left_of_a_step_that_was_refused(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    lead(case, proposal, *BLACK[:2])
    for more, code in (
        ({"answers": ({"point": "9.9", "accepted": True, "reasons": "无"},)}, "answer.no_open_point"),
        ({"expected_version": 2}, "version.stale"),
        ({"reasons": None}, "paper.field_missing"),
        ({"account": "approver"}, "grant.missing"),
    ):
        with pytest.raises(Refusal) as refused:
            take(case, proposal, "review", 3, **more)
        assert refused.value.code == code
    with reading(engine) as session:
        assert papers.issued(session, proposal, "review") is None
    reviewed = take(case, proposal, "review", 3)
    assert reviewed.paper is not None
    assert reviewed.paper.number.endswith("1号"), "a number was lost"


def test_a_revoked_notice_carries_no_service_and_a_revoked_decision_nothing_after_it(
    engine: Engine, data_dir: Path
) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    revoke(case, issue(case, proposal, "serve_notice"))
    with pytest.raises(RuleRefused, match=r"step\.paper_missing.*notice"):
        take(case, proposal, "serve_notice", 1, before=False, document_id=case.paper("service_proof"))
    decided = lead(case, proposal, *BLACK[:5])
    assert decided.paper is not None
    issue(case, proposal, "serve_decision")
    revoke(case, decided.paper.document_id)
    with pytest.raises(RuleRefused, match=r"step\.paper_fallen.*decision"):
        take(case, proposal, "serve_decision", 6, before=False, document_id=case.paper("service_proof"))


def test_a_paper_of_another_case_counts_for_nothing(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    one, other = accused(case), accused(case, name="浉河区王记肉铺")
    issue(case, other, "serve_notice")
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"):
        take(case, one, "serve_notice", 1, before=False, document_id=case.paper("service_proof"))
    lead(case, one, "serve_notice")
    take(case, other, "serve_notice", 1, before=False, document_id=case.paper("service_proof"))
    case.now += cases.LONG_ENOUGH
    noted = take(case, other, "note_silence", 2, document_id=case.paper("other"))
    assert noted.paper is not None
    with pytest.raises(RuleRefused, match=r"step\.paper_of_another"):
        take(case, one, "note_silence", 2, document_id=noted.paper.document_id)


def test_a_notice_falls_when_the_facts_that_it_names_change(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    business = case.business()
    violation = case.violation(business)
    proposal = case.propose(business, violation)
    notice = issue(case, proposal, "serve_notice")
    with writing(engine) as session:
        what = given.stated_violation(business, fine_fen=99_900)
        correction = CorrectViolation(
            violation_id=violation, expected_version=1, reason="罚款有误", what=what
        )
        correct_violation(case.work(session, "national"), correction)
    served = case.paper("service_proof")
    with pytest.raises(RuleRefused, match=r"step\.paper_stale"):
        take(case, proposal, "serve_notice", 1, before=False, document_id=served)
    revoke(case, notice)
    take(case, proposal, "serve_notice", 1)


def test_a_hearing_is_held_where_and_when_its_notice_calls_to(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    lead(case, proposal, "serve_notice", "request_hearing")
    day = case.now.date() + timedelta(days=20)
    called = {"held_on": day, "time": "上午9时", "place": "区局一楼", "chair": "张三"}
    issue(case, proposal, "serve_hearing_notice", **called)
    stated = {"before": False, "document_id": case.paper("service_proof"), "held_on": day}
    with pytest.raises(RuleRefused, match=r"step\.paper_stale"):
        take(case, proposal, "serve_hearing_notice", 3, place="区局二楼", **stated)
    take(case, proposal, "serve_hearing_notice", 3, place="区局一楼", **stated)


def test_what_is_said_in_time_takes_back_review_consent_and_decision_with_their_papers(
    engine: Engine, data_dir: Path
) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    received_on = case.now.date()
    lead(case, proposal, *BLACK[:5])
    said = {"document_id": case.paper("statement"), "received_on": received_on}
    take(case, proposal, "record_statement", 6, **said)
    with reading(engine) as session:
        left = {paper.kind for paper in papers.of_case(session, proposal) if paper.revoked_on is None}
    assert left == {"notice"}
    answer = {"point": "7.1", "accepted": False, "reasons": "秤由当事人购买。"}
    take(case, proposal, "review", 7, answers=(answer,))
    take(case, proposal, "consent", 8)
    decided = take(case, proposal, "decide", 9)
    assert decided.paper is not None
    assert decided.paper.number.endswith("2号"), "the first decision was not another"


def test_a_notice_says_facts_basis_measures_rights_and_the_last_day(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    business = case.business()
    proposal = case.propose(business, case.violation(business))
    said = text_of(case, proposal, "notice", where="浉河区示范路1号")
    for told in (
        "信浉市监处罚〔2026〕12号",
        "罚款1,500.00元",
        "使用作弊电子秤",
        "《河南省社会信用条例》第二十八条、第三十二条、第三十三条、第三十七条",
        "实施行政许可时列为重点审查对象",
        "《河南省社会信用条例》第三十二条第（一）项",
        "36个月",
        "5个工作日",
        "期限至2026年11月27日届满",
        "有权要求听证",
        "浉河区示范路1号",
    ):
        assert told in said, told


def test_a_decision_answers_each_point_and_names_consent_and_remedies(engine: Engine, data_dir: Path) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    lead(case, proposal, "serve_notice", "record_statement")
    case.now += cases.LONG_ENOUGH
    answer = {"point": "3.1", "accepted": False, "reasons": "秤由当事人购买。"}
    take(case, proposal, "review", 3, answers=(answer,))
    take(case, proposal, "consent", 4)
    said = text_of(case, proposal, "decision")
    for told in (
        "秤是他人的",
        "不予采纳。秤由当事人购买。",
        "信浉市监信告〔2026〕1号",
        "信阳市市场监督管理局",
        REASONS,
        "60日",
        "6个月",
        "《中华人民共和国行政复议法》第二十条",
        "信用修复告知书",
    ):
        assert told in said, told


def test_a_paper_is_issued_only_by_who_may_take_the_step_and_only_then(
    engine: Engine, data_dir: Path
) -> None:
    case = begun(engine, data_dir)
    proposal = accused(case)
    with pytest.raises(RuleRefused) as early:
        issue(case, proposal, "serve_decision")
    assert early.value.code == "step.out_of_order"
    with pytest.raises(Forbidden):
        issue(case, proposal, "serve_notice", account="approver")
    issue(case, proposal, "serve_notice")
    with pytest.raises(Conflict):
        issue(case, proposal, "serve_notice")
    with pytest.raises(Malformed):
        issue(case, proposal, "serve_notice", kind="decision")


@pytest.mark.parametrize("table", [Deadline, ListRegime])
def test_a_paper_cites_a_rule_without_a_source_by_its_name_and_no_code(table: type[Row]) -> None:
    rows = [row for row in given.rulebook().rows(table) if row.source is None]
    assert rows
    assert [row.code for row in rows if row.code in cited(row)] == []
