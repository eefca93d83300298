"""Which decision and which violation a row speaks of (pure).

A decision with a number is known by authority and number, and has one party. One without is known
by its source; without either, by party, authority, date, conduct and instrument. Within a
decision a violation is known by its conduct and kind of instrument. A second conduct under the
same decision is a second violation; the same one said otherwise is a contradiction.
"""

import re
import unicodedata
from collections.abc import Hashable
from datetime import date
from typing import Literal, NamedTuple

from registry.rulebook import PenaltyKind, Procedure, SeverityClass
from registry.violations.forms import RecordViolation

Stated = Procedure | Literal["unknown"]

_YEAR = re.compile(r"[(\[{【〈<](\d{4})[)\]}】〉>]")


def decision_number(given: str) -> str:
    """Return a document number as offices write it: half width, no spaces, the year in 〔〕."""
    folded = "".join(unicodedata.normalize("NFKC", given).split())
    return _YEAR.sub(r"〔\1〕", folded)


class DecisionSaid(NamedTuple):
    """What a row says of a decision; two rows of one decision say the same."""

    business_id: str
    decision_no: str | None
    authority: str
    region: str
    decided_on: date | None
    decided_precision: str
    procedure: Stated
    penalties: tuple[PenaltyKind, ...]
    fine_fen: int | None
    confiscated_fen: int | None
    basis: str | None
    summary: str | None
    severity_stated: SeverityClass | None
    published_on: date | None


class ViolationSaid(NamedTuple):
    """What a row says of a violation besides its decision."""

    conduct_code: str
    instrument_kind: str | None
    quantity: int
    conduct: str | None
    found_on: date | None
    found_precision: str

    @property
    def key(self) -> tuple[str, str | None]:
        """Return what makes it this violation of its decision and no other."""
        return self.conduct_code, self.instrument_kind


def decision_said(business_id: str, command: RecordViolation) -> DecisionSaid:
    """Return what a command says of a decision against the business that bears the record."""
    return DecisionSaid(
        business_id,
        decision_number(command.decision_no) if command.decision_no is not None else None,
        command.authority,
        command.region,
        command.decided_on.earliest(),
        command.decided_on.precision.value,
        command.procedure,
        command.penalties,
        command.fine_fen,
        command.confiscated_fen,
        command.basis,
        command.summary,
        command.severity,
        command.published_on,
    )


def violation_said(command: RecordViolation) -> ViolationSaid:
    """Return what a command says of a violation."""
    return ViolationSaid(
        command.conduct_code,
        command.instrument_kind,
        command.quantity,
        command.conduct,
        command.found_on.earliest(),
        command.found_on.precision.value,
    )


def unnumbered_key(decision: DecisionSaid, violation: ViolationSaid) -> Hashable:
    """Return what tells a decision that has neither number nor source from others."""
    return (
        decision.business_id,
        decision.authority,
        decision.decided_on,
        decision.decided_precision,
        violation.key,
    )
