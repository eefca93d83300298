"""A reward takes three persons where the rule says so, is paid to a return code, and leads to nobody."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
from registry.errors import Broken, Conflict, Forbidden, Refusal, RuleRefused
from registry.identifiers import new_id
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
    try_payment,
    waive_unclaimed,
)
from registry.rewards.policy import PAYMENTS_TRIED_A_DAY
from registry.rewards.sheets import BLOCK, sheet_of
from registry.rewards.tables import Reward, RewardShare
from registry.store.engine import reading, writing
from tests import given

MONDAY = date(2025, 9, 1)
MERIT = {"clue": "details", "proof": "direct", "match": "fully", "grave": True}
CASE = {"case_on": MONDAY, "party": "organisation", "crime": True, "merit": MERIT}
KEY = bytes(range(32))
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
    command = ProposeReward(**{"shares": ONE, **CASE, **more})
    outcome: Outcome = do(engine, "handler", lambda work: propose_reward(work, command, KEY))
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
    sheet = sheet_of(KEY, row)
    assert (row.level, sheet.total_fen, row.state) == (1, 500_000, "settled")
    assert (paid.state, sheet.amounts_fen, paid.paid_on) == (
        "paid",
        {"report-a": 500_000},
        date(2025, 10, 20),
    )
    assert [line.what for line in sheet.lines] == ["major", "base", "rate", "floor"]
    assert all(line.source for line in sheet.lines)


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
        found = {row.report_id: row.state for row in session.exec(select(RewardShare))}
        sheet = sheet_of(KEY, session.get_one(Reward, one))
    assert found == {"report-a": "told", "report-b": "claimed"}
    assert sheet.amounts_fen == {"report-a": 333_350, "report-b": 166_650}
    assert sheet.reasons == "先后提供线索"


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


def test_no_row_of_a_reward_tells_an_amount_that_follows_from_a_fine(founded: Engine) -> None:
    fines = (1_234_567_00, 7_654_321_00)
    ids = [
        proposed(
            founded,
            shares=({"report_id": f"report-{fine}", "share_bp": 10_000},),
            fine_fen=fine,
            reasons="城东那一家",
        )
        for fine in fines
    ]
    with founded.connect() as connection:
        tables = [connection.execute(select(Reward)).all(), connection.execute(select(RewardShare)).all()]
        entries = connection.execute(select(AuditEntry).where(col(AuditEntry.act) == "reward.proposed")).all()
    kept_in_plain = repr([tables, entries])
    for fine in fines:
        for said in (fine, fine // 20, fine // 100, fine // 2000):  # the fine and 5 % of it, in fen and yuan
            assert not re.search(rf"(?<![0-9]){said}(?![0-9])", kept_in_plain.replace(f"report-{fine}", ""))
    assert "城东" not in kept_in_plain
    with reading(founded) as session:
        rows = [session.get_one(Reward, one) for one in ids]
        assert [sheet_of(KEY, row).lines[1].amount_fen for row in rows] == list(fines)
        assert len({len(row.sealed_sheet) for row in rows}) == 1
        rows[0].sealed_sheet, rows[1].sealed_sheet = rows[1].sealed_sheet, rows[0].sealed_sheet
        for row in rows:  # moved to another reward it does not open, nor by another key
            with pytest.raises(Broken):
                sheet_of(KEY, row)
        rows[0].sealed_sheet = rows[1].sealed_sheet
        with pytest.raises(Broken):
            sheet_of(bytes(32), rows[1])
        session.rollback()


def test_the_largest_calculation_takes_the_room_of_the_smallest(founded: Engine) -> None:
    shares = tuple({"report_id": new_id(), "share_bp": 200} for _ in range(50))
    many = proposed(founded, shares=shares, reasons="由" * 1000, fine_fen=10_000_000_00)
    one = proposed(founded)
    with reading(founded) as session:
        lengths = {len(session.get_one(Reward, each).sealed_sheet) for each in (many, one)}
    assert len(lengths) == 1
    assert lengths.pop() < 2 * BLOCK


def test_a_payment_is_tried_a_few_times_a_day_each_on_record_and_only_while_it_waits(founded: Engine) -> None:
    one = proposed(founded)
    step(founded, "approver", one, DecideReward, approved=True)
    share = StepOfShare(report_id="report-a")
    do(founded, "handler", tell_reward, share)
    assert do(founded, "custodian", try_payment, share) is False  # nothing to be paid: nothing is compared
    do(founded, "handler", claim_reward, share)
    with pytest.raises(Forbidden):
        do(founded, "handler", try_payment, share)
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        for _ in range(PAYMENTS_TRIED_A_DAY):
            assert do(founded, "custodian", try_payment, share, day) is True
        assert (
            refused(lambda day=day: do(founded, "custodian", try_payment, share, day)) == "reward.tried_often"
        )
    with reading(founded) as session:
        query = select(AuditEntry).where(col(AuditEntry.act) == "reward.payment_tried")
        entries = session.exec(query).all()
    assert len(entries) == 2 * PAYMENTS_TRIED_A_DAY
    assert not [one for one in entries if "report-a" in f"{one.subject_id} {one.detail}"]


def test_two_who_try_at_once_have_no_more_tries_than_one(founded: Engine) -> None:
    one = proposed(founded)
    step(founded, "approver", one, DecideReward, approved=True)
    share = StepOfShare(report_id="report-a")
    do(founded, "handler", tell_reward, share)
    do(founded, "handler", claim_reward, share)

    def tried(_: int) -> bool:
        try:
            return bool(do(founded, "custodian", try_payment, share))
        except RuleRefused:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(tried, range(2 * PAYMENTS_TRIED_A_DAY))) == PAYMENTS_TRIED_A_DAY


def _person(by: Work, account: str) -> str:
    return given.actor(by.session, account).person_id
