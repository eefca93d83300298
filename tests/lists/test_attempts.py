"""Attempts to get round due process by the commands themselves, each refused."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.errors import RuleRefused
from registry.lists import dues, queries
from registry.rulebook import ListRegime
from registry.store.engine import reading, writing
from registry.violations.commands import correct_violation
from registry.violations.forms import CorrectViolation, RecordViolation
from registry.violations.queries import violation
from tests import given
from tests.lists.cases import BLACK, Case, begun
from tests.lists.test_regimes import pointed, trader
from tests.repair.leading import object_to


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def opened(case: Case, name: str = "浉河区李记水产店", decision_no: str = "信浉市监处罚〔2026〕12号") -> str:
    business_id = case.business(name)
    return case.propose(business_id, case.violation(business_id, decision_no=decision_no))


def test_whoever_was_told_may_object_to_the_case_until_it_is_published(case: Case) -> None:
    own = opened(case)
    case.lead(own, "serve_notice", "request_hearing")
    assert object_to(case, own, "proposal").what == "created"


def test_a_card_and_a_pointer_can_be_objected_to_before_they_are_shown(case: Case) -> None:
    business_id = trader(case)
    fact = case.violation(business_id)
    card = case.propose(business_id, fact, regime="market_yellow_card")
    with pytest.raises(RuleRefused, match=r"objection\.not_told_yet"):
        object_to(case, card, "proposal")
    case.step(card, "serve_notice", 1)
    assert object_to(case, card, "proposal").what == "created"
    pointer = pointed(case, fact, business_id)
    with pytest.raises(RuleRefused, match=r"objection\.not_told_yet"):
        object_to(case, pointer, "proposal")


def test_a_sole_trader_whose_shop_sign_is_a_persons_name_stays_a_natural_person(case: Case) -> None:
    business_id = case.business("李大年", kind="sole_trader", trade_names=("王二小",))
    with pytest.raises(RuleRefused, match=r"listing\.natural_person"):
        case.propose(business_id, case.violation(business_id))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"penalties": ("larger_fine",), "fine_fen": 150_000}, id="kinds"),
        pytest.param({"fine_fen": 160_000}, id="amount"),
    ],
)
def test_what_the_notice_told_may_not_change_before_the_decision(case: Case, changed: dict[str, Any]) -> None:
    own = opened(case)
    case.lead(own, *BLACK[:4])
    with writing(case.engine) as session:
        proposal = queries.proposal(session, own)
        assert proposal is not None
        found = violation(session, proposal.evidence[0])
        assert found is not None
        as_recorded = {
            "business_id": proposal.business_id,
            "decision_no": "信浉市监处罚〔2026〕12号",
            "authority": "信阳市浉河区市场监督管理局",
            "region": given.TOWN,
            "decided_on": "2026-06-01",
            "procedure": "ordinary",
            "penalties": tuple(found[1].penalties),
            "conduct_code": "cheating_instrument_used",
        }
        what = RecordViolation.model_validate({**as_recorded, **changed})
        command = CorrectViolation(
            violation_id=proposal.evidence[0], expected_version=1, reason="误录没收", what=what
        )
        correct_violation(case.work(session, "national"), command)
    with pytest.raises(RuleRefused, match=r"ground\.changed"):
        case.step(own, "decide", 5)


def test_a_measure_that_the_notice_did_not_name_is_not_attached(case: Case) -> None:
    regime = given.rulebook().find(ListRegime, "henan_black", given.TOWN, given.TODAY)
    fewer = regime.model_copy(update={"measures": ("no_honours",)})
    case.rulebook = given.rulebook().with_rows([fewer])
    own = opened(case)
    case.lead(own, *BLACK[:4])
    case.rulebook = None
    entry_id = case.lead_on(own, *BLACK[4:], version=5)
    with reading(case.engine) as session:
        entry = queries.current_entry(session, entry_id)
    assert entry is not None
    assert entry.measures == ["no_honours"]


def test_rules_of_a_market_of_another_place_carry_no_card(case: Case) -> None:
    business_id = trader(case)
    rules = case.paper("house_rules", account="national", region="370100")
    with pytest.raises(RuleRefused, match=r"step\.document_region"):
        case.propose(business_id, regime="market_yellow_card", rules_document_id=rules)


def test_a_decision_that_was_taken_back_is_still_owed_in_time(case: Case) -> None:
    own = opened(case)
    came_on = case.now.date()
    case.lead(own, *BLACK[:5])
    case.step(own, "record_statement", 6, received_on=came_on)
    with reading(case.engine) as session:
        owed = [due.rule for due in dues.of_case(session, own) if due.met_on is None]
    assert owed == ["black.decide"]
