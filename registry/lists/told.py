"""What a case rests on, in the words of its papers, and its digest: papers fall when it changes."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from sqlmodel import Session, col, select

from registry.audit.work import Work, digest_of
from registry.calendar import PartialDate, Precision
from registry.demonstration.tables import DemonstrationUnit
from registry.documents.forms import words
from registry.lists.tables import Proposal
from registry.pledges.tables import Pledge
from registry.rulebook import Conduct, ListRegime
from registry.violations.tables import PenaltyDecision, Violation


class Call(Protocol):
    """Day and place of a hearing, as a paper or a step states them."""

    @property
    def held_on(self) -> date | None:
        """Return the day."""

    @property
    def place(self) -> str | None:
        """Return the place."""


def basis_of(work: Work, proposal: Proposal, regime: ListRegime, to: tuple[str, ...] = ()) -> str:
    """Return the digest of what a paper of a case rests on: ground, facts, list and its measures.

    Args:
        work: Reads the facts as they stand.
        proposal: The case.
        regime: Its list as it is in force.
        to: Of a notice of hearing: to which day and place, see `called`.
    """
    facts, bases = evidence(work, proposal)
    rests_on = {
        "ground": proposal.ground,
        "facts": list(facts),
        "bases": list(bases),
        "regime": [regime.code, regime.in_force_from.isoformat()],
        "measures": list(regime.measures),
        "called": list(to),
    }
    return digest_of([rests_on])


def called(kind: str, stated: Call) -> tuple[str, ...]:
    """Return to which day and place a notice of hearing calls; other papers call to none."""
    if kind != "hearing_notice":
        return ()
    return (stated.held_on.isoformat() if stated.held_on else "", stated.place or "")


def evidence(work: Work, proposal: Proposal) -> tuple[Sequence[str], Sequence[str]]:
    """Return the facts of a case in words, and what the decisions among them rest on.

    A card that rests on the rules of a market's organiser alone rests on that organiser's warning.
    """
    if not proposal.evidence:
        return [words("paper.fact.rules", ground=proposal.ground)], []
    return told_of(work, proposal.evidence, proposal.region)


def told_of(work: Work, fact_ids: Sequence[str], region: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return facts of a region in words, in the order asked, and what the decisions among them rest on."""
    told: dict[str, str] = {}
    bases: list[str] = []
    for violation, decision in _violations(work.session, fact_ids):
        told[violation.violation_id] = _violation_words(work, region, violation, decision)
        bases += [words("paper.decision_basis", basis=decision.basis)] if decision.basis else []
    pledges = select(Pledge).where(col(Pledge.pledge_id).in_(fact_ids))
    for pledge in work.session.exec(pledges.where(col(Pledge.superseded_at).is_(None))):
        day = _day(pledge.pledged_on, pledge.pledged_precision)
        told[pledge.pledge_id] = words("paper.fact.pledge", day=day)
    units = select(DemonstrationUnit).where(col(DemonstrationUnit.designation_id).in_(fact_ids))
    for unit in work.session.exec(units.where(col(DemonstrationUnit.superseded_at).is_(None))):
        day = _day(unit.designated_on, unit.designated_precision)
        name = unit.title or words("paper.fact.unit")
        told[unit.designation_id] = words(
            "paper.fact.designation", day=day, authority=unit.authority, title=name
        )
    return [told[fact] for fact in fact_ids if fact in told], bases


def _violations(session: Session, ids: Sequence[str]) -> Sequence[tuple[Violation, PenaltyDecision]]:
    query = (
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.violation_id).in_(ids))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
    )
    return session.exec(query).all()


def _violation_words(work: Work, region: str, violation: Violation, decision: PenaltyDecision) -> str:
    conducts = work.rulebook.in_force(Conduct, region, decision.decided_on or work.today)
    named = conducts.get(violation.conduct_code)
    conduct = violation.conduct or (named.name_zh if named is not None else violation.conduct_code)
    said = words(
        "paper.fact.violation",
        day=_day(decision.decided_on, decision.decided_precision),
        authority=decision.authority,
        number=decision.decision_no or words("paper.fact.no_number"),
        conduct=conduct,
    )
    for code, fen in (
        ("paper.fact.fine", decision.fine_fen),
        ("paper.fact.confiscated", decision.confiscated_fen),
    ):
        if fen:
            said += words(code, amount=f"{fen // 100:,}.{fen % 100:02d}")
    return said


def _day(on: date | None, precision: str) -> str:
    """Return a day in words, as precisely as it is known."""
    known = PartialDate(on, Precision(precision)).isoformat()
    if known is None:
        return words("paper.fact.undated")
    return "".join(f"{int(part)}{unit}" for part, unit in zip(known.split("-"), "年月日", strict=False))
