"""Led repairs and objections: papers, applications and decisions, so that a test names its point alone."""

from datetime import date
from typing import Any

from registry.commands import Outcome
from registry.publication import public_view
from registry.publication.answers import PublicEntry, Tombstone
from registry.repair import commands, objections
from registry.repair.forms import (
    ApplyForRepair,
    DecideObjection,
    DecideRepair,
    FileObjection,
    ProposeRevocation,
    RequestCompletion,
    RevokeRepair,
)
from registry.repair.tables import Objection, Repair
from registry.rulebook import RepairCondition, Rulebook
from registry.store.engine import reading, writing
from registry.violations.queries import violation
from tests import given
from tests.lists.cases import Case

KINDS = {"application": "statement", "pledge": "pledge", "performance": "evidence", "identity": "evidence"}
NEEDS = (
    "corrected",
    "duties_performed",
    "harm_removed",
    "no_restriction",
    "no_same_penalty",
    "no_heavier_penalty",
    "not_listed",
    "other_conditions",
)


def known_terms(*, ends_with_records: bool = False) -> Rulebook:
    """Return the law with the removal terms of the provincial list entered by an office."""
    row = next(one for one in given.rulebook().rows(RepairCondition) if one.code == "henan_black")
    entered = {"tag": "default", "min_months": 12, "counts_from": "listing"}
    return given.rulebook().with_rows(
        [row.model_copy(update={**entered, "ends_with_records": ends_with_records})]
    )


def apply(case: Case, subject_id: str, kind: str = "entry", **more: Any) -> Outcome:
    """Apply with every paper, unless other papers are given."""
    papers = more.pop("papers", tuple(KINDS))
    if not isinstance(papers, dict):
        papers = {paper: case.paper(KINDS[paper]) for paper in papers}
    stated = {
        "subject_kind": kind,
        "subject_id": subject_id,
        "applicant": "李大年",
        "papers": papers,
        **more,
    }
    with writing(case.engine) as session:
        return commands.apply_for_repair(case.work(session, "officer"), ApplyForRepair(**stated))


def decide(case: Case, repair_id: str, account: str = "approver", **more: Any) -> Outcome:
    """Grant, with every need found met but those in `lacking`."""
    lacking = more.pop("lacking", ())
    findings = [{"need": need, "met": need not in lacking, "reason": "经核查"} for need in NEEDS]
    stated = {
        "repair_id": repair_id,
        "expected_version": 1,
        "grant": True,
        "findings": findings,
        "reasons": "材料属实",
        "document_id": case.paper("decision"),
        **more,
    }
    command = DecideRepair(**stated)
    with writing(case.engine) as session:
        by_paper(case, session, command, commands.DECISIONS[command.grant])
        return commands.decide_repair(case.work(session, account), command)


def by_paper(
    case: Case, session: Any, command: DecideRepair | RevokeRepair | RequestCompletion, kind: str
) -> None:
    """Let the paper of a step have been issued with it; its file is left out."""
    steps = {"repair_completion": "request_completion", "repair_revocation": "revoke"}
    seq = command.expected_version + 1
    given.paper_issued(
        case.work(session, "approver"), command.repair_id, steps.get(kind, "decide"), kind, seq
    )


def granted(case: Case, subject_id: str, kind: str = "entry", **more: Any) -> str:
    """Apply and grant, and return the application."""
    applied = apply(case, subject_id, kind, **more)
    assert applied.id is not None
    decide(case, applied.id)
    return applied.id


def propose_revocation(case: Case, repair_id: str, version: int = 2, account: str = "officer") -> Outcome:
    """Propose that a grant be revoked."""
    stated = {"repair_id": repair_id, "expected_version": version, "reasons": "证明材料系伪造"}
    paper = case.paper("evidence")
    with writing(case.engine) as session:
        command = ProposeRevocation(**stated, document_id=paper)  # type: ignore[arg-type]
        return commands.propose_revocation(case.work(session, account), command)


def revoke(case: Case, repair_id: str, version: int = 2, *, proposed: bool = False) -> Outcome:
    """Revoke a grant, after another person proposed it."""
    if not proposed:
        propose_revocation(case, repair_id, version)
        version += 1
    stated = {"repair_id": repair_id, "expected_version": version, "reasons": "证明材料系伪造"}
    paper = case.paper("decision")
    with writing(case.engine) as session:
        command = RevokeRepair(**stated, document_id=paper)  # type: ignore[arg-type]
        by_paper(case, session, command, "repair_revocation")
        return commands.revoke_repair(case.work(session, "approver"), command)


def object_to(case: Case, subject_id: str, kind: str = "entry", **more: Any) -> Outcome:
    """File an objection of two points."""
    stated = {
        "subject_kind": kind,
        "subject_id": subject_id,
        "objector": "李大年",
        "points": ("不是本店的秤", "处罚决定尚未送达"),
        "papers": (case.paper("statement"),),
        **more,
    }
    with writing(case.engine) as session:
        return objections.file_objection(case.work(session, "officer"), FileObjection(**stated))


def answer(case: Case, objection_id: str, account: str = "national-approver", **more: Any) -> Outcome:
    """Decide an objection, dismissing it unless told otherwise."""
    stated = {
        "objection_id": objection_id,
        "expected_version": 1,
        "upheld": False,
        "answers": ("现场笔录载明系本店使用", "送达回证在卷"),
        "document_id": case.paper("decision"),
        **more,
    }
    command = DecideObjection(**stated)
    with writing(case.engine) as session:
        seq = command.expected_version + 1
        work = case.work(session, account)
        given.paper_issued(work, objection_id, "decide", "objection_decision", seq)
        return objections.decide_objection(work, command)


def repair_of(case: Case, repair_id: str | None) -> Repair:
    """Return an application as it stands."""
    with reading(case.engine) as session:
        return session.get_one(Repair, repair_id)


def objection_of(case: Case, objection_id: str | None) -> Objection:
    """Return an objection as it stands."""
    with reading(case.engine) as session:
        return session.get_one(Objection, objection_id)


def shown(case: Case, entry_id: str) -> PublicEntry | Tombstone | None:
    """Return what the public sees of an entry today."""
    with reading(case.engine) as session:
        return public_view.entry(session, entry_id, case.now.date())


def record_days(case: Case, violation_id: str) -> tuple[date | None, date | None, date | None]:
    """Return when a record was repaired, and from when until when it is shown."""
    with reading(case.engine) as session:
        found = violation(session, violation_id)
    assert found is not None
    return found[0].repaired_on, found[0].publish_from, found[0].publish_until
