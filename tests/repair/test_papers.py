"""A repair and an objection have their papers: receipt, decision with reasons, refusal, revocation."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from registry.documents import papers
from registry.documents.tables import Document
from registry.errors import Forbidden, Malformed, RuleRefused
from registry.repair.papers import IssueForCase, issue_for_case
from registry.repair.tables import Objection
from registry.settings import read_settings
from registry.store.engine import reading, writing
from tests.lists import cases
from tests.lists.cases import Case
from tests.repair import leading

FINDINGS = ({"need": "duties_performed", "met": True, "reason": "罚款已缴清"},)


def issue(case: Case, case_id: str, kind: str, account: str = "approver", **more: Any) -> str:
    stated = {"case_id": case_id, "kind": kind, **more}
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        return issue_for_case(case.work(session, account), settings, IssueForCase.model_validate(stated))


def applied(case: Case) -> str:
    outcome = leading.apply(case, case.blacklisted())
    assert outcome.id is not None
    return outcome.id


def test_a_repair_is_received_and_granted_on_papers_of_its_own(engine: Engine, data_dir: Path) -> None:
    case = cases.begun(engine, data_dir)
    repair = applied(case)
    issue(case, repair, "repair_receipt", account="officer")
    issue(case, repair, "repair_decision", rule="henan_black", findings=FINDINGS, reasons="材料属实")
    with reading(engine) as session:
        assert {paper.number for paper in papers.of_case(session, repair)} == {
            "信浉市监信修受〔2026〕1号",
            "信浉市监信修决〔2026〕1号",
        }
        kinds = {paper.kind: paper.document_id for paper in papers.of_case(session, repair)}
        assert session.get_one(Document, kinds["repair_decision"]).kind == "decision"
        assert session.get_one(Document, kinds["repair_receipt"]).kind == "notice"


def test_a_refusal_states_reasons_findings_and_rule(engine: Engine, data_dir: Path) -> None:
    case = cases.begun(engine, data_dir)
    repair = applied(case)
    for missing, more in (
        ("rule", {"findings": FINDINGS, "reasons": "未满期限"}),
        ("reasons", {"findings": FINDINGS, "rule": "henan_black"}),
        ("conditions", {"reasons": "未满期限", "rule": "henan_black"}),
    ):
        with pytest.raises(Malformed) as refused:
            issue(case, repair, "repair_refusal", **more)
        assert refused.value.field == missing
    issue(case, repair, "repair_refusal", findings=FINDINGS, reasons="未满期限", rule="henan_black")


def test_a_decision_rests_on_the_row_of_its_own_days_though_it_has_ended_since(
    engine: Engine, data_dir: Path
) -> None:
    case = cases.begun(engine, data_dir)
    of_2024 = {"decided_on": "2024-03-01", "published_on": date(2024, 3, 8)}
    case.now = datetime(2025, 6, 2, 2, tzinfo=UTC)
    fact = case.violation(case.business(), **of_2024)
    repair = str(leading.apply(case, fact, "violation").id)
    case.now = datetime(2026, 6, 2, 2, tzinfo=UTC)
    with pytest.raises(Malformed) as refused:
        issue(case, repair, "repair_refusal", rule="ndrc36.general", findings=FINDINGS, reasons="未满期限")
    assert (refused.value.code, refused.value.params["rules"]) == ("paper.other_rule", "samr2021.penalty")
    issue(case, repair, "repair_refusal", rule="samr2021.penalty", findings=FINDINGS, reasons="未满期限")


def test_who_took_a_case_in_does_not_issue_its_decision(engine: Engine, data_dir: Path) -> None:
    case = cases.begun(engine, data_dir)
    repair = applied(case)
    with pytest.raises(Forbidden):
        issue(case, repair, "repair_decision", account="officer", rule="henan_black", findings=FINDINGS)
    with pytest.raises(RuleRefused):
        issue(case, repair, "repair_revocation", rule="henan_black", reasons="材料系伪造")


def test_an_objection_is_answered_point_by_point(engine: Engine, data_dir: Path) -> None:
    case = cases.begun(engine, data_dir)
    leading.object_to(case, case.blacklisted())
    with reading(engine) as session:
        objection = session.exec(select(Objection)).one()
    issue(case, objection.id, "objection_receipt", account="officer")
    stated = {"reasons": "记录有误", "result": "异议成立，予以更正"}
    with pytest.raises(Malformed) as refused:
        issue(case, objection.id, "objection_decision", answers=("属实",), **stated)
    assert refused.value.code == "paper.answer_each"
    answers = tuple("属实" for _ in objection.points)
    issue(case, objection.id, "objection_decision", answers=answers, **stated)
