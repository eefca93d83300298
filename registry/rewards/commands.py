"""Deciding and paying rewards: the only writers of their rows.

Nothing here knows a reporter: a share belongs to a report's public identifier, is claimed by who shows
its return code, and is paid by a custodian. What the case was about is not written down either, and its
amounts are sealed, so that no row leads from a report to a business.
"""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from registry.audit.work import Subject, Work
from registry.commands import Command, Outcome
from registry.errors import Conflict, Malformed, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.offices.tables import Office
from registry.overrides.queries import calendar_overrides
from registry.rewards.policy import PAYMENTS_TRIED_A_DAY
from registry.rewards.rules import (
    CaseResult,
    Exclusion,
    Merit,
    Party,
    Sheet,
    calculate,
    claim_period,
    refuse_excluded,
)
from registry.rewards.sheets import kept, sealed
from registry.rewards.tables import Reward, RewardShare
from registry.rulebook import PenaltyKind
from registry.rulebook.model import BasisPoints, Fen
from registry.rulebook.reward_rows import Clue, Match, Proof

PROPOSER, DECIDER, PAYER = "report_handler", "approver", "custodian"
Words = Annotated[str, StringConstraints(min_length=2, max_length=1000)]


class Graded(Command):
    """What a report was worth to the case."""

    clue: Clue
    proof: Proof
    match: Match
    grave: bool = False


class Share(Command):
    """What one of the reports receives of a reward."""

    report_id: str = Field(min_length=1, max_length=64)
    share_bp: BasisPoints


class ProposeReward(Command):
    """Propose the reward of a case that reports led to."""

    shares: tuple[Share, ...] = Field(min_length=1, max_length=50)
    reasons: Words | None = Field(default=None, description="Why several share it so.")
    case_on: date = Field(description="Day on which the case was decided.")
    party: Party
    penalties: tuple[PenaltyKind, ...] = ()
    fine_fen: Fen = 0
    confiscated_fen: Fen = 0
    crime: bool = False
    merit: Graded
    insider: bool = False
    insider_bp: BasisPoints | None = Field(default=None, description="What an insider's is multiplied by.")
    excluded: tuple[Exclusion, ...] = Field(default=(), description="Grounds found against a reward.")


class StepOfReward(Command):
    """A step of a reward, which the person saw in a version."""

    reward_id: str
    expected_version: int


class DecideReward(StepOfReward):
    """Approve or refuse what another person proposed."""

    approved: bool


class RecordConsent(StepOfReward):
    """Record that the finance department agreed (会同财政部门确定)."""

    number: Words = Field(description="Number of its paper.")


class StepOfShare(Command):
    """A step with the share of one report."""

    report_id: str


class TakeClaim(StepOfShare):
    """A claim that a reporter made in the thread, under the code."""

    claimed_on: date


def propose_reward(work: Work, command: ProposeReward, key: bytes) -> Outcome:
    """Propose a reward with its calculation; it has no effect until another person approves it.

    Args:
        work: Of who handles reports.
        command: The reward.
        key: 32 bytes that stand in no database; the calculation is sealed under it.

    Raises:
        Forbidden: The person handles no reports of the region.
        Malformed: The case lies ahead.
        Conflict: One of the reports has its reward already.
        RuleRefused: The rule gives none, a figure is unknown, or several share it without reasons.
    """
    office = work.session.get_one(Office, work.actor.office_code)
    work.require(PROPOSER, office.region)
    _refuse_shares(work, command)
    sheet = _calculated(work, command, office.region)
    reward_id, reports = new_id(), [share.report_id for share in command.shares]
    row = Reward(
        id=reward_id,
        version=0,
        office_code=office.code,
        region=office.region,
        state="proposed",
        level=sheet.level,
        sealed_sheet=sealed(key, reward_id, kept(sheet, reports, command.reasons)),
        consent=list(sheet.finance_consent),
        proposed_by_person=work.actor.person_id,
        proposed_on=work.today,
        rulebook_hash=work.rulebook.hash,
        recorded_at=work.now,
    )
    outcome = _written(work, row, "reward.proposed")
    for share in command.shares:
        work.session.add(RewardShare(reward_id=row.id, state="due", **share.model_dump()))
    work.session.flush()
    return outcome


