"""Each step of a repair or an objection that tells the party something issues its paper, or is not taken."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.commands import Outcome
from registry.documents import papers as issuing
from registry.documents.tables import Document
from registry.errors import RuleRefused
from registry.lists.queries import current_entry
from registry.repair import commands, objections, papers
from registry.repair.forms import (
    ApplyForRepair,
    DecideObjection,
    DecideRepair,
    FileObjection,
    RequestCompletion,
    RevokeRepair,
    SupplementRepair,
)
from registry.repair.tables import Repair
from registry.settings import read_settings
from registry.store.engine import reading, writing
from tests.lists import cases
from tests.lists.cases import Case
from tests.repair import leading
from tests.repair.leading import KINDS, NEEDS, known_terms, object_to, propose_revocation, repair_of

FINDINGS = tuple({"need": need, "met": True, "reason": "经核查属实"} for need in NEEDS)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    begun = cases.begun(engine, data_dir)
    begun.rulebook = known_terms()
    return begun


def take(case: Case, verb: Any, command: type[Any], account: str, **stated: Any) -> Outcome:
    """Take a step with its paper."""
    with writing(case.engine) as session:
        settings = read_settings(data_dir=case.folder)
        done = verb(case.work(session, account), settings, command.model_validate(stated))
        assert isinstance(done, Outcome)
        return done


def apply(case: Case, entry_id: str, *given: str) -> Outcome:
    brought = {one: case.paper(KINDS[one]) for one in given or KINDS}
    about = {"subject_kind": "entry", "subject_id": entry_id, "applicant": "李大年", "papers": brought}
    return take(case, papers.apply_for_repair, ApplyForRepair, "officer", **about)


def decide(case: Case, repair_id: str | None, *, grant: bool, **more: Any) -> Outcome:
    stated = {"repair_id": repair_id, "expected_version": 1, "grant": grant, "reasons": "材料属实", **more}
    stated = {"findings": FINDINGS, **stated}
    return take(case, papers.decide_repair, DecideRepair, "approver", **stated)


def issued(case: Case, case_id: str | None) -> list[tuple[str, str, int, str]]:
    with reading(case.engine) as session:
        found = issuing.of_case(session, str(case_id))
        return sorted(
            (one.kind, one.step, one.seq, session.get_one(Document, one.document_id).kind) for one in found
        )


def test_an_application_is_received_completed_granted_and_revoked_on_its_papers(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += timedelta(days=366)
    applied = apply(case, entry_id, "application", "identity")
    assert (applied.paper, issued(case, applied.id)) == (None, [])  # nothing is received while papers lack
    at = {"repair_id": applied.id}
    told = take(case, papers.request_completion, RequestCompletion, "officer", **at, expected_version=1)
    assert told.paper is not None
    brought = {one: case.paper(KINDS[one]) for one in ("pledge", "performance")}
    take(
        case, papers.supplement_repair, SupplementRepair, "officer", **at, expected_version=2, papers=brought
    )
    granted = decide(case, applied.id, grant=True, expected_version=3)
    assert granted.paper is not None
    assert granted.paper.number == "信浉市监信修决〔2027〕1号"
    propose_revocation(case, str(applied.id), 4)
    take(case, papers.revoke_repair, RevokeRepair, "approver", **at, expected_version=5, reasons="证明系伪造")
    assert issued(case, applied.id) == [
        ("repair_completion", "request_completion", 2, "notice"),
        ("repair_decision", "decide", 4, "decision"),
        ("repair_receipt", "supplement", 3, "notice"),
        ("repair_revocation", "revoke", 6, "decision"),
    ]


def test_a_revocation_says_whether_anything_is_shown_again(case: Case) -> None:
    said = []
    entries = [case.blacklisted(f"浉河区第{one}水产店", f"信浉市监处罚〔2026〕{one}号") for one in (1, 2)]
    case.now += timedelta(days=366)
    for entry_id, name, becomes in zip(
        entries, ("李大年", "李大有"), ("enterprise", "natural_person"), strict=True
    ):
        repair_id = leading.granted(case, entry_id)
        with reading(case.engine) as session:
            entry = current_entry(session, entry_id)
            assert entry is not None
        case.move(entry.business_id, name=name, kind=becomes, market="浉河区集贸市场", stall=name)
        propose_revocation(case, repair_id)
        stated = {"repair_id": repair_id, "expected_version": 3, "reasons": "证明系伪造"}
        with reading(case.engine) as session:
            said.append(papers.effect(case.work(session, "approver"), session.get_one(Repair, repair_id)))
        assert take(case, papers.revoke_repair, RevokeRepair, "approver", **stated).paper is not None
    assert "恢复公示" in said[0]
    assert "不再公示" in said[1]
    assert "河南省计量失信黑名单" in said[1]


def test_a_refusal_names_what_is_not_met_and_leaves_nothing_where_it_has_no_ground(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now += timedelta(days=366)
    applied = apply(case, entry_id)
    with pytest.raises(RuleRefused, match=r"repair\.refusal_ungrounded"):
        decide(case, applied.id, grant=False)
    assert [kind for kind, *_ in issued(case, applied.id)] == ["repair_receipt"]
    unmet = tuple({**one, "met": one["need"] != "harm_removed"} for one in FINDINGS)
    decide(case, applied.id, grant=False, findings=unmet)
    assert repair_of(case, applied.id).state == "refused"
    assert [kind for kind, *_ in issued(case, applied.id)] == ["repair_receipt", "repair_refusal"]


def test_a_refusal_before_the_period_says_from_when_repair_is_possible(case: Case) -> None:
    applied = apply(case, case.blacklisted())
    with writing(case.engine) as session:
        command = DecideRepair.model_validate(
            {
                "repair_id": applied.id,
                "expected_version": 1,
                "grant": False,
                "findings": FINDINGS,
                "reasons": "未满",
            }
        )
        weighed = commands.weighed(case.work(session, "approver"), command)
    said = papers.examined(weighed.row, command.findings, weighed.lacking)
    assert len(said) == len(NEEDS) + 1
    assert said[-1].startswith("最短期限未满，最早可以修复的日期为2027年12月")
    decide(case, applied.id, grant=False)


def test_no_repair_is_decided_without_the_paper_of_the_decision(case: Case) -> None:
    entry_id = case.blacklisted()
    case.now = datetime(2028, 1, 10, 2, tzinfo=UTC)
    applied = leading.apply(case, entry_id)
    command = DecideRepair.model_validate(
        {
            "repair_id": applied.id,
            "expected_version": 1,
            "grant": True,
            "findings": FINDINGS,
            "reasons": "材料属实",
            "document_id": case.paper("decision"),
        }
    )
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"), writing(case.engine) as session:
        commands.decide_repair(case.work(session, "approver"), command)


def test_an_objection_is_received_and_answered_on_its_papers(case: Case) -> None:
    entry_id = case.blacklisted()
    points = ("不是本店的秤", "处罚决定尚未送达")
    stated = {"subject_kind": "entry", "subject_id": entry_id, "objector": "李大年", "points": points}
    filed = take(case, papers.file_objection, FileObjection, "officer", **stated)
    assert filed.paper is not None
    answers = {"answers": ("属实", "属实"), "upheld": True, "rule": "wrong_facts"}
    at = {"objection_id": filed.id, "expected_version": 1}
    decided = take(case, papers.decide_objection, DecideObjection, "national-approver", **at, **answers)
    assert decided.paper is not None
    assert issued(case, filed.id) == [
        ("objection_decision", "decide", 2, "decision"),
        ("objection_receipt", "file", 1, "notice"),
    ]


def test_an_objection_is_not_answered_without_the_paper_of_the_answer(case: Case) -> None:
    filed = object_to(case, case.blacklisted())
    answers = {"answers": ("属实", "属实"), "upheld": False, "document_id": case.paper("decision")}
    command = DecideObjection.model_validate({"objection_id": filed.id, "expected_version": 1, **answers})
    with pytest.raises(RuleRefused, match=r"step\.paper_missing"), writing(case.engine) as session:
        objections.decide_objection(case.work(session, "national-approver"), command)
