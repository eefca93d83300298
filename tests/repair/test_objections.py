"""Objections: marked at once, decided by who had no part, every point answered, carried out if upheld."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError

from registry.audit.work import Grant
from registry.errors import Forbidden, RuleRefused
from registry.lists.board import derive_board
from registry.lists.queries import entries_of
from registry.publication import public_view
from registry.publication.answers import PublicEntry, Tombstone
from registry.repair import objections, papers
from registry.repair.forms import DecideObjection, SettleObjection, WithdrawObjection
from registry.repair.objections import decide_objection
from registry.repair.tables import Objection
from registry.rulebook import Deadline
from registry.settings import read_settings
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun
from tests.repair.leading import answer, object_to, objection_of, shown

ORDER_45 = "市场监督管理行政处罚信息公示规定（国家市场监督管理总局令第45号）"


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def test_an_entry_under_objection_says_so_from_the_filing_until_the_decision(case: Case) -> None:
    entry_id = case.blacklisted()
    first, second = object_to(case, entry_id), object_to(case, entry_id)
    assert first.id is not None
    assert second.id is not None
    marked = shown(case, entry_id)
    assert isinstance(marked, PublicEntry)
    assert marked.objected_on == case.now.date()
    answer(case, first.id)
    assert shown(case, entry_id).objected_on == case.now.date()  # type: ignore[union-attr]
    answer(case, second.id)
    assert shown(case, entry_id).objected_on is None  # type: ignore[union-attr]
    assert objection_of(case, first.id).state == "dismissed"


def test_an_unknown_period_is_said_and_hinders_nobody_and_follows_the_law_once_entered(case: Case) -> None:
    entry_id = case.blacklisted()
    filed = object_to(case, entry_id)
    assert [warning.code for warning in filed.warnings] == ["objection.deadline_unknown"]
    with reading(case.engine) as session:
        work = case.work(session, "officer")
        objection = session.get_one(Objection, filed.id)
        assert objections.due_on(work, objection) is None
        case.rulebook = given.rulebook().with_rows(
            [
                Deadline(
                    code="objection.decide",
                    jurisdiction="41",
                    in_force_from=date(2026, 1, 1),
                    tag="default",
                    amount=5,
                    unit="working_day",
                    counts_from="receipt of the objection",
                )
            ]
        )
        due = objections.due_on(case.work(session, "officer"), objection)
    assert due is not None
    assert due > case.now.date()


def test_who_filed_proposed_or_decided_never_decides_the_objection(case: Case) -> None:
    entry_id = case.blacklisted()
    filed = object_to(case, entry_id)
    assert filed.id is not None
    with pytest.raises(RuleRefused, match=r"case\.same_person"):
        answer(case, filed.id, account="approver")
    with pytest.raises(Forbidden):
        answer(case, filed.id, account="colleague")
    known = objection_of(case, filed.id)
    for person in (known.filed_by_person, known.proposed_by_person, known.listed_by_person):
        with pytest.raises(IntegrityError), writing(case.engine) as session:
            session.connection().execute(update(Objection).values(decided_by_person=person))


def test_every_point_is_answered(case: Case) -> None:
    filed = object_to(case, case.blacklisted())
    assert filed.id is not None
    with pytest.raises(RuleRefused, match=r"objection\.answers"):
        answer(case, filed.id, answers=("只答一点",))


def test_an_upheld_objection_ends_the_entry_on_its_ground_and_rule(case: Case) -> None:
    entry_id = case.blacklisted()
    filed = object_to(case, entry_id)
    assert filed.id is not None
    with pytest.raises(RuleRefused, match=r"objection\.rule_missing"):
        answer(case, filed.id, upheld=True)
    answer(case, filed.id, upheld=True, rule="wrong_facts")
    tombstone = shown(case, entry_id)
    assert isinstance(tombstone, Tombstone)
    assert (tombstone.ground, tombstone.rule) == ("corrected", ORDER_45)
    with pytest.raises(RuleRefused, match=r"objection\.subject_over"):
        object_to(case, entry_id)


def test_a_record_stays_marked_until_the_upheld_objection_is_carried_out(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    filed = object_to(case, fact, "violation")
    assert filed.id is not None
    answer(case, filed.id, upheld=True)
    assert marks(case, business_id) == [case.now.date()]
    with reading(case.engine) as session:
        violation = objections.violation_of(session, fact)
    assert violation is not None
    annulment = {
        "decision_id": violation[0].decision_id,
        "expected_version": 1,
        "standing": "annulled",
        "changed_on": case.now.date(),
        "reason": "异议成立，决定已撤销",
    }
    with pytest.raises(RuleRefused, match=r"objection\.remedy"):
        settle(case, filed.id, annulment={**annulment, "decision_id": "another"})
    settle(case, filed.id, annulment=annulment)
    assert objection_of(case, filed.id).state == "settled"
    assert marks(case, business_id) == []


def test_a_red_candidate_under_objection_is_not_listed_until_it_is_dismissed(case: Case) -> None:
    business_id = case.business("浉河区诚信粮油店")
    proposal = case.propose(
        business_id, case.pledge(business_id), regime="henan_red", origin="nominate", ground="公开承诺"
    )
    with pytest.raises(RuleRefused, match=r"objection\.not_told_yet"):
        object_to(case, proposal, "proposal")
    case.lead(proposal, "check", "publicise")
    filed = object_to(case, proposal, "proposal")
    assert filed.id is not None
    case.now = case.now.replace(month=12, day=20)
    with pytest.raises(RuleRefused, match=r"step\.objected"):
        case.step(proposal, "list", 3)
    answer(case, filed.id)
    assert isinstance(shown(case, case.step(proposal, "list", 3)), PublicEntry)


def test_an_upheld_objection_to_a_candidate_drops_the_case(case: Case) -> None:
    business_id = case.business("浉河区诚信粮油店")
    proposal = case.propose(
        business_id, case.pledge(business_id), regime="henan_red", origin="nominate", ground="公开承诺"
    )
    case.lead(proposal, "check", "publicise")
    filed = object_to(case, proposal, "proposal")
    assert filed.id is not None
    answer(case, filed.id, upheld=True)
    drop = {
        "proposal_id": proposal,
        "step": "drop",
        "expected_version": 3,
        "reasons": "异议成立",
    }
    settle(case, filed.id, drop=drop)
    with reading(case.engine) as session:
        assert session.get_one(objections.Proposal, proposal).state == "dropped"


def test_an_objection_taken_back_takes_its_mark_along(case: Case) -> None:
    entry_id = case.blacklisted()
    filed = object_to(case, entry_id)
    paper = case.paper("statement")
    with writing(case.engine) as session:
        command = WithdrawObjection(objection_id=filed.id, expected_version=1, document_id=paper)
        objections.withdraw_objection(case.work(session, "officer"), command)
    assert shown(case, entry_id).objected_on is None  # type: ignore[union-attr]


def settle(case: Case, objection_id: str, **remedy: Any) -> None:
    """Carry out an upheld objection."""
    with writing(case.engine) as session:
        command = SettleObjection(objection_id=objection_id, expected_version=2, **remedy)
        settings = read_settings(data_dir=case.folder)
        papers.settle_objection(case.work(session, "officer"), settings, command)


def marks(case: Case, business_id: str) -> list[date | None]:
    """Return the marks of the records that the public sees of a business."""
    with reading(case.engine) as session:
        seen = public_view.business(session, business_id, case.now.date(), given.rulebook())
    assert seen is not None
    return [violation.objected_on for violation in seen.violations]


@pytest.mark.parametrize("kind", ["violation", "entry"])
def test_who_recorded_a_penalty_or_changed_it_answers_no_objection_to_it(case: Case, kind: str) -> None:
    business_id = case.business()
    fact = case.violation(business_id)  # recorded by `national`, in a batch of one
    with writing(case.engine) as session:
        derive_board(case.work(session, "national"), "metrology_board", "000000")
    with reading(case.engine) as session:
        (entry,) = entries_of(session, business_id)
    subject = fact if kind == "violation" else entry.entry_id
    filed = object_to(case, subject, kind)
    command = DecideObjection(
        objection_id=str(filed.id),
        expected_version=1,
        upheld=False,
        answers=("核实无误", "已送达"),
        document_id=case.paper("decision"),
    )
    with pytest.raises(RuleRefused, match=r"case\.same_person"), writing(case.engine) as session:
        work = case.work(session, "national")
        both = (Grant("approver", ""), Grant("officer", ""))
        decide_objection(replace(work, actor=replace(work.actor, grants=both)), command)
    answer(case, str(filed.id))
