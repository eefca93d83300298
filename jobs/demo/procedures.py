"""Listings of the demonstration, led through every step by different persons on their days.

Papers are filed by officers, also for the steps that an approver takes: the approver signs what the
officer prepared.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, select

from jobs.demo.stage import Stage
from jobs.demo.town import REGION
from registry.businesses.tables import BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.commands import ProposeListing, TakeStep, propose_listing, take_step
from registry.lists.queries import standing_entry
from registry.publication.withdrawal import WithdrawEntry, withdraw_entry
from registry.store.engine import reading
from registry.violations.tables import Violation

BLACK, RED = "henan_black", "henan_red"

# step, account, days before the chosen day, kind of paper
BLACK_STEPS = (
    ("serve_notice", "officer", 72, "service_proof"),
    ("note_silence", "officer", 50, "other"),
    ("review", "officer", 48, "review"),
    ("consent", "superior", 46, "decision"),
    ("decide", "approver", 45, "decision"),
    ("publish", "officer", 44, "publicity"),
)
RED_STEPS = (
    ("check", "officer", 70, "review"),
    ("publicise", "officer", 68, "publicity"),
    ("list", "approver", 40, "decision"),
)
PROPOSED = 74


class Case(NamedTuple):
    """A listing to lead: onto which list, how it begins, of whom, on which fact."""

    regime: str
    origin: str
    business_id: str
    fact: str


def list_merchants(stage: Stage) -> dict[str, int]:
    """Lead cases onto the lists, one of them back again; return how many of each."""
    with reading(stage.engine) as session:
        cheats = _cheats(session, stage.as_of)
        models = _models(session, {business_id for business_id, _fact in cheats})
    for business_id, fact in cheats[:3]:
        _lead(stage, Case(BLACK, "propose", business_id, fact), BLACK_STEPS)
    for business_id, fact in cheats[3:4]:
        _lead(stage, Case(BLACK, "propose", business_id, fact), BLACK_STEPS[:1])
    for business_id, fact in models[:6]:
        _lead(stage, Case(RED, "nominate", business_id, fact), RED_STEPS)
    for business_id, fact in models[6:8]:
        _lead(stage, Case(RED, "apply", business_id, fact), RED_STEPS[:2])
    return {"black": len(cheats[:3]), "red": len(models[:6]), "open": len(cheats[3:4]) + len(models[6:8])}


def repair_one(stage: Stage) -> int:
    """Withdraw the first black entry as repaired, five days before the chosen day."""
    with reading(stage.engine) as session:
        cheats = _cheats(session, stage.as_of)
        entry = standing_entry(session, BLACK, cheats[0][0]) if cheats else None
    if entry is None:
        return 0
    with stage.acting("officer", 5, 9) as work:
        paper = stage.paper(work, "decision", "信用修复决定书", REGION)
    with stage.acting("approver", 5, 11) as work:
        withdraw_entry(
            work,
            WithdrawEntry(
                entry_id=entry.entry_id,
                expected_version=entry.version,
                ground="repaired",
                rule="国家发展改革委令第36号",
                document_id=paper,
            ),
        )
    return 1


def _lead(stage: Stage, case: Case, steps: Sequence[tuple[str, str, int, str]]) -> None:
    """Open a case and take its steps, each on its day by its person with its paper."""
    with stage.acting("officer", PROPOSED) as work:
        proposal = propose_listing(
            work,
            ProposeListing.model_validate(
                {
                    "regime": case.regime,
                    "business_id": case.business_id,
                    "origin": case.origin,
                    "ground": "使用作弊计量器具，处罚决定已生效"
                    if case.origin == "propose"
                    else "诚信计量示范单位，无违法记录",
                    "evidence": (case.fact,),
                    "document_id": stage.paper(work, "evidence", "列入建议书", REGION),
                }
            ),
        )
    for number, (step, account, days_before, kind) in enumerate(steps, start=1):
        with stage.acting("officer", days_before, 9) as work:
            paper = stage.paper(work, kind, f"{step} 文书", REGION)
        with stage.acting(account, days_before, 11) as work:
            take_step(
                work,
                TakeStep.model_validate(
                    {
                        "proposal_id": proposal.id,
                        "step": step,
                        "expected_version": number,
                        "document_id": paper,
                    }
                ),
            )


def _cheats(session: Session, on: date) -> list[tuple[str, str]]:
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


def _models(session: Session, not_these: set[str]) -> list[tuple[str, str]]:
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