def decide_reward(work: Work, command: DecideReward) -> Outcome:
    """Approve or refuse a reward; where the finance department must agree it waits for that.

    Raises:
        NotFound: There is no such reward.
        Forbidden: The person does not decide in the region.
        Conflict: It has moved on.
        RuleRefused: The person proposed it, or it is decided.
    """
    row = _reward_at(work, command, ("proposed",))
    if work.actor.person_id == row.proposed_by_person:
        raise RuleRefused("reward.same_person", field="reward_id")
    row.decided_by_person, row.decided_on = work.actor.person_id, work.today
    if command.approved:
        row.state = "decided" if row.consent else "settled"
    else:
        row.state = "refused"
        for share in _shares(work, row):  # the reports may be proposed anew
            work.session.delete(share)
    return _written(work, row, "reward.decided" if command.approved else "reward.refused")


def record_consent(work: Work, command: RecordConsent) -> Outcome:
    """Record the finance department's consent, by a person who neither proposed nor decided.

    Raises:
        NotFound: There is no such reward.
        Forbidden: The person does not decide in the region.
        Conflict: It has moved on.
        RuleRefused: None is awaited, or the person had a part in it.
    """
    row = _reward_at(work, command, ("decided",))
    if work.actor.person_id in (row.proposed_by_person, row.decided_by_person):
        raise RuleRefused("reward.same_person", field="reward_id")
    row.consent_by_person, row.consent_on = work.actor.person_id, work.today
    row.consent_no, row.state = command.number, "settled"
    return _written(work, row, "reward.consented")


def tell_reward(work: Work, command: StepOfShare) -> Outcome:
    """Write down that the thread of a report told of its reward; the time to claim it begins.

    Raises:
        NotFound: The report has none.
        Forbidden: The person handles no reports of the region.
        RuleRefused: It is not settled, or was told before.
    """
    share, row = _share_at(work, command, PROPOSER, "due")
    if row.state != "settled":
        raise RuleRefused("reward.not_settled", field="report_id")
    share.state, share.told_on = "told", work.today
    return _share_written(work, share, row, "reward.told")


def claim_reward(work: Work, command: StepOfShare) -> Outcome:
    """Write down that who showed the return code claims the reward, and where it is to be paid is sealed.

    Raises:
        NotFound: The report has none.
        Forbidden: The person handles no reports of the region.
        RuleRefused: It was not told, or the time to claim it is over.
    """
    share, row = _share_at(work, command, PROPOSER, "told")
    if _claim_over(work, share, row, work.today):
        raise RuleRefused("reward.waived", field="report_id")
    share.state, share.claimed_on = "claimed", work.today
    return _share_written(work, share, row, "reward.claimed")


def take_claim(work: Work, command: TakeClaim) -> bool:
    """Write down a claim that was made in the thread, by its own day, and say whether it was in time.

    A claim that was made before the reporter was told counts from that day on.

    Raises:
        Forbidden: The actor is no officer of the whole country.
        NotFound: The report has no reward.
        RuleRefused: It was not told, or is claimed already.
    """
    work.require("officer", "")
    share, row = _share_at(work, command, "officer", "told")
    day = max(command.claimed_on, share.told_on or command.claimed_on)
    if _claim_over(work, share, row, day):
        return False
    share.state, share.claimed_on = "claimed", day
    _share_written(work, share, row, "reward.claimed")
    return True


def try_payment(work: Work, command: StepOfShare) -> bool:
    """Write down that a code is about to be tried for a payment, and say whether there is one to be paid.

    It is committed before anything is compared: no try is without its entry, and nobody tries for ever.

    Raises:
        NotFound: The report has no reward.
        Forbidden: The person is no custodian of the region.
        RuleRefused: It was tried too often today.
    """
    share, row = _held(work, command, PAYER)
    if share.state != "claimed":
        return False
    tries = share.tries if share.tried_on == work.today else 0
    if tries >= PAYMENTS_TRIED_A_DAY:
        raise RuleRefused("reward.tried_often", field="code", most=PAYMENTS_TRIED_A_DAY)
    share.tried_on, share.tries = work.today, tries + 1
    _share_written(work, share, row, "reward.payment_tried")
    return True


def pay_reward(work: Work, command: StepOfShare) -> Outcome:
    """Write down that a custodian, who alone opens where to pay, paid a claimed reward.

    Raises:
        NotFound: The report has none.
        Forbidden: The person is no custodian of the region.
        RuleRefused: It is not claimed, or the person decided it.
    """
    share, row = _share_at(work, command, PAYER, "claimed")
    if work.actor.person_id in (row.proposed_by_person, row.decided_by_person):
        raise RuleRefused("reward.same_person", field="report_id")
    share.state, share.paid_on, share.paid_by_person = "paid", work.today, work.actor.person_id
    return _share_written(work, share, row, "reward.paid")


