"""What else the demonstration has to show: cards, pointers, and a case that waits at each important state.

Every case is led by the same acts as any other, on days shortly before the chosen one.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import Session

from jobs.demo import law
from jobs.demo.complaining import take_complaints
from jobs.demo.procedures import BLACK, RED, REPAIR_PAPERS, Case, cheats, lead, models
from jobs.demo.stage import Stage
from jobs.demo.town import AUTHORITY, REGION
from registry.lists.commands import TakeStep
from registry.lists.grounds import subject
from registry.lists.papers import take_step
from registry.lists.pointer import RecordPointer, record_pointer
from registry.lists.queries import standing_entry
from registry.publication.papers import suspend_entry
from registry.publication.praise import SuspendEntry
from registry.repair.forms import ApplyForRepair, DecideRepair, FileObjection
from registry.repair.papers import apply_for_repair, decide_repair, file_objection
from registry.rulebook import ListRegime
from registry.settings import read_settings
from registry.store.engine import reading

Steps = Sequence[tuple[str, str, int]]  # step, account, days before the chosen day
BEGUN = 34
POINTER = "national_serious"
YELLOW, RED_CARD = "market_yellow_card", "market_red_card"

_HEARD: Steps = (("serve_notice", "officer", 32), ("record_statement", "officer", 31))
_REVIEWED: Steps = (*_HEARD, ("review", "officer", 8))
_CONSENTED: Steps = (*_REVIEWED, ("consent", "superior", 6))
WAITING: Sequence[Steps] = (
    _REVIEWED,
    _CONSENTED,
    (*_CONSENTED, ("decide", "approver", 5)),
    (("serve_notice", "officer", 32), ("request_hearing", "officer", 31)),
    _HEARD,
    (),
)
CARD: Steps = (
    ("serve_notice", "officer", 32),
    ("note_silence", "officer", 10),
    ("review", "officer", 8),
    ("give", "approver", 6),
)
SERVED: Steps = (("serve_notice", "officer", 1),)
SERVED_BEGUN = 2
FACTORS: Mapping[str, str] = {
    "intent": "使用带有作弊功能的电子计价秤，明知而为",
    "frequency": "检查时第一次发现",
    "duration": "持续使用约三个月",
    "amount": "违法所得数额较小",
}


def lead_the_rest(stage: Stage) -> None:
    """Lead what waits, warns, points and is complained of; a list not in force yet is passed over."""
    with reading(stage.engine) as session:
        found = cheats(session, stage.as_of)
        praised = models(session, {business_id for business_id, _ in found})
    later = found[4:]
    for steps, (business_id, fact) in zip(WAITING, later, strict=False):
        lead(stage, Case(BLACK, "propose", business_id, fact), steps, BEGUN)
    _warn(stage, found)
    for number, (business_id, fact) in enumerate(found[1:3]):
        _point(stage, business_id, fact, confirmed=number == 0)
    _dispute(stage, [business_id for business_id, _ in found[1:3]])
    _suspend(stage, praised[5][0])
    take_complaints(stage)


def _warn(stage: Stage, found: Sequence[tuple[str, str]]) -> None:
    """Give a red card for a decided violation, and a yellow one on the rules of the market's organiser."""
    begun_on = stage.as_of - timedelta(days=BEGUN)
    if RED_CARD not in stage.package.in_force(ListRegime, REGION, begun_on):
        return
    with reading(stage.engine) as session:
        stalls = [one for one in found if _market(session, one[0])]
    for regime, who in ((RED_CARD, stalls[:1]), (YELLOW, stalls[1:2])):
        for business_id, fact in who:
            lead(stage, Case(regime, "propose", business_id, "" if regime == YELLOW else fact), CARD, BEGUN)
    for business_id, _ in stalls[:1]:  # of this stall the demonstration's merchant speaks: it may answer
        lead(stage, Case(YELLOW, "propose", business_id, ""), SERVED, SERVED_BEGUN)


def _market(session: Session, business_id: str) -> str | None:
    found = subject(session, business_id)
    return found[1].market_id if found is not None else None


