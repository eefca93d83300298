"""What a recorded violation may do: score, show, warn (pure).

To score it needs the day of the decision and a violation type; to be shown it needs the day, the
severity class and the period of publicity. What is missing is kept as codes for officers to see,
and nothing is guessed in its place.
"""

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

from registry.calendar import PartialDate, Precision
from registry.dated import gaps
from registry.errors import RuleRefused
from registry.rulebook import (
    Allowed,
    Conduct,
    PenaltyKind,
    Rulebook,
    Severity,
    SummaryProcedure,
    allowed,
)
from registry.violations.identity import DecisionSaid
from registry.violations.rules import PenaltyFacts, publicity_of, severity_of, violation_types_for

FINES: frozenset[PenaltyKind] = frozenset({"fine", "small_fine", "larger_fine", "huge_fine"})
_REMEMBERED = 16384
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
    """The law of one act: rulebook and legal day, and what it said of earlier rows.

    A decision is classed by its fine only through the amounts at which the law changes its mind, and by
    its region only through the places that have law of their own; rows alike in both are answered once,
    which an import needs.
    """

    def __init__(self, rulebook: Rulebook, today: date) -> None:
        self.rulebook = rulebook
        self.today = today
        self.conduct_codes = frozenset(row.code for row in rulebook.rows(Conduct))
        self._amounts = _decisive_amounts(rulebook)
        self._answered = lru_cache(maxsize=_REMEMBERED)(self._work_out)
        self._allowed = lru_cache(maxsize=_REMEMBERED)(self._ranges)

    def effects(self, conduct_code: str, said: DecisionSaid, restarted_on: date | None = None) -> Effects:
        """Return what follows from a decision and a conduct.

        Args:
            conduct_code: What was done.
            said: What the decision says.
            restarted_on: Day on which its publicity began anew, because a repair was revoked.
        """
        fine, confiscated = said.fine_fen, said.confiscated_fen
        like = said._replace(
            business_id="",
            decision_no=None,
            authority="",
            region=self.rulebook.lawgiver(said.region),
            fine_fen=fine and self._amounts[bisect_right(self._amounts, fine) - 1],
            confiscated_fen=confiscated and 1,
            basis=None,
            summary=None,
        )
        return self._answered(conduct_code, like, restarted_on)

    def ranges(self, conduct_code: str, said: DecisionSaid) -> tuple[Allowed, ...]:
        """Return what the laws of a conduct allow; nothing where one of its violations has no range."""
        day = self.rulebook.unchanged_since(said.decided_on or self.today)
        return self._allowed(conduct_code, self.rulebook.lawgiver(said.region), day)

    def _work_out(self, conduct_code: str, said: DecisionSaid, restarted_on: date | None = None) -> Effects:
        decided = PartialDate(said.decided_on, Precision(said.decided_precision))
        penalty, severity = penalty_facts(said), said.severity_stated
        day, region = decided.exact(), said.region
        if severity is None and day is not None:
            severity = severity_of(penalty, self.rulebook, region, day)
        publicity = publicity_of(
            penalty,
            severity,
            self.rulebook,
            region,
            day,
            published_on=said.published_on,
            restarted_on=restarted_on,
        )
        types = violation_types_for(conduct_code, self.rulebook, region, decided.value or self.today)
        lacks = [*gaps("decided_on", decided), *(() if types else ("type.none",))]
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

    def _ranges(self, conduct_code: str, region: str, on: date) -> tuple[Allowed, ...]:
        types = set(violation_types_for(conduct_code, self.rulebook, region, on))
        fitting = allowed(self.rulebook, types, region, on)
        return fitting if {one.range.violation_type for one in fitting} == types else ()


@lru_cache(maxsize=4)
def law_of(rulebook: Rulebook, today: date) -> Law:
    """Return the law of a day, remembered from batch to batch."""
    return Law(rulebook, today)


def _decisive_amounts(rulebook: Rulebook) -> list[int]:
    """Return the fines from which some rule of severity or procedure may say otherwise."""
    amounts = {0, 1}  # none at all, or some
    for row in rulebook.rows(Severity):
        amounts |= {amount for amount in (row.fine_from_fen, row.fine_below_fen) if amount is not None}
    for rule in rulebook.rows(SummaryProcedure):
        amounts |= {rule.person_fine_max_fen + 1, rule.organisation_fine_max_fen + 1}
    return sorted(amounts)


def penalty_facts(said: DecisionSaid) -> PenaltyFacts:
    """Return what a decision imposed; an amount that is stated says that it was imposed."""
    kinds = set(said.penalties)
    if said.fine_fen and not kinds & FINES:
        kinds.add("fine")
    if said.confiscated_fen:
        kinds.add("confiscation")
    procedure = None if said.procedure == "unknown" else said.procedure
    return PenaltyFacts(kinds=frozenset(kinds), procedure=procedure, fine_fen=said.fine_fen)


def unusual_fine(law: Law, said: DecisionSaid, quantity: int, conduct_code: str) -> RuleRefused | None:
    """Return a warning where a fine is above what any law of its violation types allows.

    Source: rulebook `penalty_ranges`; a place may have law that it lacks, so it warns and never refuses.
    """
    spans = _spans(law, said, Weighed(quantity, said.confiscated_fen), conduct_code)
    if said.fine_fen is None or not spans or said.fine_fen <= max(most for _, most, _ in spans):
        return None
    return RuleRefused(
        "violation.fine_unusual",
        field="fine_fen",
        fine_fen=said.fine_fen,
        most_fen=max(most for _, most, _ in spans),
        rule=", ".join(code for _, _, code in spans),
    )


class Weighed(NamedTuple):
    """What a fine is held against beside the decision; None: not stated."""

    quantity: int
    gains_fen: int | None
    goods_fen: int | None = None


def fine_outside(law: Law, said: DecisionSaid, weighed: Weighed, conduct_code: str) -> RuleRefused | None:
    """Return why a fine has to be looked at again before it is recorded: no law there and then allows it.

    Source: rulebook `penalty_ranges`; who confirms the amount may record it all the same.
    """
    spans = _spans(law, said, weighed, conduct_code)
    if said.fine_fen is None or not spans:
        return None
    if any(least <= said.fine_fen <= most for least, most, _ in spans):
        return None
    return RuleRefused(
        "violation.fine_outside",
        field="fine_fen",
        fine_yuan=_yuan(said.fine_fen),
        ranges=tuple(f"{_yuan(least)}–{_yuan(most)}" for least, most in _joined(spans)),
    )


def _spans(law: Law, said: DecisionSaid, weighed: Weighed, conduct_code: str) -> list[tuple[int, int, str]]:
    """Return least and most fine and code of every law of a conduct; nothing where one has no figure.

    By gains or goods that are not stated, of an amount that was not found, or of no law at all: then nothing
    can be unusual.
    """
    spans = []
    for one in law.ranges(conduct_code, said) if said.fine_fen else ():
        bounds = one.bounds_fen(*weighed)
        if bounds is None:
            return []
        spans.append((*bounds, one.range.code))
    return spans


def _joined(spans: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Return the spans with those that overlap made one, lowest first."""
    joined: list[tuple[int, int]] = []
    for least, most, _ in sorted(spans):
        if joined and least <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(most, joined[-1][1]))
        else:
            joined.append((least, most))
    return joined


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