def waive_unclaimed(work: Work) -> int:
    """Write down which rewards were not claimed in time, and return how many.

    Raises:
        Forbidden: The actor is no officer of the whole country.

    Source: rulebook `deadlines`, `reward.claim`; where its figure is unknown nothing is waived.
    """
    work.require("officer", "")
    query = select(RewardShare, Reward).join(Reward, col(Reward.id) == col(RewardShare.reward_id))
    waived = 0
    for share, row in work.session.exec(query.where(RewardShare.state == "told")).all():
        if _claim_over(work, share, row, work.today):
            share.state, share.waived_on = "waived", work.today
            _share_written(work, share, row, "reward.waived")
            waived += 1
    return waived


def _refuse_shares(work: Work, command: ProposeReward) -> None:
    """Refuse shares that nobody explains, and reports that have their reward."""
    if len(command.shares) > 1 and command.reasons is None:
        raise RuleRefused("reward.no_reasons", field="reasons")
    reports = [share.report_id for share in command.shares]
    held = select(RewardShare.report_id).where(col(RewardShare.report_id).in_(reports))
    if len(set(reports)) < len(reports) or work.session.exec(held).first() is not None:
        raise Conflict("reward.twice", field="shares")


def _calculated(work: Work, command: ProposeReward, region: str) -> Sheet:
    """Return the calculation of what was proposed, by the law of the day on which the case was decided."""
    if command.case_on > work.today:
        raise Malformed("day.ahead", field="case_on", day=command.case_on.isoformat())
    case = CaseResult(
        region=region,
        decided_on=command.case_on,
        party=command.party,
        penalties=frozenset(command.penalties),
        fine_fen=command.fine_fen,
        confiscated_fen=command.confiscated_fen,
        crime=command.crime,
    )
    law = work.rulebook
    refuse_excluded(law, region, case.decided_on, command.excluded, insider=command.insider)
    return calculate(
        law,
        case,
        Merit(**command.merit.model_dump()),
        insider_bp=command.insider_bp if command.insider else None,
        shares_bp=[share.share_bp for share in command.shares],
    )


def _claim_over(work: Work, share: RewardShare, row: Reward, on: date) -> bool:
    if share.told_on is None:
        return False
    calendar = calendar_overrides(work.session)
    period = claim_period(work.rulebook, row.region, share.told_on, calendar, claimed_on=None)
    return period.standing(on) == "missed"


def _reward_at(work: Work, command: StepOfReward, states: tuple[str, ...]) -> Reward:
    row = work.session.get(Reward, command.reward_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("reward.unknown", field="reward_id", reward_id=command.reward_id)
    work.require(DECIDER, row.region)
    if row.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=row.version)
    if row.state not in states:
        raise RuleRefused("reward.not_now", field="reward_id", reward_state=row.state)
    return row


def _share_at(work: Work, command: StepOfShare, role: str, state: str) -> tuple[RewardShare, Reward]:
    share, row = _held(work, command, role)
    if share.state != state:
        raise RuleRefused("reward.not_now", field="report_id", reward_state=share.state)
    return share, row


def _held(work: Work, command: StepOfShare, role: str) -> tuple[RewardShare, Reward]:
    share = work.session.get(RewardShare, command.report_id, with_for_update=True, populate_existing=True)
    if share is None:
        raise NotFound("reward.none", field="report_id")
    row = work.session.get_one(Reward, share.reward_id)
    work.require(role, row.region)
    return share, row


def _shares(work: Work, row: Reward) -> list[RewardShare]:
    return list(work.session.exec(select(RewardShare).where(RewardShare.reward_id == row.id)))


def _written(work: Work, row: Reward, act: str) -> Outcome:
    row.version += 1
    work.session.add(row)
    work.session.flush()
    work.record(act, Subject("reward", row.id), level=row.level, state=row.state)
    return Outcome("created" if row.version == 1 else "changed", row.id)


def _share_written(work: Work, share: RewardShare, row: Reward, act: str) -> Outcome:
    """Write a share; the audit log names the reward and no report."""
    work.session.add(share)
    work.session.flush()
    work.record(act, Subject("reward", row.id), state=share.state)
    return Outcome("changed", share.report_id)
