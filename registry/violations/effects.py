"""What a recorded violation may do: score, show, warn (pure).

To score it needs the day of the decision and a violation type; to be shown it needs the day, the
severity class and the period of publicity. What is missing is kept as codes for officers to see,
and nothing is guessed in its place.
"""

from datetime import date
from typing import NamedTuple, Protocol

from registry.calendar import PartialDate, Precision
from registry.dated import gaps
from registry.errors import RuleRefused
from registry.rulebook import Conduct, PenaltyKind, PenaltyRange, Rulebook
from registry.violations.identity import DecisionSaid
from registry.violations.rules import PenaltyFacts, publicity_of, severity_of, violation_types_for

_FINES: frozenset[PenaltyKind] = frozenset({"fine", "small_fine", "larger_fine", "huge_fine"})
_UNDATED = "decision.undated"  # said by what the date itself lacks


class Effects(NamedTuple):
    """What follows in law from a decision and a conduct, as the law is known."""

    held_from_on: date | None
    type_code: str | None
    type_codes: tuple[str, ...]
    severity: str | None
    publish_from: date | None
    publish_until: date | None
    incomplete: tuple[str, ...]

    def columns(self) -> dict[str, object]:
        """Return the effects as columns of a violation."""
        return {
            **self._asdict(),
            "type_codes": list(self.type_codes),
            "incomplete": ",".join(self.incomplete) or None,
        }


class Recorded(Protocol):
    """What the effects of a violation on record depend on."""

    held_from_on: date | None
    held_to_on: date | None
    type_code: str | None
    severity: str | None
    publish_from: date | None
    publish_until: date | None


def scores(violation: Recorded) -> bool:
    """Say whether a violation is complete enough to score: it has a day and a type.

    On which days it counts is said by `held_from_on` and `held_to_on`, and the decision must be
    final: one under review does not count.
    """
    return violation.held_from_on is not None and violation.type_code is not None


def publishes(violation: Recorded, on: date) -> bool:
    """Say whether a violation may be shown on a day: it has day, class and period, and it holds."""
    if violation.severity is None or violation.publish_from is None or violation.publish_until is None:
        return False
    ended = violation.held_to_on is not None and violation.held_to_on <= on
    return violation.publish_from <= on < violation.publish_until and not ended


def ended(effects: Effects, repaired_on: date | None, annulled_on: date | None) -> dict[str, date | None]:
    """Return where a violation ends: repaired or annulled it neither counts nor shows from that day."""
    ends = [day for day in (repaired_on, annulled_on) if day is not None]
    if not ends:
        return {"held_to_on": None, "publish_until": effects.publish_until}
    until = effects.publish_until
    return {"held_to_on": min(ends), "publish_until": None if until is None else min(until, *ends)}


class Law:
    """The law of one act: rulebook and legal day, and what it said of earlier rows of the batch."""

    def __init__(self, rulebook: Rulebook, today: date) -> None:
        self.rulebook = rulebook
        self.today = today
        self.conduct_codes = frozenset(row.code for row in rulebook.rows(Conduct))
        self._effects: dict[tuple[object, ...], Effects] = {}

    def types(self, conduct_code: str, said: DecisionSaid) -> tuple[str, ...]:
        """Return the violation types of a conduct on the first day that the decision can be of."""
        return violation_types_for(conduct_code, self.rulebook, said.region, said.decided_on or self.today)

    def effects(self, conduct_code: str, said: DecisionSaid) -> Effects:
        """Return what follows from a decision and a conduct."""
        key = (
            conduct_code,
            said.region,
            said.decided_on,
            said.decided_precision,
            said.procedure,
            said.penalties,
            said.fine_fen,
            bool(said.confiscated_fen),
            said.severity_stated,
            said.published_on,
        )
        if key not in self._effects:
            self._effects[key] = self._work_out(conduct_code, said)
        return self._effects[key]

    def _work_out(self, conduct_code: str, said: DecisionSaid) -> Effects:
        given = PartialDate(said.decided_on, Precision(said.decided_precision))
        day = given.exact()
        penalty = penalty_facts(said)
        severity = said.severity_stated
        if severity is None and day is not None:
            severity = severity_of(penalty, self.rulebook, said.region, day)
        publicity = publicity_of(
            penalty, severity, self.rulebook, said.region, day, published_on=said.published_on
        )
        types = self.types(conduct_code, said)
        lacks = [*gaps("decided_on", given), *(() if types else ("type.none",))]
        lacks += [reason for reason in publicity.incomplete if reason != _UNDATED]
        return Effects(
            held_from_on=day,
            type_code=types[0] if types else None,
            type_codes=types,
            severity=severity,
            publish_from=publicity.publish_from,
            publish_until=publicity.publish_until,
            incomplete=tuple(lacks),
        )


def penalty_facts(said: DecisionSaid) -> PenaltyFacts:
    """Return what a decision imposed; an amount that is stated says that it was imposed."""
    kinds = set(said.penalties)
    if said.fine_fen and not kinds & _FINES:
        kinds.add("fine")
    if said.confiscated_fen:
        kinds.add("confiscation")
    procedure = None if said.procedure == "unknown" else said.procedure
    return PenaltyFacts(kinds=frozenset(kinds), procedure=procedure, fine_fen=said.fine_fen)


def unusual_fine(law: Law, said: DecisionSaid, quantity: int, conduct_code: str) -> RuleRefused | None:
    """Return a warning where a fine is above what any law of its violation types allows.

    Source: rulebook `penalty_ranges`; a province may allow more, so it warns and never refuses.
    """
    if not said.fine_fen:
        return None
    on = said.decided_on or law.today
    types = law.types(conduct_code, said)
    ranges = law.rulebook.in_force(PenaltyRange, said.region, on).values()
    fitting = [row for row in ranges if row.violation_type in types]
    if {row.violation_type for row in fitting} != set(types):
        return None
    most = 0
    for row in fitting:
        if row.fine_max_fen is None:
            return None  # by gains, or of an amount that was not found
        most = max(most, row.fine_max_fen * (quantity if row.unit == "instrument" else 1))
    if not fitting or said.fine_fen <= most:
        return None
    return RuleRefused(
        "violation.fine_unusual",
        field="fine_fen",
        fine_fen=said.fine_fen,
        most_fen=most,
        rule=", ".join(sorted(row.code for row in fitting)),
    )