def _point(stage: Stage, business_id: str, fact: str, *, confirmed: bool) -> None:
    """Record a pointer to the national list, and let another person confirm it."""
    settings = read_settings(data_dir=stage.folder)
    decided_on = stage.as_of - timedelta(days=60)
    numbered = f"演示列决〔{decided_on.year}〕{1 if confirmed else 2}号"
    with stage.acting("officer", 20) as work:
        stated = {
            "regime": POINTER,
            "business_id": business_id,
            "evidence": (fact,),
            "ground": "使用以欺骗消费者为目的的计量器具，受到较重行政处罚",
            "serious_conduct": "第八条：使用以欺骗消费者为目的的计量器具",
            "heavier_penalty": "fine",
            "heavier_fine": "处罚决定书载明从重处罚",
            "weighed": [
                {"factor": f, "finding": said, "reasons": "见处罚决定书"} for f, said in FACTORS.items()
            ],
            "decision": {
                "number": numbered,
                "authority": AUTHORITY,
                "level": "county",
                "decided_on": decided_on,
                "published_at": "https://amr.example/notices/1",
            },
            "consent": {
                "authority": "信阳市市场监督管理局",
                "number": numbered.replace("列决", "同"),
                "given_on": decided_on - timedelta(days=3),
            },
            "document_id": stage.paper(work, "decision", "列入决定书（演示）", REGION),
        }
        opened = record_pointer(work, RecordPointer.model_validate(stated))
    if confirmed:
        with stage.acting("approver", 18, 11) as work:
            confirm = {"proposal_id": opened.id, "step": "confirm", "expected_version": 1}
            reasons = "列入决定书已核对，主体、文号、日期一致。"
            take_step(work, settings, TakeStep.model_validate({**confirm, "reasons": reasons}))


def _dispute(stage: Stage, listed: Sequence[str]) -> None:
    """Object to one black entry, and apply for the repair of both: one waits, the other is refused."""
    settings = read_settings(data_dir=stage.folder)
    with reading(stage.engine) as session:
        found = [standing_entry(session, BLACK, who, stage.as_of) for who in listed]
    ids = [one.entry_id for one in found if one is not None]
    for number, entry_id in enumerate(ids):
        about = {"subject_kind": "entry", "subject_id": entry_id}
        with stage.acting("officer", 8 - 6 * (1 - number)) as work:
            papers = {paper: stage.paper(work, kind, title, REGION) for paper, kind, title in REPAIR_PAPERS}
            stated = {**about, "applicant": "演示·经营者", "papers": papers}
            applied = apply_for_repair(work, settings, ApplyForRepair.model_validate(stated))
        if number == 0:
            with stage.acting("officer", 3) as work:
                points = ("涉案电子秤系借用，不是本店所有。", "处罚决定已经全部履行。")
                statement = stage.paper(work, "statement", "异议申请书", REGION)
                stated = {**about, "objector": "演示·经营者", "points": points, "papers": (statement,)}
                file_objection(work, settings, FileObjection.model_validate(stated))
            continue
        with stage.acting("approver", 4, 11) as work:
            refusal = {
                "repair_id": applied.id,
                "expected_version": 1,
                "grant": False,
                "findings": [
                    {"need": need, "met": need != "duties_performed", "reason": "经核查"}
                    for need in law.REPAIR_NEEDS
                ],
                "reasons": "罚款尚未缴清，履行证明与财政票据不一致。",
            }
            decide_repair(work, settings, DecideRepair.model_validate(refusal))


def _suspend(stage: Stage, business_id: str) -> None:
    """Suspend a red entry while a complaint is looked into."""
    with reading(stage.engine) as session:
        entry = standing_entry(session, RED, business_id, stage.as_of)
    if entry is None:
        return
    with stage.acting("approver", 6, 11) as work:
        stated = {"entry_id": entry.entry_id, "expected_version": entry.version}
        reasons = "消费者反映其计价秤称重不准，正在核查。"
        command = SuspendEntry.model_validate({**stated, "reasons": reasons})
        suspend_entry(work, read_settings(data_dir=stage.folder), command)
