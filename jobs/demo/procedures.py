"""Listings of the demonstration, led through every step by different persons on their days.

Every step has its official paper, numbered and set as a PDF; services have their signed proof besides.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, select

from jobs.demo import law
from jobs.demo.stage import Stage
from jobs.demo.town import REGION
from registry.businesses.tables import BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.commands import ProposeListing, TakeStep, propose_listing
from registry.lists.papers import IssueForStep, issue_for_step, take_step
from registry.lists.queries import standing_entry
from registry.repair.forms import ApplyForRepair, DecideRepair
from registry.repair.papers import apply_for_repair, decide_repair
from registry.settings import read_settings
from registry.store.engine import reading
from registry.violations.tables import Violation

BLACK, RED = "henan_black", "henan_red"

# step, account, days before the chosen day; what is served has its notice and its proof of service
BLACK_STEPS = (
    ("serve_notice", "officer", 72),
    ("note_silence", "officer", 50),
    ("review", "officer", 48),
    ("consent", "superior", 46),
    ("decide", "approver", 45),
    ("serve_decision", "officer", 44),
    ("publish", "officer", 42),
)
RED_STEPS = (
    ("check", "officer", 70),
    ("publicise", "officer", 68),
    ("list", "approver", 40),
)
REPAIR_PAPERS = (
    ("application", "statement", "信用修复申请书"),
    ("pledge", "pledge", "信用承诺书"),
    ("performance", "evidence", "履行义务证明"),
    ("identity", "evidence", "营业执照"),
)
PROPOSED = 74
POINT = "电子秤系从二手市场购入，本店不知其带有作弊功能。"
STATED: Mapping[str, Mapping[str, object]] = {
    "record_statement": {"points": (POINT,)},
    "check": {
        "checks": [
            {"checked": "示范单位资格", "passed": True, "finding": "在有效期内"},
            {"checked": "违法记录", "passed": True, "finding": "无有效且未修复的违法记录"},
        ]
    },
}


REASONS = {
    BLACK: "使用作弊计量器具的事实清楚，处罚决定已经生效，故意明显。",
    RED: "示范单位资格有效，无有效且未修复的违法记录。",
    "market_red_card": "在集贸市场内使用作弊计量器具，处罚决定已经生效。",
    "market_yellow_card": "经市场主办者两次提醒，电子秤仍未登记造册。",
}
GROUNDS = {
    BLACK: "使用作弊计量器具，处罚决定已生效",
    RED: "诚信计量示范单位，无违法记录",
    "market_red_card": "市场内使用作弊计量器具，处罚决定已生效",
    "market_yellow_card": "违反市场计量管理制度，计量器具未登记",
}
# what others bring to a step, or what proves it: kind and title
BROUGHT = {
    "serve_notice": ("service_proof", "送达回证"),
    "serve_decision": ("service_proof", "送达回证"),
    "record_statement": ("statement", "陈述申辩书"),
    "request_hearing": ("statement", "听证申请书"),
}


class Case(NamedTuple):
    """A listing to lead: onto which list, how it begins, of whom, on which fact."""

    regime: str
    origin: str
    business_id: str
    fact: str


def list_merchants(stage: Stage) -> dict[str, int]:
    """Lead cases onto the lists, one of them back again; return how many of each."""
    with reading(stage.engine) as session:
        cheated = cheats(session, stage.as_of)
        praised = models(session, {business_id for business_id, _fact in cheated})
    for business_id, fact in cheated[:3]:
        lead(stage, Case(BLACK, "propose", business_id, fact), BLACK_STEPS)
    for business_id, fact in cheated[3:4]:
        lead(stage, Case(BLACK, "propose", business_id, fact), BLACK_STEPS[:1])
    for business_id, fact in praised[:6]:
        lead(stage, Case(RED, "nominate", business_id, fact), RED_STEPS)
    for business_id, fact in praised[6:8]:
        lead(stage, Case(RED, "apply", business_id, fact), RED_STEPS[:2])
    return {
        "black": len(cheated[:3]),
        "red": len(praised[:6]),
        "open": len(cheated[3:4]) + len(praised[6:8]),
    }


def repair_one(stage: Stage) -> int:
    """Repair the first black entry: applied for nine days before the chosen day, granted on the fifth."""
    with reading(stage.engine) as session:
        cheated = cheats(session, stage.as_of)
        entry = standing_entry(session, BLACK, cheated[0][0], stage.as_of) if cheated else None
    if entry is None:
        return 0
    settings = read_settings(data_dir=stage.folder)
    with stage.acting("officer", 9) as work:
        papers = {paper: stage.paper(work, kind, title, REGION) for paper, kind, title in REPAIR_PAPERS}
        stated = {"subject_kind": "entry", "subject_id": entry.entry_id, "applicant": "演示·经营者"}
        command = ApplyForRepair.model_validate({**stated, "papers": papers})
        applied = apply_for_repair(work, settings, command)
    with stage.acting("approver", 5, 11) as work:
        granted = {
            "repair_id": applied.id,
            "expected_version": 1,
            "grant": True,
            "findings": [{"need": need, "met": True, "reason": "经核查属实"} for need in law.REPAIR_NEEDS],
            "reasons": "符合移出条件",
        }
        decide_repair(work, settings, DecideRepair.model_validate(granted))
    return 1


def lead(stage: Stage, case: Case, steps: Sequence[tuple[str, str, int]], begun: int = PROPOSED) -> None:
    """Open a case and take its steps, each on its day by its person with its paper.

    Args:
        stage: Where it plays.
        case: What is led.
        steps: Each with its account and so many days before the chosen day.
        begun: So many days before it the case is opened.
    """
    settings = read_settings(data_dir=stage.folder)
    with stage.acting("officer", begun) as work:
        rules = (
            stage.paper(work, "house_rules", "市场计量管理制度（演示）", REGION) if not case.fact else None
        )
        opened = {
            "regime": case.regime,
            "business_id": case.business_id,
            "origin": case.origin,
            "ground": GROUNDS[case.regime],
            "evidence": (case.fact,) if case.fact else (),
            "rules_document_id": rules,
            "document_id": stage.paper(work, "evidence", "初步核查材料", REGION),
        }
        proposal = propose_listing(work, ProposeListing.model_validate(opened))
        told = IssueForStep(proposal_id=str(proposal.id), step=case.origin)
        issue_for_step(work, settings, told)
    for number, (step, account, days_before) in enumerate(steps, start=1):
        served = step.startswith("serve")
        with stage.acting(account, days_before, 11) as work:
            if served:
                issue_for_step(work, settings, IssueForStep(proposal_id=str(proposal.id), step=step))
            taken = {
                "proposal_id": proposal.id,
                "step": step,
                "expected_version": number,
                "document_id": stage.paper(work, *BROUGHT[step], REGION) if step in BROUGHT else None,
                "reasons": REASONS[case.regime],
                **STATED.get(step, {}),
                **_answered(step, steps[: number - 1]),
            }
            take_step(work, settings, TakeStep.model_validate(taken))


def _answered(step: str, before: Sequence[tuple[str, str, int]]) -> dict[str, object]:
    """Return the answer to the point that was made, where a review follows a statement."""
    made = [at for at, (name, _, _) in enumerate(before, start=2) if name == "record_statement"]
    if step != "review" or not made:
        return {}
    reasons = "现场检查笔录和购秤记录证明其知情，不予采纳。"
    return {"answers": [{"point": f"{made[0]}.1", "accepted": False, "reasons": reasons}]}


def cheats(session: Session, on: date) -> list[tuple[str, str]]:
    """Return the town's businesses found to have cheated, with the violation, the latest first."""
    found = session.exec(
        select(Violation.business_id, Violation.violation_id)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Violation.business_id))
        .where(col(BusinessVersion.superseded_at).is_(None), col(BusinessVersion.region) == REGION)
        .where(col(Violation.superseded_at).is_(None), col(Violation.type_code) == "M48")
        .where(col(Violation.incomplete).is_(None), col(Violation.publish_until) > on)
        .order_by(col(Violation.held_from_on).desc(), col(BusinessVersion.name))
    ).all()
    return list(dict(found).items())


def models(session: Session, not_these: set[str]) -> list[tuple[str, str]]:
    """Return the town's demonstration units without a violation, with the designation."""
    blemished = select(col(Violation.business_id)).where(col(Violation.superseded_at).is_(None))
    found = session.exec(
        select(DemonstrationUnit.business_id, DemonstrationUnit.designation_id)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(DemonstrationUnit.business_id))
        .where(col(BusinessVersion.superseded_at).is_(None), col(BusinessVersion.region) == REGION)
        .where(col(DemonstrationUnit.superseded_at).is_(None))
        .where(col(DemonstrationUnit.incomplete).is_(None))
        .where(col(DemonstrationUnit.business_id).not_in(blemished))
        .order_by(col(BusinessVersion.name))
    ).all()
    return [(business_id, fact) for business_id, fact in found if business_id not in not_these]
