"""What a batch of violations will write: decided row by row, written at once."""

from collections.abc import Sequence
from datetime import date

from registry.audit.work import Subject, Work, digest_of
from registry.businesses.bearers import Bearers
from registry.commands import Outcome
from registry.dated import refuse_ahead
from registry.errors import Malformed, Refusal
from registry.gaps import warnings_of
from registry.identifiers import new_id
from registry.regions import region_or_refuse
from registry.store.bulk import insert_rows
from registry.violations.before import KnownDecision, KnownDecisions, same_violation, spelled_otherwise
from registry.violations.effects import FINES, Effects, Law, law_of, unusual_fine
from registry.violations.forms import RecordViolation
from registry.violations.identity import DecisionSaid, ViolationSaid, decision_said, violation_said
from registry.violations.tables import PenaltyDecision, Violation


class Batch:
    """The violations that one command records."""

    def __init__(self, work: Work, commands: Sequence[RecordViolation]) -> None:
        for region in {command.region for command in commands}:
            work.require("officer", region, "region")
        self.work = work
        self.law = law_of(work.rulebook, work.today)
        self.bearers = Bearers(work.session, {command.business_id for command in commands})
        self.known = KnownDecisions(work.session, self.bearers, commands)
        self.decisions: list[dict[str, object]] = []
        self.violations: list[dict[str, object]] = []

    def take(self, command: RecordViolation) -> Outcome:
        """Decide what one row means and gather its writes."""
        try:
            refuse_impossible(self.law, command)
            bearer_id = self.bearers.of(command.business_id).id
            said = decision_said(bearer_id, command)
            violation = violation_said(command)
            known = self.known.match(said, violation, command.source_key)
            again = same_violation(known, violation) if known is not None else None
            if again is None:
                known_id = known.decision_id if known is not None else None
                self.known.refuse_alike(known_id, said, violation, command.source_key)
        except Refusal as refusal:
            return Outcome("refused", refusal=refusal)
        spelled = spelled_otherwise(known, said) if known is not None else None
        if again is not None:
            return Outcome("unchanged", again, warnings=tuple(filter(None, [spelled])))
        effects = self.law.effects(command.conduct_code, said)
        if known is None:
            known = KnownDecision(new_id(), said, command.source_key)
            self.decisions.append(self._decision(known, command, effects))
        violation_id = self._violation(known, command, violation, effects)
        unusual = unusual_fine(self.law, said, command.quantity, command.conduct_code)
        told = filter(None, [spelled, unusual])
        return Outcome("created", violation_id, warnings=(*told, *warnings_of(effects.incomplete)))

    def _decision(
        self, known: KnownDecision, command: RecordViolation, effects: Effects
    ) -> dict[str, object]:
        return {
            "decision_id": known.decision_id,
            "version": 1,
            "held_from_on": effects.held_from_on,
            "held_to_on": None,
            "recorded_at": self.work.now,
            "superseded_at": None,
            **decision_columns(known.said),
            "standing": "in_force",
            "source_key": command.source_key,
            "source": command.source,
        }

    def _violation(
        self, known: KnownDecision, command: RecordViolation, said: ViolationSaid, effects: Effects
    ) -> str:
        violation_id = new_id()
        self.violations.append(
            {
                "violation_id": violation_id,
                "version": 1,
                "held_to_on": None,
                "recorded_at": self.work.now,
                "superseded_at": None,
                "decision_id": known.decision_id,
                "business_id": known.said.business_id,
                **said._asdict(),
                "repaired_on": None,
                **effects.columns(),
            }
        )
        self.known.add(known, violation_id, said)
        return violation_id

    def write(self, commands: Sequence[RecordViolation]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not self.violations:
            return
        insert_rows(self.work.session, PenaltyDecision, self.decisions)
        insert_rows(self.work.session, Violation, self.violations)
        many = len(self.violations) > 1
        self.work.record(
            "violations.recorded" if many else "violation.recorded",
            Subject("batch" if many else "violation", str(self.violations[0]["violation_id"])),
            concerns=dict.fromkeys(str(row["business_id"]) for row in self.violations),
            rows=len(commands),
            written=len(self.violations),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )


def decision_columns(said: DecisionSaid) -> dict[str, object]:
    """Return what a row says of a decision as columns of its table."""
    columns = said._asdict()
    del columns["business_id"]
    return {**columns, "authority_key": said.authority_key, "penalties": list(said.penalties)}


def refuse_impossible(law: Law, command: RecordViolation) -> None:
    """Refuse what cannot be so: days ahead or reversed, amounts below zero, unknown codes.

    Raises:
        Malformed: For the first such field.
    """
    region_or_refuse(command.region, "region")
    for given, field in ((command.decided_on, "decided_on"), (command.found_on, "found_on")):
        refuse_ahead(given, field, law.today)
    _refuse_reversed(command, law.today)
    for amount, field in (
        (command.fine_fen, "fine_fen"),
        (command.confiscated_fen, "confiscated_fen"),
    ):
        if amount is not None and amount < 0:
            raise Malformed("amount.below_zero", field=field, value=amount)
    _refuse_inconsistent(command)
    if command.quantity < 1:
        raise Malformed("quantity.below_one", field="quantity", value=command.quantity)
    if command.conduct_code not in law.conduct_codes:
        known = ", ".join(sorted(law.conduct_codes))
        raise Malformed(
            "violation.conduct_unknown", field="conduct_code", value=command.conduct_code, known=known
        )


def _refuse_inconsistent(command: RecordViolation) -> None:
    """Refuse an amount beside kinds of penalty that name none; with no kinds at all the amount tells them."""
    kinds = set(command.penalties)
    if kinds and command.fine_fen and not kinds & FINES:
        raise Malformed("violation.fine_not_named", field="penalties", fine_fen=command.fine_fen)
    if kinds and command.confiscated_fen and "confiscation" not in kinds:
        raise Malformed(
            "violation.confiscation_not_named", field="penalties", confiscated_fen=command.confiscated_fen
        )


def _refuse_reversed(command: RecordViolation, today: date) -> None:
    """Refuse days out of order: found, then decided, then published."""
    first, last = command.decided_on.earliest(), command.decided_on.latest()
    found, published = command.found_on.earliest(), command.published_on
    if found is not None and last is not None and found > last:
        raise Malformed("violation.found_after_decision", field="found_on", day=command.found_on.isoformat())
    if published is None:
        return
    if published > today:
        raise Malformed("day.ahead", field="published_on", day=published.isoformat())
    if first is not None and published < first:
        raise Malformed("violation.before_decision", field="published_on", day=published.isoformat())
