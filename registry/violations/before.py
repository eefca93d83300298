"""The decisions and violations on record that the rows of a batch may say again."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlmodel import Session, col, select

from registry.businesses.bearers import Bearers
from registry.calendar import Precision
from registry.errors import Conflict, RuleRefused
from registry.rulebook import PenaltyKind, SeverityClass
from registry.violations.forms import RecordViolation
from registry.violations.identity import (
    DecisionSaid,
    Stated,
    ViolationSaid,
    content_key,
    decision_number,
)
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 4000


@dataclass
class KnownDecision:
    """A decision on record, and what is on record of its violations."""

    decision_id: str
    said: DecisionSaid
    source_key: str | None
    standing: str = "in_force"
    violations: dict[tuple[str, str | None], tuple[str, ViolationSaid]] = field(default_factory=dict)


class KnownDecisions:
    """The decisions on record by their numbers, their sources, or what they say."""

    def __init__(self, session: Session, bearers: Bearers, commands: Sequence[RecordViolation]) -> None:
        self._session = session
        self._bearers = bearers
        self._by_number: dict[str, dict[str, KnownDecision]] = {}
        self._by_source: dict[str, KnownDecision] = {}
        self._by_content: dict[Hashable, dict[str, KnownDecision]] = {}
        decisions: dict[str, PenaltyDecision] = {}
        for row in (*self._numbered(commands), *self._sourced(commands), *self._theirs()):
            decisions[row.decision_id] = row
        self._remember(decisions)

    def _numbered(self, commands: Sequence[RecordViolation]) -> Iterable[PenaltyDecision]:
        numbers = sorted({decision_number(c.decision_no) for c in commands if c.decision_no})
        for start in range(0, len(numbers), AT_ONCE):
            # whatever the authority: few share a number, and pairs cost the driver twice as much
            yield from self._decisions(col(PenaltyDecision.decision_no).in_(numbers[start : start + AT_ONCE]))

    def _sourced(self, commands: Sequence[RecordViolation]) -> Iterable[PenaltyDecision]:
        keys = sorted({command.source_key for command in commands if command.source_key})
        for start in range(0, len(keys), AT_ONCE):
            yield from self._decisions(col(PenaltyDecision.source_key).in_(keys[start : start + AT_ONCE]))

    def _theirs(self) -> Iterable[PenaltyDecision]:
        ids = sorted(self._bearers.ids)
        for start in range(0, len(ids), AT_ONCE):
            theirs = (
                select(Violation.decision_id)
                .where(col(Violation.business_id).in_(ids[start : start + AT_ONCE]))
                .where(col(Violation.superseded_at).is_(None))
            )
            yield from self._decisions(col(PenaltyDecision.decision_id).in_(theirs))

    def _decisions(self, *which: object) -> Sequence[PenaltyDecision]:
        statement = select(PenaltyDecision).where(col(PenaltyDecision.superseded_at).is_(None))
        return self._session.exec(statement.where(*which)).all()  # type: ignore[arg-type]

    def _remember(self, decisions: dict[str, PenaltyDecision]) -> None:
        ids = sorted(decisions)
        known: dict[str, KnownDecision] = {}
        for start in range(0, len(ids), AT_ONCE):
            found = self._session.exec(
                select(Violation)
                .where(col(Violation.decision_id).in_(ids[start : start + AT_ONCE]))
                .where(col(Violation.superseded_at).is_(None))
            ).all()
            for row in found:
                decision = decisions[row.decision_id]
                said = said_by_decision(self._bearers.survivor(row.business_id), decision)
                one = known.setdefault(
                    row.decision_id,
                    KnownDecision(row.decision_id, said, decision.source_key, decision.standing),
                )
                self.add(one, row.violation_id, said_by_violation(row))

    def add(self, decision: KnownDecision, violation_id: str, violation: ViolationSaid) -> None:
        """Remember a violation of a decision, so that the next row finds both."""
        decision.violations[violation.key] = (violation_id, violation)
        said = decision.said
        if said.decision_no is not None:
            self._by_number.setdefault(said.decision_no, {})[decision.decision_id] = decision
        self._by_content.setdefault(content_key(said, violation), {})[decision.decision_id] = decision
        if decision.source_key is not None:
            self._by_source[decision.source_key] = decision

    def match(
        self, said: DecisionSaid, violation: ViolationSaid, source_key: str | None
    ) -> KnownDecision | None:
        """Return the decision that a row speaks of, or None where it is a new one.

        Raises:
            Conflict: The number, the source, or the same day and conduct, said otherwise before.
        """
        sourced = self._by_source.get(source_key) if source_key is not None else None
        if said.decision_no is not None:
            known = self._numbered_alike(said)
        elif source_key is not None:
            known = sourced
        else:
            known = self._unnumbered(said, violation)
        # the source first: what it said before does not depend on what other rows recorded since
        if sourced is not None and (known is not sourced or not known.said.says_same(said)):
            raise Conflict(
                "violation.source_differs", field="source_key", source_key=source_key, id=sourced.decision_id
            )
        if known is None and said.decision_no is not None:
            self._refuse_other_authority(said)
        if known is not None and not known.said.says_same(said):
            if said.decision_no is not None:
                raise _duplicate(known, said)
            raise Conflict("violation.unnumbered_duplicate", field="decision_no", id=known.decision_id)
        if known is not None and source_key is not None:
            self._by_source[source_key] = known  # a further source of it; it names no other one
        return known

    def _numbered_alike(self, said: DecisionSaid) -> KnownDecision | None:
        alike = self._by_number.get(said.decision_no or "", {}).values()
        return next((one for one in alike if one.said.authority_key == said.authority_key), None)

    def _unnumbered(self, said: DecisionSaid, violation: ViolationSaid) -> KnownDecision | None:
        alike = self._by_content.get(content_key(said, violation), {}).values()
        return next((one for one in alike if one.said.decision_no is one.source_key is None), None)

    def _refuse_other_authority(self, said: DecisionSaid) -> None:
        """Refuse a number on record for the same party and day under a name that is not folded alike."""
        for one in self._by_number.get(said.decision_no or "", {}).values():
            if one.said.may_be(said):
                raise Conflict(
                    "violation.authority_differs",
                    field="authority",
                    decision_no=said.decision_no,
                    authority=said.authority,
                    held=one.said.authority,
                    id=one.decision_id,
                )

    def refuse_alike(
        self, decision_id: str | None, said: DecisionSaid, violation: ViolationSaid, source_key: str | None
    ) -> None:
        """Refuse a violation that reads as one of another decision on record, where nothing tells them apart.

        Args:
            decision_id: The decision that is spoken of; None: a new one.
            said: What is said of it.
            violation: What is said of the violation.
            source_key: Key in the source that says so.

        Raises:
            Conflict: Party, authority, day, conduct and instrument agree, and only one of the two gives
                a number, or neither gives number or source.
        """
        if said.decided_precision != Precision.DAY.value:
            return
        for one in self._by_content.get(content_key(said, violation), {}).values():
            if one.decision_id == decision_id:
                continue
            if (one.said.decision_no is None) != (said.decision_no is None):
                raise Conflict("violation.number_missing", field="decision_no", id=one.decision_id)
            if one.said.decision_no is said.decision_no is one.source_key is source_key is None:
                raise Conflict("violation.unnumbered_duplicate", field="decision_no", id=one.decision_id)


def same_violation(known: KnownDecision, violation: ViolationSaid) -> str | None:
    """Return the violation of a decision that a row says again, or None where it is a further one.

    Raises:
        Conflict: The decision found the same conduct otherwise, or it was annulled.
    """
    if violation.key in known.violations:
        violation_id, before = known.violations[violation.key]
        if before != violation:
            raise _duplicate(known, known.said)
        return violation_id
    if known.standing == "annulled":
        raise Conflict("violation.decision_annulled", field="decision_no", id=known.decision_id)
    return None


def _duplicate(known: KnownDecision, said: DecisionSaid) -> Conflict:
    return Conflict(
        "violation.decision_duplicate",
        field="decision_no",
        decision_no=said.decision_no or known.decision_id,
        authority=said.authority,
        id=known.decision_id,
    )


def spelled_otherwise(known: KnownDecision, said: DecisionSaid) -> RuleRefused | None:
    """Return a warning where a row spells the authority of a decision on record in another way."""
    if known.said.authority == said.authority:
        return None
    return RuleRefused(
        "violation.authority_spelled",
        field="authority",
        decision_no=said.decision_no or known.decision_id,
        authority=said.authority,
        held=known.said.authority,
    )


def said_by_decision(business_id: str, row: PenaltyDecision) -> DecisionSaid:
    """Return what a row says of a decision against the business that bears the record today."""
    return DecisionSaid(
        business_id,
        row.decision_no,
        row.authority,
        row.region,
        row.decided_on,
        row.decided_precision,
        cast(Stated, row.procedure),  # these three were validated when they were stated
        cast(tuple[PenaltyKind, ...], tuple(row.penalties)),
        row.fine_fen,
        row.confiscated_fen,
        row.basis,
        row.summary,
        cast(SeverityClass | None, row.severity_stated),
        row.published_on,
    )


def said_by_violation(row: Violation) -> ViolationSaid:
    """Return what a row says of a violation."""
    return ViolationSaid(
        row.conduct_code, row.instrument_kind, row.quantity, row.conduct, row.found_on, row.found_precision
    )
