"""Rewards of the demonstration: one from its claim to its payment, and one that waits at each desk.

The cases are invented. Each was handed over as a crime: what a larger fine is, Henan has not published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs import take_claims
from jobs.demo import reporting
from jobs.demo.handling import Course, assigned, closed, lead, take, taken_up
from jobs.demo.reporting import Reporter
from jobs.demo.reports import HOLDERS, Desk
from registry.audit.work import Actor, Work
from registry.errors import NotFound, RuleRefused
from registry.founding import job_actor
from registry.overrides.queries import effective_rulebook
from registry.reports import claims
from registry.reports.opening import Unlocked
from registry.reports.vault import Vault, sheet_key
from registry.reports.witness import Told
from registry.rewards.commands import (
    DecideReward,
    ProposeReward,
    Share,
    StepOfShare,
    TakeClaim,
    decide_reward,
    pay_reward,
    propose_reward,
    take_claim,
    try_payment,
)
from registry.rewards.queries import reward, share_of
from registry.rewards.rules import WHOLE
from registry.store.engine import reading, writing

HANDLER, APPROVER, CUSTODIAN = HOLDERS["intake"][0], "approver", HOLDERS["custody"][0]
SECOND_PART = 4_000  # basis points
WORD = "青山绿水"
CASE: Mapping[str, Any] = {
    "party": "organisation",
    "crime": True,
    "fine_fen": 2_000_000,
    "confiscated_fen": 350_000,
    "merit": {"clue": "details", "proof": "direct", "match": "fully", "grave": True},
}
GREAT = {"fine_fen": 600_000_000, "confiscated_fen": 640_000_000}  # its reward needs the finance department
OUTCOME = "已查实使用作弊电子秤，已处罚并移送公安机关。"


@dataclass(frozen=True)
class Rewarded:
    """A report that led to a case, and how far its reward came; numbers are days before the chosen day.

    Attributes:
        ended: The case was decided and the report closed.
        claimed: The reporter claimed in the thread; 0: not yet. So of the other days.
        alike: What a second report told of the same.
        more: What the case differs by.
    """

    sent: int
    story: str
    ended: int
    claimed: int = 0
    proposed: int = 0
    refused: int = 0
    decided: int = 0
    told: int = 0
    taken: int = 0
    paid: int = 0
    alike: str = ""
    more: Mapping[str, Any] | None = None


REWARDED: Mapping[str, Rewarded] = {
    "paid": Rewarded(
        50, "摊主用遥控器改变示值，遥控器在围裙口袋里。", 34,
        claimed=33, proposed=32, decided=31, told=30, taken=29, paid=28,
    ),
    "to_propose": Rewarded(
        38, "三家摊位用同一个人改装的秤，改装的人每月来一次。", 14, claimed=12, proposed=10, refused=8
    ),
    "to_decide": Rewarded(
        36, "仓库里存着两种砝码，检查时换上准的。", 15, claimed=13, proposed=6,
        alike="他们检查前一天晚上换砝码，平时用轻的那一套。",
    ),
    "to_consent": Rewarded(
        45, "加油站的主板被换过，夜里加油每升少百分之六，全县十一家都是。", 16,
        claimed=15, proposed=9, decided=7, more=GREAT,
    ),
    "to_tell": Rewarded(35, "收购站的地磅接了一个盒子，能减掉重量。", 13, claimed=12, proposed=7,
        decided=5),
    "told": Rewarded(34, "称中药的秤有两个清零键，一个清不干净。", 12, proposed=8, decided=6, told=4),
    "to_pay": Rewarded(
        42, "干果店的秤开机后按三下去皮键就变成九两一斤。", 20,
        claimed=18, proposed=14, decided=12, told=6, taken=5,
    ),
}  # fmt: skip


def reward_reports(desk: Desk) -> dict[str, Reporter]:
    """Lead rewards to their states; return who is rewarded."""
    found = {}
    for name, case in REWARDED.items():
        found[name], shares = _ended(desk, case)
        _reward(desk, case, found[name], shares)
    return found


def _ended(desk: Desk, case: Rewarded) -> tuple[Reporter, list[Share]]:
    """Let a report lead to a case that was decided; its reporter may claim meanwhile. Return the shares."""
    steps = (taken_up(case.sent - 1), assigned(case.sent - 1))
    reporter = lead(desk, Course(case.sent, _matter(case.story), steps))
    shares = [Share(report_id=reporter.report_id, share_bp=WHOLE)]
    if case.alike:
        second = lead(desk, Course(case.sent - 2, _matter(case.alike)))
        take(desk, second.report_id, ("merge", HANDLER, case.sent - 3, {"into": reporter.report_id}))
        parts = ((reporter, WHOLE - SECOND_PART), (second, SECOND_PART))
        shares = [Share(report_id=one.report_id, share_bp=part) for one, part in parts]
    number = {"case_no": f"信浉市监立〔演示〕{case.sent}号"}
    take(desk, reporter.report_id, ("file", HANDLER, case.sent - 4, number))
    take(desk, reporter.report_id, closed(case.ended, "penalised", OUTCOME))
    if case.claimed:
        reporter = reporting.claim(desk, reporter, case.claimed, WORD)
    return reporter, shares


def _matter(story: str) -> Mapping[str, Any]:
    return {"merchant": "演示商户", "story": story, "wants_reward": True}


def _reward(desk: Desk, case: Rewarded, reporter: Reporter, shares: list[Share]) -> None:
    """Lead a reward through the desks as far as it came."""
    if not case.proposed:
        return
    reward_id = _proposed(desk, case, shares)
    if case.decided or case.refused:
        with desk.stage.acting(APPROVER, case.decided or case.refused, 11) as work:
            said = {"reward_id": reward_id, "expected_version": 1, "approved": bool(case.decided)}
            decide_reward(work, DecideReward.model_validate(said))
    if case.told:
        _tell(desk, case.told, reward_id, reporter)
    if case.taken:
        _take_claim(desk, case, reporter)
    if case.paid:
        _pay(desk, case.paid, reporter)


def _pay(desk: Desk, days_before: int, reporter: Reporter) -> None:
    """Pay who shows code and word, as the desk does: the try is on record first."""
    share = StepOfShare(report_id=reporter.report_id)
    with desk.stage.acting(CUSTODIAN, days_before, 15) as work:
        try_payment(work, share)
    with desk.reports.reading(desk.day(days_before)) as vault:
        if not claims.known_again(vault, reporter.report_id, reporter.code, reporter.word):
            raise RuleRefused("reward.not_known_again", field="code")
    with desk.stage.acting(CUSTODIAN, days_before, 15) as work:
        pay_reward(work, share)


def _proposed(desk: Desk, case: Rewarded, shares: list[Share]) -> str:
    with desk.stage.acting(HANDLER, case.proposed, 11) as work:
        reasons = "第一份举报指明了藏放地点，第二份补充了时间。" if len(shares) > 1 else None
        stated = {**CASE, "case_on": desk.day(case.ended), "reasons": reasons, **(case.more or {})}
        proposed = ProposeReward.model_validate({"shares": shares, **stated})
        return str(propose_reward(work, proposed, sheet_key(desk.reports.pepper)).id)


def _tell(desk: Desk, days_before: int, reward_id: str, reporter: Reporter) -> None:
    with reading(desk.stage.engine) as session:
        row, share = reward(session, reward_id), share_of(session, reporter.report_id)

    def tell(vault: Vault, actor: Actor, by: Unlocked) -> Told:
        if row is None or share is None:
            raise NotFound("reward.none", field="report_id")
        return claims.tell(vault, actor, by, row, share)

    desk.opens(HANDLER, days_before, tell)


def _take_claim(desk: Desk, case: Rewarded, reporter: Reporter) -> None:
    """Bring a claim from the thread to the reward, as the job does every morning."""
    with writing(desk.stage.engine) as session:
        rulebook = effective_rulebook(session, desk.stage.package)
        work = Work(session, job_actor(take_claims.JOB), desk.stage.instant(case.taken), rulebook)
        said = {"report_id": reporter.report_id, "claimed_on": desk.day(case.claimed)}
        take_claim(work, TakeClaim.model_validate(said))
