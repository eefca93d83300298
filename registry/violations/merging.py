"""Taking violations over to the record that carries their business on."""

from collections.abc import Collection, Hashable
from typing import NamedTuple

from registry.audit.work import Work
from registry.calendar import Precision
from registry.errors import Conflict
from registry.store.versions import one_writer, succeed
from registry.violations import queries
from registry.violations.before import said_by_decision, said_by_violation
from registry.violations.identity import DecisionSaid, content_key
from registry.violations.tables import PenaltyDecision, Violation


class _Held(NamedTuple):
    """A violation as its record says it, under the business that shall have it."""

    violation: Violation
    decision: PenaltyDecision
    said: DecisionSaid

    @property
    def key(self) -> Hashable:
        return content_key(self.said, said_by_violation(self.violation))

    def may_be(self, other: "_Held") -> bool:
        """Say whether two records can be of one decision: not both give a number, or the same."""
        mine, others = self.said.decision_no, other.said.decision_no
        if mine and others:
            return self.said.may_be(other.said)
        return self.said.decided_precision == Precision.DAY.value

    def agrees(self, other: "_Held") -> bool:
        """Say whether two records of one decision say the same of it, its number and wording aside."""
        return self._weighed() == other._weighed()

    def _weighed(self) -> tuple[object, ...]:
        worded = self.said._replace(decision_no=None, authority="", basis=None, summary=None)
        return worded, self.decision.standing, self.violation.repaired_on, self.violation.quantity


def carry_over(
    work: Work, former_id: str, survivor_id: str, only: Collection[str] | None = None
) -> list[str]:
    """Write the violations of a merged record anew on the survivor; return which went over.

    One that stands against the survivor too stays where it is: it counts once.

    Args:
        work: The act that merges, or undoes it.
        former_id: Who has them.
        survivor_id: Who shall have them.
        only: Exactly these, as when they go back; None: all that the survivor has not.

    Raises:
        Conflict: Both records hold one decision and say it differently.
    """
    one_writer(work.session, "violations")
    held: dict[Hashable, list[_Held]] = {}
    for one in _read(work, survivor_id, survivor_id):
        held.setdefault(one.key, []).append(one)
    moved = []
    for one in _read(work, former_id, survivor_id):
        if only is None:
            twins = [other for other in held.get(one.key, ()) if one.may_be(other)]
            _refuse_contradiction(one, twins)
        if one.violation.violation_id in only if only is not None else not twins:
            moved.append(one.violation.violation_id)
            succeed(work.session, one.violation, work.now, business_id=survivor_id)
    return moved


def _read(work: Work, business_id: str, bearer_id: str) -> list[_Held]:
    return [
        _Held(violation, decision, said_by_decision(bearer_id, decision))
        for violation, decision in queries.violations_of(work.session, business_id)
    ]


def _refuse_contradiction(one: _Held, twins: list[_Held]) -> None:
    for other in twins:
        if not one.agrees(other):
            raise Conflict(
                "merger.contradiction",
                field="former_id",
                violation=one.violation.violation_id,
                other=other.violation.violation_id,
            )
