"""Regimes that are not ours, or have no measure: pointers, cards of markets, and lists without a basis."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from registry.errors import Conflict, Malformed, NotFound, RuleRefused
from registry.lists.pointer import RecordPointer, record_pointer
from registry.overrides.commands import ProposeOverride, propose_override
from registry.publication import public_view
from registry.publication.copies import KeptEntry, check_copies
from registry.publication.counts import entries_counted, state_of_the_registry
from registry.publication.suspension import suspend_blemished
from registry.rulebook import ListRegime, parse_row
from registry.settings import read_settings
from registry.store.engine import reading, writing
from tests import given
from tests.lists.cases import Case, begun

WEIGHED = tuple(
    {"factor": factor, "finding": "已查明", "reasons": "见处罚决定书"}
    for factor in ("intent", "frequency", "duration", "amount")
)
DECISION = {
    "number": "信市监列决〔2026〕3号",
    "authority": "信阳市浉河区市场监督管理局",
    "level": "county",
    "decided_on": "2026-07-01",
    "published_at": "https://amr.example/2026/3",
}
CONSENT = {"authority": "信阳市市场监督管理局", "number": "信市监同〔2026〕8号", "given_on": "2026-06-28"}


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def pointed(case: Case, fact: str, business_id: str, **more: Any) -> str:
    stated = {
        "business_id": business_id,
        "ground": "使用带作弊功能的电子秤",
        "evidence": (fact,),
        "decision": DECISION,
        "serious_conduct": "第八条：使用以欺骗消费者为目的的计量器具",
        "heavier_penalty": "larger_fine",
        "heavier_fine": "决定书第四页：从重处罚",
        "weighed": WEIGHED,
        "consent": CONSENT,
        "document_id": case.paper("decision"),
        **more,
    }
    with writing(case.engine) as session:
        outcome = record_pointer(case.work(session, "officer"), RecordPointer.model_validate(stated))
    assert outcome.id is not None
    return outcome.id


def test_a_pointer_is_shown_as_one_when_another_person_confirmed_it(case: Case) -> None:
    business_id = case.business()
    proposal_id = pointed(case, case.violation(business_id), business_id)
    with pytest.raises(RuleRefused, match=r"step\.same_person"):
        case.step(proposal_id, "confirm", 1, account="officer", grants=("officer", "approver"))
    entry_id = case.step(proposal_id, "confirm", 1)
    with reading(case.engine) as session:
        shown = public_view.entry(session, entry_id, case.now.date())
        state = state_of_the_registry(session, case.now.date(), entries_counted(session, case.now.date()))
    assert isinstance(shown, public_view.PublicEntry)
    assert (shown.colour, shown.measures) == ("pointer", ())
    assert (shown.listed_on, shown.publish_from) == (date(2026, 7, 1), case.now.date())
    assert shown.publish_until == date(2029, 7, 2)
    assert (shown.basis or "").startswith("市场监督管理严重违法失信名单管理办法")
    assert state.black == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param(
            {"heavier_fine": None}, "pointer.fine_not_heavier", id="fine-not-from-heavier-punishment"
        ),
        pytest.param({"heavier_penalty": "confiscation"}, "pointer.not_heavier", id="no-heavier-kind"),
        pytest.param({"heavier_penalty": "revocation"}, "pointer.no_such_penalty", id="not-imposed"),
        pytest.param({"weighed": WEIGHED[:3]}, "pointer.not_weighed", id="a-factor-not-weighed"),
        pytest.param({"consent": None}, "pointer.consent_missing", id="no-consent"),
        pytest.param(
            {"consent": {**CONSENT, "given_on": "2026-07-02"}}, "pointer.consent_after", id="consent-too-late"
        ),
        pytest.param({"regime": "none"}, "rule.absent", id="no-such-list"),
        pytest.param(
            {"decision": {**DECISION, "decided_on": "2026-05-31"}},
            "pointer.before_penalty",
            id="before-penalty",
        ),
        pytest.param(
            {"decision": {**DECISION, "decided_on": "2021-08-31"}}, "rule.absent", id="before-order-44"
        ),
    ],
)
def test_a_pointer_meets_the_double_test_and_the_consent(case: Case, more: dict[str, Any], code: str) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    with pytest.raises(RuleRefused) as refused:
        pointed(case, fact, business_id, **more)
    assert refused.value.code == code
    assert refused.value.field is not None


def test_a_provincial_decision_needs_no_consent_and_a_switch_turns_it_off(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    by_province = {**DECISION, "level": "province"}
    case.step(pointed(case, fact, business_id, decision=by_province, consent=None), "drop", 1)
    choice = {"code": "national_serious.consent", "in_force_from": "2026-01-01", "value": "not_required"}
    row = parse_row("choices", {**choice, "tag": "default"})
    case.rulebook = given.rulebook().with_rows([row])
    pointed(case, fact, business_id, consent=None)


def test_a_pointer_that_ran_out_or_lies_ahead_is_not_recorded(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    ahead = {**DECISION, "decided_on": "2026-11-21"}
    with pytest.raises(Malformed, match=r"day\.ahead"):
        pointed(case, fact, business_id, decision=ahead)
    pointed(case, fact, business_id)
    with pytest.raises(Conflict, match=r"listing\.proposed_already"):
        pointed(case, fact, business_id)


def test_no_override_attaches_a_measure_to_what_has_no_basis_or_is_not_ours(case: Case) -> None:
    for code in ("metrology_board", "national_serious", "market_red_card"):
        regime = given.rulebook().find(ListRegime, code, given.TOWN, given.TODAY)
        row = regime.model_dump(mode="json", exclude_none=True)
        row |= {"jurisdiction": "411502", "measures": ["no_honours"]}
        with writing(case.engine) as session, pytest.raises(Malformed, match=r"rule\.malformed.*measures"):
            by = case.work(session, "officer")
            propose_override(by, ProposeOverride(rule_table="list_regimes", row=row, reason="加重"))
    unfounded = {
        "code": "no_entry",
        "jurisdiction": "411502",
        "in_force_from": "2026-01-01",
        "tag": "default",
    }
    unfounded |= {"kind": "sanction", "name_zh": "禁入", "name_en": "Ban", "scope": "market"}
    with writing(case.engine) as session, pytest.raises(Malformed, match=r"rule\.malformed"):
        by = case.work(session, "officer")
        propose_override(by, ProposeOverride(rule_table="measures", row=unfounded, reason="自设"))


def trader(case: Case, **more: str) -> str:
    return case.business("老李鲜鱼行", market="浉河区集贸市场", stall="A12", **more)


def carded(case: Case, business_id: str, *facts: str, **more: Any) -> str:
    stated = {"regime": "market_yellow_card", "ground": "经营者使用未检定的秤", **more}
    proposal_id = case.propose(business_id, *facts, **stated)
    return case.lead(proposal_id, "serve_notice", "note_silence", "review", "give")


def test_a_card_rests_on_the_organisers_rules_and_names_market_and_term_but_no_measure(case: Case) -> None:
    business_id = trader(case)
    entry_id = carded(case, business_id, rules_document_id=case.paper("house_rules"))
    with reading(case.engine) as session:
        shown = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(shown, public_view.PublicEntry)
    assert (shown.colour, shown.market, shown.measures) == ("card", "浉河区集贸市场", ())
    assert shown.publish_until == date(2027, 3, 11)


def test_a_card_is_not_shown_once_the_trader_left_the_market(case: Case) -> None:
    business_id = trader(case)
    entry_id = carded(case, business_id, case.violation(business_id))
    case.move(business_id, name="老李鲜鱼行", market="平桥农贸市场", stall="3")
    with reading(case.engine) as session:
        assert public_view.entry(session, entry_id, case.now.date()) is None
        (checked,) = check_copies(session, [KeptEntry(entry_id=entry_id)], case.now.date())
    assert checked.state == "suspended"  # it was ours, and no copy of it may be shown either


def test_a_card_needs_a_market_and_rules_or_a_penalty(case: Case) -> None:
    business_id = trader(case)
    with pytest.raises(RuleRefused, match=r"ground\.none"):
        carded(case, business_id)
    with pytest.raises(RuleRefused, match=r"step\.document_kind"):
        carded(case, business_id, rules_document_id=case.paper("other"))
    with pytest.raises(NotFound, match=r"document\.unknown"):
        carded(case, business_id, rules_document_id="none")
    shop = case.business()
    with pytest.raises(RuleRefused, match=r"card\.no_market"):
        carded(case, shop, rules_document_id=case.paper("house_rules"))
    with pytest.raises(RuleRefused, match=r"card\.no_card"):
        carded(case, shop, rules_document_id=case.paper("house_rules"), regime="henan_black")


def test_praise_is_suspended_by_itself_when_a_violation_takes_effect(case: Case) -> None:
    entry_id = case.redlisted()
    case.redlisted("浉河区无过粮油店")
    with reading(case.engine) as session:
        entry = public_view.entry(session, entry_id, case.now.date())
    assert isinstance(entry, public_view.PublicEntry)
    case.violation(entry.business_id, decided_on="2026-12-08")
    settings = read_settings(data_dir=case.folder)
    with writing(case.engine) as session:
        assert suspend_blemished(case.work(session, "national"), settings, ["another"]) == 0
        assert suspend_blemished(case.work(session, "national"), settings, [entry.business_id]) == 1
        assert suspend_blemished(case.work(session, "national"), settings) == 0
    case.now += timedelta(days=1)
    with reading(case.engine) as session:
        assert public_view.entry(session, entry_id, case.now.date()) is None
        assert (
            state_of_the_registry(session, case.now.date(), entries_counted(session, case.now.date())).red
            == 1
        )
