"""What an officer states about a violation: the commands of this slice."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from registry.commands import Command
from registry.dated import UNDATED, GivenDate
from registry.rulebook import PenaltyKind, SeverityClass

Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
# bounded by what canonical JSON and every database hold exactly, not by law
Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
InstrumentKind = Literal[
    "price_computing_scale",
    "platform_scale",
    "truck_scale",
    "fuel_dispenser",
    "gas_dispenser",
    "taximeter",
    "lensmeter_optometer",
    "sphygmomanometer",
    "water_meter",
    "electric_meter",
    "gas_meter",
    "heat_meter",
    "other",
]
Count = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class RecordViolation(Command):
    """Record a violation found by a penalty decision; several under one number are several rows.

    Every row of one decision repeats what the decision says: party, region, day, procedure,
    penalties, amounts, basis and summary.
    """

    business_id: str
    decision_no: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    authority: Short = Field(description="Name of the deciding authority, as published.")
    region: str = Field(description="GB/T 2260 of the deciding authority.")
    decided_on: GivenDate = UNDATED
    procedure: Literal["ordinary", "summary", "unknown"] = "unknown"
    penalties: tuple[PenaltyKind, ...] = ()
    fine_fen: Whole | None = Field(default=None, description="Integer fen; unset: not stated.")
    confiscated_fen: Whole | None = Field(default=None, description="Integer fen; unset: not stated.")
    basis: Long | None = None
    summary: Long | None = None
    severity: SeverityClass | None = Field(
        default=None, description="Class that the deciding office set; unset: as the rulebook says."
    )
    published_on: date | None = Field(
        default=None, description="First legal day on which the decision was published, where known."
    )
    conduct_code: Short
    instrument_kind: InstrumentKind | None = None
    quantity: Count = Field(default=1, description="Instruments or packages concerned, at least one.")
    conduct: Long | None = Field(default=None, description="Facts as found, in words.")
    found_on: GivenDate = UNDATED
    source_key: Short | None = None
    source: dict[str, JsonValue] | None = None


class ChangeDecisionStanding(Command):
    """Record that a decision came under review, was annulled, or is in force again."""

    decision_id: str
    expected_version: int
    standing: Literal["in_force", "under_review", "annulled"]
    changed_on: date
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class CorrectViolation(Command):
    """Correct what was recorded of a violation and its decision; the mistaken version stays known."""

    violation_id: str
    expected_version: int
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    what: RecordViolation
