"""A reward takes three persons where the rule says so, is paid to a return code, and leads to nobody."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.audit.tables import AuditEntry
from registry.audit.work import Work
from registry.commands import Outcome
from registry.errors import Conflict, Forbidden, Refusal
from registry.rewards.commands import (
    DecideReward,
    ProposeReward,
    RecordConsent,
    StepOfReward,
    StepOfShare,
    claim_reward,
    decide_reward,
    pay_reward,
    propose_reward,
    record_consent,
    tell_reward,
    waive_unclaimed,
)
from registry.rewards.tables import Reward, RewardShare
from registry.store.engine import reading, writing
from tests import given

MONDAY = date(2025, 9, 1)
MERIT = {"clue": "details", "proof": "direct", "match": "fully", "grave": True}
CASE = {"case_on": MONDAY, "party": "organisation", "crime": True, "merit": MERIT}
ONE = ({"report_id": "report-a", "share_bp": 10_000},)


@pytest.fixture
def founded(engine: Engine) -> Engine:
    """A registry with a handler, two approvers and a custodian in the town."""
    given.registry(engine)
    with writing(engine) as session:
        admin = given.work(session, "admin")
        for name, role in (("handler", "report_handler"), ("second", "approver"), ("custodian", "custodian")):
            add_account(
                admin,
                AddAccount(
                    name=name,
                    person_name=name,
                    office_code="AMR-411502",
                    grants=(GrantRole(role=role, region="411502"),),
                ),
            )
    return engine


def do(
    engine: Engine, account: str, act: Callable[..., Any], command: object = None, on: date = MONDAY
) -> Any:
    with writing(engine) as session:
        by = given.work(session, account, datetime.combine(on, time(4), UTC))
        return act(by) if command is None else act(by, command)


def proposed(engine: Engine, **more: Any) -> str:
    outcome: Outcome = do(engine, "handler", propose_reward, ProposeReward(**{"shares": ONE, **CASE, **more}))
    return str(outcome.id)


def step(engine: Engine, account: str, reward_id: str, kind: type[StepOfReward], **more: Any) -> None:
    with reading(engine) as session:
        version = session.get_one(Reward, reward_id).version
    act: Callable[[Work, Any], Outcome] = decide_reward if kind is DecideReward else record_consent
    do(engine, account, act, kind(reward_id=reward_id, expected_version=version, **more))


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def test_a_reward_is_proposed_decided_told_claimed_and_paid_by_different_people(founded: Engine) -> None:
    one = proposed(founded)
    share = StepOfShare(report_id="report-a")
    assert refused(lambda: do(founded, "handler", tell_reward, share)) == "reward.not_settled"
    step(founded, "approver", one, DecideReward, approved=True)
    assert refused(lambda: do(founded, "handler", claim_reward, share)) == "reward.not_now"
    do(founded, "handler", tell_reward, share, MONDAY)
    do(founded, "handler", claim_reward, share, date(2025, 10, 15))
    with pytest.raises(Forbidden):
        do(founded, "handler", pay_reward, share)
    do(founded, "custodian", pay_reward, share, date(2025, 10, 20))
    with reading(founded) as session:
        row, paid = session.get_one(Reward, one), session.get_one(RewardShare, "report-a")
    assert (row.level, row.total_fen, row.state) == (1, 500_000, "settled")
    assert (paid.state, paid.amount_fen, paid.paid_on) == ("paid", 500_000, date(2025, 10, 20))
    assert [line["what"] for line in row.lines] == ["major", "base", "rate", "floor"]
    assert all(line["source"] for line in row.lines)


def test_a_large_reward_waits_for_the_consent_that_a_third_person_records(founded: Engine) -> None:
    one = proposed(founded, fine_fen=10_000_000_00)
    step(founded, "approver", one, DecideReward, approved=True)
    share = StepOfShare(report_id="report-a")
    assert refused(lambda: do(founded, "handler", tell_reward, share)) == "reward.not_settled"
    same = refused(lambda: step(founded, "approver", one, RecordConsent, number="信财函〔2025〕9号"))
    assert same == "reward.same_person"
    step(founded, "second", one, RecordConsent, number="信财函〔2025〕9号")
    do(founded, "handler", tell_reward, share)
    with reading(founded) as session:
        assert session.get_one(Reward, one).consent == ["amount"]


def test_who_proposes_never_decides_even_where_no_code_asks(founded: Engine) -> None:
    one = proposed(founded)
    with writing(founded) as session:
        by = given.work(session, "admin")
        session.connection().execute(
            update(Reward).where(col(Reward.id) == one).values(proposed_by_person=_person(by, "approver"))
        )
    assert (
        refused(lambda: step(founded, "approver", one, DecideReward, approved=True)) == "reward.same_person"
    )
    with pytest.raises(IntegrityError), writing(founded) as session:
        session.connection().execute(
            update(Reward).values(decided_by_person=col(Reward.proposed_by_person), decided_on=MONDAY)
        )


def test_several_share_with_reasons_and_each_claims_its_own(founded: Engine) -> None:
    shares = ({"report_id": "report-a", "share_bp": 6667}, {"report_id": "report-b", "share_bp": 3333})
    assert refused(lambda: proposed(founded, shares=shares)) == "reward.no_reasons"
    one = proposed(founded, shares=shares, reasons="先后提供线索")
    step(founded, "approver", one, DecideReward, approved=True)
    for report in ("report-a", "report-b"):
        do(founded, "handler", tell_reward, StepOfShare(report_id=report))
    do(founded, "handler", claim_reward, StepOfShare(report_id="report-b"))
    with reading(founded) as session:
        found = {row.report_id: (row.amount_fen, row.state) for row in session.exec(select(RewardShare))}
    assert found == {"report-a": (333_350, "told"), "report-b": (166_650, "claimed")}


def test_no_report_is_rewarded_twice_unless_the_first_was_refused(founded: Engine) -> None:
    one = proposed(founded)
    with pytest.raises(Conflict):
        proposed(founded)
    step(founded, "approver", one, DecideReward, approved=False)
    assert proposed(founded) != one


def test_what_is_not_claimed_in_thirty_working_days_is_waived_and_not_a_day_before(founded: Engine) -> None:
    one = proposed(founded)
    step(founded, "approver", one, DecideReward, approved=True)
    share = StepOfShare(report_id="report-a")
    do(founded, "handler", tell_reward, share)
    last_on = date(2025, 10, 17)  # thirty working days after 1 September, National Day between
    assert do(founded, "national", waive_unclaimed, on=last_on) == 0
    late = last_on + timedelta(days=1)
    assert refused(lambda: do(founded, "handler", claim_reward, share, late)) == "reward.waived"
    assert do(founded, "national", waive_unclaimed, on=late) == 1
    assert refused(lambda: do(founded, "custodian", pay_reward, share, late)) == "reward.not_now"


def test_neither_the_rows_nor_the_audit_log_lead_to_a_reporter_or_a_business(founded: Engine) -> None:
    one = proposed(founded)
    step(founded, "approver", one, DecideReward, approved=True)
    do(founded, "handler", tell_reward, StepOfShare(report_id="report-a"))
    names = {*Reward.model_fields, *RewardShare.model_fields}
    assert not {
        name for name in names if any(part in name for part in ("business", "name", "phone", "violation"))
    }
    with reading(founded) as session:
        said = [
            f"{entry.subject_id} {entry.detail}"
            for entry in session.exec(select(AuditEntry).where(col(AuditEntry.act).startswith("reward.")))
        ]
    assert len(said) == 3
    assert not [words for words in said if "report-a" in words]


def _person(by: Work, account: str) -> str:
    return given.actor(by.session, account).person_id
