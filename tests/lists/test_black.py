"""The way onto a black list: no step without its paper, its day, its person and its period."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.businesses.commands import ChangeBusiness, RegisterBusiness, change_business
from registry.errors import Conflict, Forbidden, Malformed, NotFound, RuleRefused
from registry.lists import queries
from registry.lists.commands import TakeStep, take_step
from registry.log.tables import LogLeaf
from registry.overrides.tables import CalendarOverride
from registry.publication import public_view
from registry.rulebook import ListRegime
from registry.store.engine import reading, writing
from registry.violations.commands import ChangeDecisionStanding, change_decision_standing, repair_violation
from registry.violations.queries import violation
from tests import given
from tests.lists.cases import BLACK, LONG_ENOUGH, Case, begun

DAY = timedelta(days=1)


@pytest.fixture
def case(engine: Engine, data_dir: Path) -> Case:
    return begun(engine, data_dir)


def proposed(case: Case) -> tuple[str, str, str]:
    business_id = case.business()
    fact = case.violation(business_id)
    return case.propose(business_id, fact), business_id, fact


def test_a_black_entry_comes_from_eight_steps_each_with_person_day_and_document(case: Case) -> None:
    proposal_id, business_id, fact = proposed(case)
    entry_id = case.lead(proposal_id, *BLACK)
    with reading(case.engine) as session:
        steps = queries.steps(session, proposal_id)
        proposal = queries.proposal(session, proposal_id)
        entry = queries.current_entry(session, entry_id)
        leaves = session.exec(select(LogLeaf.act).where(LogLeaf.act.startswith("proposal."))).all()
    assert proposal is not None
    assert entry is not None
    assert [step.step for step in steps] == ["propose", *BLACK]
    assert all(step.document_id and step.person_id and step.office_code for step in steps)
    assert [step.taken_on for step in steps] == sorted(step.taken_on for step in steps)
    assert steps[1].deadline_on is not None
    assert steps[1].deadline_on < steps[2].taken_on
    assert (proposal.state, proposal.closed_on) == ("published", case.now.date())
    assert proposal.decided_by_person not in (None, proposal.proposed_by_person)
    assert (entry.state, entry.business_id, entry.proposal_id) == ("published", business_id, proposal_id)
    assert entry.basis == "河南省社会信用条例 第二十八条、第三十二条、第三十三条、第三十七条"
    assert entry.publish_until == date(2029, 12, 11)  # through the day three years on, hidden from the next
    assert len(leaves) == 8
    with reading(case.engine) as session:
        assert [e.entry_id for e in queries.entries_resting_on(session, [fact])] == [entry_id]


def test_review_waits_until_the_last_day_to_answer_has_passed_and_quotes_the_rule(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.step(proposal_id, "serve_notice", 1)
    case.step(proposal_id, "record_statement", 2)
    case.now += 7 * DAY  # Friday to Friday: the fifth working day is the last to answer
    with pytest.raises(RuleRefused) as refused:
        case.step(proposal_id, "review", 3)
    assert refused.value.code == "step.period_running"
    assert refused.value.params == {"rule": "black.statement", "until": "2026-11-27", "source": "[default]"}
    case.now += DAY
    case.step(
        proposal_id, "review", 3, answers=({"point": "3.1", "accepted": False, "reasons": "秤在其摊位使用"},)
    )


def test_silence_is_noted_only_after_the_period_to_answer(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.step(proposal_id, "serve_notice", 1)
    with pytest.raises(RuleRefused, match=r"step\.period_running"):
        case.step(proposal_id, "note_silence", 2)


def test_a_day_off_set_by_the_office_moves_the_last_day_to_answer(case: Case) -> None:
    with writing(case.engine) as session:
        session.add(
            CalendarOverride(day_on=date(2026, 11, 24), working=False, reason="调休", recorded_at=case.now)
        )
    proposal_id, _, _ = proposed(case)
    case.step(proposal_id, "serve_notice", 1)
    with reading(case.engine) as session:
        assert queries.steps(session, proposal_id)[1].deadline_on == date(2026, 11, 30)


def test_the_period_counts_from_the_proved_day_of_service(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.now += 3 * DAY
    case.step(proposal_id, "serve_notice", 1, served_on=date(2026, 11, 21))
    with reading(case.engine) as session:
        step = queries.steps(session, proposal_id)[1]
    assert (step.taken_on, step.deadline_on) == (date(2026, 11, 21), date(2026, 11, 27))


@pytest.mark.parametrize(
    ("step", "served_on", "code"),
    [
        pytest.param("serve_notice", date(2026, 11, 19), "step.before_last", id="before-the-proposal"),
        pytest.param("serve_notice", date(2026, 11, 21), "day.ahead", id="tomorrow"),
        pytest.param("drop", date(2026, 11, 20), "step.detail_unwanted", id="another-step"),
    ],
)
def test_no_step_is_dated_before_the_last_or_ahead(case: Case, step: str, served_on: date, code: str) -> None:
    proposal_id, _, _ = proposed(case)
    with pytest.raises(Malformed) as refused:
        case.step(proposal_id, step, 1, served_on=served_on)
    assert refused.value.code == code


def test_a_clock_that_went_back_cannot_date_a_step_before_the_last(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.now -= 2 * DAY
    with pytest.raises(Malformed, match=r"step\.before_last"):
        case.step(proposal_id, "serve_notice", 1)


def test_who_proposed_never_decides_whatever_roles_he_holds(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.lead(proposal_id, *BLACK[:4])
    with pytest.raises(RuleRefused, match=r"step\.same_person"):
        case.step(proposal_id, "decide", 5, account="officer", grants=("officer", "approver"))
    case.step(proposal_id, "decide", 5)


def test_who_consented_never_decides(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.lead(proposal_id, *BLACK[:4])
    with pytest.raises(RuleRefused, match=r"step\.consented"):
        case.step(proposal_id, "decide", 5, account="superior")


def test_a_proof_of_service_proves_one_service_only(case: Case) -> None:
    first, _, _ = proposed(case)
    proof = case.paper("service_proof")
    case.step(first, "serve_notice", 1, document_id=proof)
    other = case.business("浉河区王记肉铺")
    second = case.propose(other, case.violation(other, decision_no="信浉市监处罚〔2026〕99号"))
    with pytest.raises(RuleRefused, match=r"step\.document_used"):
        case.step(second, "serve_notice", 1, document_id=proof)
    case.step(second, "serve_notice", 1)


def test_the_database_itself_refuses_that_the_proposer_decides(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    with pytest.raises(IntegrityError), writing(case.engine) as session:
        session.connection().execute(
            text("UPDATE proposal SET decided_by_person = proposed_by_person WHERE id = :id"),
            {"id": proposal_id},
        )


def test_no_decision_without_the_consent_of_the_level_above(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.lead(proposal_id, *BLACK[:3])
    with pytest.raises(RuleRefused, match=r"step\.consent_missing"):
        case.step(proposal_id, "decide", 4)
    with pytest.raises(Forbidden, match=r"step\.not_superior"):
        case.step(proposal_id, "consent", 4, account="approver")
    case.step(proposal_id, "consent", 4)
    case.step(proposal_id, "decide", 5)


def test_who_proposed_never_consents_from_an_account_at_the_office_above(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.lead(proposal_id, *BLACK[:3])
    paper = case.paper("decision")
    command = TakeStep(proposal_id=proposal_id, step="consent", expected_version=4, document_id=paper)
    with pytest.raises(RuleRefused, match=r"step\.same_person"), writing(case.engine) as session:
        above, proposer = case.work(session, "superior"), case.work(session, "officer").actor
        take_step(replace(above, actor=replace(above.actor, person_id=proposer.person_id)), command)


def test_who_turns_out_to_be_a_natural_person_during_the_case_is_not_listed(case: Case) -> None:
    proposal_id, business_id, _ = proposed(case)
    case.lead(proposal_id, *BLACK[:4])
    with writing(case.engine) as session:
        change_business(
            case.work(session, "national"),
            ChangeBusiness(
                business_id=business_id,
                expected_version=1,
                held_from_on=case.now.date(),
                what=RegisterBusiness(
                    name="李大年", region=given.TOWN, kind="sole_trader", uscc="92110000600037341X"
                ),
            ),
        )
    with pytest.raises(RuleRefused, match=r"listing\.natural_person"):
        case.step(proposal_id, "decide", 5)


def test_where_the_switch_is_off_the_decision_follows_the_review(case: Case) -> None:
    regime = given.rulebook().find(ListRegime, "henan_black", given.TOWN, given.TODAY)
    case.rulebook = given.rulebook().with_rows([regime.model_copy(update={"consent_required": False})])
    proposal_id, _, _ = proposed(case)
    case.lead(proposal_id, "serve_notice", "note_silence", "review", "decide", "serve_decision", "publish")


def test_an_office_of_another_level_than_the_regime_names_does_not_decide(case: Case) -> None:
    regime = given.rulebook().find(ListRegime, "henan_black", given.TOWN, given.TODAY)
    by_city = regime.model_copy(update={"decided_by": ("city",), "consent_required": False})
    case.rulebook = given.rulebook().with_rows([by_city])
    proposal_id, _, _ = proposed(case)
    case.lead(proposal_id, *BLACK[:3])
    with pytest.raises(Forbidden, match=r"step\.level"):
        case.step(proposal_id, "decide", 4)
    case.step(proposal_id, "decide", 4, account="superior")


@pytest.mark.parametrize(
    "step", ["record_statement", "review", "consent", "decide", "publish", "check", "list"]
)
def test_no_step_is_taken_out_of_order(case: Case, step: str) -> None:
    proposal_id, _, _ = proposed(case)
    case.now += LONG_ENOUGH
    with pytest.raises(RuleRefused, match=r"step\.out_of_order"):
        case.step(proposal_id, step, 1)


def test_a_step_needs_a_document_that_exists_and_is_of_its_kind(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    with pytest.raises(NotFound, match=r"document\.unknown"):
        case.step(proposal_id, "serve_notice", 1, document_id="none")
    with pytest.raises(RuleRefused, match=r"step\.document_kind"):
        case.step(proposal_id, "serve_notice", 1, document_id=case.paper("evidence"))


def test_a_step_that_expects_a_version_gone_by_is_refused(case: Case) -> None:
    proposal_id, _, _ = proposed(case)
    case.step(proposal_id, "serve_notice", 1)
    with pytest.raises(Conflict, match=r"version\.stale"):
        case.step(proposal_id, "record_statement", 1)


def test_a_case_may_be_dropped_and_opened_again_but_never_twice_at_once(case: Case) -> None:
    proposal_id, business_id, fact = proposed(case)
    with pytest.raises(Conflict, match=r"listing\.proposed_already"):
        case.propose(business_id, fact)
    case.step(proposal_id, "drop", 1)
    with pytest.raises(RuleRefused, match=r"step\.out_of_order"):
        case.step(proposal_id, "serve_notice", 2)
    case.lead(case.propose(business_id, fact), *BLACK)
    with pytest.raises(Conflict, match=r"listing\.listed_already"):
        case.propose(business_id, fact)


def test_an_entry_that_ran_out_blocks_no_new_case_though_no_job_has_ended_it(case: Case) -> None:
    entry_id = case.blacklisted()
    with reading(case.engine) as session:
        ran_out = queries.current_entry(session, entry_id)
    assert ran_out is not None
    assert ran_out.publish_until is not None
    until = ran_out.publish_until
    case.now = datetime(until.year, until.month, until.day, 2, 0, tzinfo=UTC) - timedelta(days=1)
    fresh = str(case.now.date() - timedelta(days=30))
    fact = case.violation(ran_out.business_id, decision_no="新号", decided_on=fresh)
    with pytest.raises(Conflict, match=r"listing\.listed_already"):
        case.propose(ran_out.business_id, fact)
    case.now += timedelta(days=1)
    assert case.propose(ran_out.business_id, fact)


def annul(case: Case, fact: str, standing: str = "annulled") -> None:
    with writing(case.engine) as session:
        found = violation(session, fact)
        assert found is not None
        decision = found[1]
        change_decision_standing(
            case.work(session, "national"),
            ChangeDecisionStanding(
                decision_id=decision.decision_id,
                expected_version=decision.version,
                standing=standing,
                changed_on=case.now.date(),
                reason="复议决定",
            ),
        )


def repair(case: Case, fact: str) -> None:
    with writing(case.engine) as session:
        repair_violation(case.work(session, "national"), fact, 1, case.now.date())


@pytest.mark.parametrize("standing", ["annulled", "under_review"])
def test_a_fact_whose_decision_is_not_final_supports_no_listing(case: Case, standing: str) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    annul(case, fact, standing)
    with pytest.raises(RuleRefused) as refused:
        case.propose(business_id, fact)
    assert (refused.value.code, refused.value.params["obstacle"]) == ("ground.not_effective", standing)


def test_a_repaired_fact_supports_no_listing(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    repair(case, fact)
    with pytest.raises(RuleRefused, match="repaired"):
        case.propose(business_id, fact)


def test_an_incomplete_fact_supports_no_listing(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id, decided_on="2026")
    with pytest.raises(RuleRefused, match="incomplete"):
        case.propose(business_id, fact)


def test_a_fact_that_falls_before_the_decision_stops_the_case(case: Case) -> None:
    proposal_id, _, fact = proposed(case)
    case.lead(proposal_id, *BLACK[:4])
    annul(case, fact)
    with pytest.raises(RuleRefused, match=r"ground\.not_effective"):
        case.step(proposal_id, "decide", 5)


def test_the_facts_must_be_the_subjects_own_and_among_the_grounds(case: Case) -> None:
    business_id, other = case.business(), case.business("浉河区王记肉铺")
    slight = case.violation(business_id, conduct_code="instrument_unverified")
    of_another = case.violation(other, decision_no="信浉市监处罚〔2026〕13号")
    for fact, code in (
        (slight, "ground.not_of_the_list"),
        (of_another, "ground.of_another"),
    ):
        with pytest.raises(RuleRefused) as refused:
            case.propose(business_id, fact)
        assert refused.value.code == code
    with pytest.raises(NotFound, match=r"ground\.unknown"):
        case.propose(business_id, "no-such-fact")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("natural_person", "张三"), ("sole_trader", "欧阳小军"), ("unknown", "王建国")],
)
def test_a_natural_person_is_not_listed_where_the_regime_says_no(case: Case, kind: str, name: str) -> None:
    business_id = case.business(name, kind=kind, market="浉河农贸市场", stall="A12")
    fact = case.violation(business_id)
    with pytest.raises(RuleRefused, match=r"listing\.natural_person"):
        case.propose(business_id, fact)


def test_a_sole_trader_with_a_trade_name_is_listed_under_it(case: Case) -> None:
    business_id = case.business("李四", kind="sole_trader", trade_names=("老李鲜鱼行",))
    entry_id = case.lead(case.propose(business_id, case.violation(business_id)), *BLACK)
    with reading(case.engine) as session:
        shown = public_view.entry(session, entry_id, case.now.date())
    assert shown is not None
    assert shown.name == "老李鲜鱼行"  # type: ignore[union-attr]


def test_a_list_without_legal_basis_is_neither_red_nor_black_nor_attaches_a_measure(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    black = given.rulebook().find(ListRegime, "henan_black", given.TOWN, given.TODAY)
    board = given.rulebook().find(ListRegime, "metrology_board", given.TOWN, given.TODAY)
    for row in (
        black.model_copy(update={"source": None, "tag": "default"}),
        board.model_copy(update={"code": "henan_black", "measures": ("no_honours",)}),
    ):
        placed = {"jurisdiction": "41", "in_force_from": black.in_force_from}
        case.rulebook = given.rulebook().with_rows([row.model_copy(update=placed)])
        with pytest.raises(RuleRefused, match=r"listing\.no_basis"):
            case.propose(business_id, fact)


def test_a_board_takes_no_proposals(case: Case) -> None:
    business_id = case.business()
    fact = case.violation(business_id)
    with pytest.raises(RuleRefused, match=r"listing\.no_such_opening"):
        case.propose(business_id, fact, regime="metrology_board")


def test_only_officers_of_the_region_propose(case: Case) -> None:
    business_id = case.business("郑州市某秤店有限公司", region="410102")
    fact = case.violation(business_id)
    with pytest.raises(Forbidden, match=r"grant\.missing"):
        case.propose(business_id, fact)
