"""Which decision and which violation a row speaks of (pure).

A decision with a number is known by authority and number, and has one party. One without is known
by its source; without either, by party, authority, date, conduct and instrument. An authority is
the same however its name is spelled. Within a decision a violation is known by its conduct and
kind of instrument. A second conduct under the same decision is a second violation; the same one
said otherwise is a contradiction.
"""

import re
import unicodedata
from collections.abc import Hashable
from datetime import date
from typing import Literal, NamedTuple

from registry.authorities import authority_key
from registry.calendar import PartialDate, Precision
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

    @property
    def authority_key(self) -> str:
        """Return what tells its authority from others, however the name is spelled."""
        return authority_key(self.authority, self.region)

    def says_same(self, other: "DecisionSaid") -> bool:
        """Say whether two rows state one decision alike; the spelling of the authority is no matter."""
        alike = self._replace(authority="") == other._replace(authority="")
        return alike and self.authority_key == other.authority_key

    def may_be(self, other: "DecisionSaid") -> bool:
        """Say whether two rows may speak of one decision: number and party agree, and the days can."""
        alike = (self.decision_no, self.business_id) == (other.decision_no, other.business_id)
        return alike and _overlap(self, other)


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


def _overlap(one: DecisionSaid, other: DecisionSaid) -> bool:
    """Say whether two decisions can be of the same day, as far as their dates are known."""
    spans = [PartialDate(d.decided_on, Precision(d.decided_precision)) for d in (one, other)]
    (first, last), (other_first, other_last) = ((span.earliest(), span.latest()) for span in spans)
    if first is None or last is None or other_first is None or other_last is None:
        return True
    return first <= other_last and other_first <= last


def content_key(decision: DecisionSaid, violation: ViolationSaid) -> Hashable:
    """Return what tells a violation by what is said of it alone, without number and source."""
    return (
        decision.business_id,
        decision.authority_key,
        decision.decided_on,
        decision.decided_precision,
        violation.key,
    )
