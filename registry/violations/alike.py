"""Records that may be the one that somebody is about to make: shown before it is made, never a refusal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col, or_, select

from registry.commands import Outcome
from registry.errors import Conflict
from registry.violations.identity import decision_number
from registry.violations.tables import PenaltyDecision, Violation

MOST = 20

Likeness = Literal["number", "digits", "day", "conduct"]
_SIGNS = re.compile(r"[^0-9]+")


@dataclass(frozen=True)
class Alike:
    """A record on file and what makes it like the one to be made.

    Attributes:
        by: `number`: the same number; `digits`: the same digits in the number; `day`: decided on the
            same day against the same business; `conduct`: the same conduct of the same business.
    """

    by: Likeness
    violation: Violation
    decision: PenaltyDecision


def alike(
    session: Session, business_id: str, decision_no: str | None, decided_on: date | None, conduct_code: str
) -> Sequence[Alike]:
    """Return what is on record and may be the same, the likest first.

    Args:
        session: Read only.
        business_id: The party.
        decision_no: As it is about to be stated; None: it has none.
        decided_on: Day of the decision; None: not known to the day.
        conduct_code: What was done.
    """
    number = decision_number(decision_no) if decision_no else None
    theirs = col(Violation.business_id) == business_id
    query = (
        select(Violation, PenaltyDecision)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(col(Violation.superseded_at).is_(None), col(PenaltyDecision.superseded_at).is_(None))
        .where(or_(theirs, col(PenaltyDecision.decision_no) == number) if number else theirs)
        .order_by(col(PenaltyDecision.decided_on).desc().nulls_last(), col(Violation.violation_id))
    )
    order: tuple[Likeness, ...] = ("number", "digits", "day", "conduct")
    found = [
        Alike(by, violation, decision)
        for violation, decision in session.exec(query).all()
        if (by := _likeness(violation, decision, number, decided_on, conduct_code)) is not None
    ]
    return sorted(found, key=lambda one: order.index(one.by))[:MOST]


def refuse_repeated(outcome: Outcome) -> None:
    """Refuse what is on record word for word, so that a paper sent with it is not filed again.

    Raises:
        Conflict: Nothing was recorded.
    """
    if outcome.what == "unchanged":
        raise Conflict("violation.unchanged_here", field="decision_no")


def _likeness(
    violation: Violation,
    decision: PenaltyDecision,
    number: str | None,
    decided_on: date | None,
    conduct_code: str,
) -> Likeness | None:
    if number is not None and decision.decision_no == number:
        return "number"
    if number and decision.decision_no and _digits(number) == _digits(decision.decision_no):
        return "digits"
    if decided_on is not None and decision.decided_on == decided_on:
        return "day"
    return "conduct" if violation.conduct_code == conduct_code else None


def _digits(number: str) -> tuple[str, ...]:
    """Return the runs of digits of a number: words and brackets are written in many ways."""
    return tuple(run.lstrip("0") for run in _SIGNS.split(number) if run)
