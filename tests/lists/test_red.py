"""The way onto a red list, and what ends or stops the praise."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from registry.errors import Conflict, Forbidden, Malformed, RuleRefused
from registry.lists import queries
from registry.publication import public_view
from registry.publication.praise import RenewEntry, SuspendEntry
from registry.publication.withdrawal import WithdrawEntry
from registry.rulebook import Deadline, ListRegime
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import RED, Case, begun
from tests.publication.ending import renew_entry, suspend_entry, withdraw_entry


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def nominated(case: Case, **more: str) -> tuple[str, str]:
    business_id = case.business("浉河区诚信粮油店")
    fact = case.pledge(business_id)
    stated = {"regime": "henan_red", "origin": "nominate", "ground": "公开承诺并守信", **more}
    return case.propose(business_id, fact, **stated), business_id


@pytest.mark.parametrize("origin", ["nominate", "apply"])
def test_a_red_entry_comes_from_checks_publicity_and_another_person(case: Case, origin: str) -> None:
    proposal_id, business_id = nominated(case, origin=origin)
    entry_id = case.lead(proposal_id, *RED)
    with reading(case.engine) as session:
        shown = public_view.business(session, business_id, case.now.date(), given.rulebook())
        assert shown is not None
        assert [(e.entry_id, e.colour, e.publish_until) for e in shown.entries] == [(entry_id, "red", None)]
        assert shown.entries[0].measures == (
            "licensing_convenience",
            "fewer_inspections",
            "recommended_for_honours",
        )


def test_a_candidate_is_listed_only_after_the_days_of_publicity(case: Case) -> None:
    proposal_id, _ = nominated(case)
    case.step(proposal_id, "check", 1)
    case.step(proposal_id, "publicise", 2)
    case.now += timedelta(days=11)  # seven working days from Friday the 20th end on Tuesday, 1 December
    with pytest.raises(RuleRefused, match=r"step\.period_running.*2026-12-01"):
        case.step(proposal_id, "list", 3)
    case.now += timedelta(days=1)
    case.step(proposal_id, "list", 3)


def test_nobody_with_an_effective_violation_is_praised(case: Case) -> None:
    proposal_id, business_id = nominated(case)
    case.step(proposal_id, "check", 1)
    case.step(proposal_id, "publicise", 2)
    case.violation(business_id)
    case.now += timedelta(days=20)
    with pytest.raises(RuleRefused, match=r"listing\.blemished"):
        case.step(proposal_id, "list", 3)


def test_the_checks_look_back_as_far_as_a_rule_says(case: Case) -> None:
    months = Deadline(
        code="red.clean_record",
        in_force_from=date(2020, 1, 1),
        tag="default",
        amount=3,
        unit="month",
        counts_from="day of the check",
    )
    proposal_id, business_id = nominated(case)
    case.violation(business_id)  # decided five months before
    with pytest.raises(RuleRefused, match=r"listing\.blemished"):
        case.step(proposal_id, "check", 1)
    city = months.model_copy(update={"jurisdiction": "4115"})  # below the list's own province
    case.rulebook = given.rulebook().with_rows([city])
    case.step(proposal_id, "check", 1)


def test_a_pledge_that_ran_out_praises_nobody(case: Case) -> None:
    business_id = case.business("浉河区诚信粮油店")
    fact = case.pledge(business_id, valid_through=date(2026, 11, 19))
    with pytest.raises(RuleRefused, match="ended"):
        case.propose(business_id, fact, regime="henan_red", origin="nominate")


def current(case: Case, entry_id: str) -> int:
    with reading(case.engine) as session:
        entry = queries.current_entry(session, entry_id)
        assert entry is not None
        return entry.version


def test_a_suspended_entry_is_not_shown_until_another_person_renews_it(case: Case) -> None:
    entry_id = case.redlisted()
    paper = case.paper("decision")
    with writing(case.engine) as session:
        suspend_entry(
            case.work(session, "approver"),
            SuspendEntry(entry_id=entry_id, expected_version=1, document_id=paper),
        )
    with reading(case.engine) as session:
        assert public_view.entry(session, entry_id, case.now.date()) is None
    renewal = RenewEntry(entry_id=entry_id, expected_version=2, document_id=paper)
    with pytest.raises(Forbidden), writing(case.engine) as session:
        renew_entry(case.work(session, "officer"), renewal)
    with writing(case.engine) as session:
        renew_entry(case.work(session, "approver"), renewal)
    with reading(case.engine) as session:
        assert public_view.entry(session, entry_id, case.now.date()) is not None


def test_a_renewal_runs_for_another_term_and_asks_for_the_same_conditions(case: Case) -> None:
    regime = given.rulebook().find(ListRegime, "henan_red", given.TOWN, given.TODAY)
    case.rulebook = given.rulebook().with_rows([regime.model_copy(update={"term_months": 12})])
    entry_id = case.redlisted()
    listed_on = case.now.date()
    case.now += timedelta(days=300)
    paper = case.paper("decision")
    with writing(case.engine) as session:
        renew_entry(
            case.work(session, "approver"),
            RenewEntry(entry_id=entry_id, expected_version=1, document_id=paper),
        )
    with reading(case.engine) as session:
        entry = queries.current_entry(session, entry_id)
        assert entry is not None
        assert entry.publish_until is not None
        assert (listed_on, entry.publish_until) == (date(2026, 12, 10), date(2028, 10, 7))
    case.violation(entry.business_id, decided_on="2027-09-01")
    with pytest.raises(RuleRefused, match=r"listing\.blemished"), writing(case.engine) as session:
        renew_entry(
            case.work(session, "approver"),
            RenewEntry(entry_id=entry_id, expected_version=2, document_id=paper),
        )


def test_a_red_entry_is_cancelled_once_and_not_repaired(case: Case) -> None:
    entry_id = case.redlisted()
    paper = case.paper("decision")
    stated = {"entry_id": entry_id, "expected_version": 1, "rule": "conditions_lost", "document_id": paper}
    with pytest.raises(ValidationError, match="ground"):
        WithdrawEntry.model_validate({**stated, "ground": "repaired"})
    asked = case.ask_withdrawal(entry_id, "own_request")
    case.decide_withdrawal(asked)
    with pytest.raises(Conflict, match=r"withdrawal\.closed"):
        case.decide_withdrawal(asked)
    cancel = WithdrawEntry.model_validate({**stated, "ground": "cancelled"})
    with pytest.raises(Conflict), writing(case.engine) as session:
        withdraw_entry(case.work(session, "approver"), cancel)
    with pytest.raises(Conflict, match=r"entry\.ended"):
        case.ask_withdrawal(entry_id, "own_request")


def test_an_objection_is_answered_before_the_candidate_is_listed(case: Case) -> None:
    proposal_id, _ = nominated(case)
    case.step(proposal_id, "check", 1)
    case.step(proposal_id, "publicise", 2)
    case.step(proposal_id, "record_objection", 3, points=("去年缺斤短两", "秤未检定"))
    case.now += timedelta(days=20)
    with pytest.raises(RuleRefused, match=r"answer\.missing.*4\.1, 4\.2"):
        case.step(proposal_id, "list", 4)
    answers = tuple({"point": f"4.{n}", "accepted": False, "reasons": "经查不属实"} for n in (1, 2))
    case.step(proposal_id, "answer_objection", 4, answers=answers)
    case.step(proposal_id, "list", 5)


def test_an_objection_that_holds_keeps_the_candidate_off_the_list(case: Case) -> None:
    proposal_id, _ = nominated(case)
    case.step(proposal_id, "check", 1)
    case.step(proposal_id, "publicise", 2)
    case.step(proposal_id, "record_objection", 3)
    answer = {"point": "4.1", "accepted": True, "reasons": "经查属实"}
    case.step(proposal_id, "answer_objection", 4, answers=(answer,))
    case.now += timedelta(days=20)
    with pytest.raises(RuleRefused, match=r"objection\.upheld"):
        case.step(proposal_id, "list", 5)
    case.step(proposal_id, "drop", 5)


def test_the_checks_of_a_candidate_are_on_file_and_must_all_be_passed(case: Case) -> None:
    proposal_id, _ = nominated(case)
    failed = {"checked": "投诉记录", "passed": False, "finding": "有一起成立的投诉"}
    with pytest.raises(RuleRefused, match=r"check\.failed.*投诉记录"):
        case.step(proposal_id, "check", 1, checks=(failed,))
    with pytest.raises(Malformed, match=r"step\.detail_missing"):
        case.step(proposal_id, "check", 1, checks=None)
    case.step(proposal_id, "check", 1)
    with reading(case.engine) as session:
        assert queries.steps(session, proposal_id)[1].detail["checks"][0]["finding"] == "无有效违法记录"
