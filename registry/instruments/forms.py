"""What a person states about instruments and verifications: the commands of this slice."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from registry.commands import Command
from registry.dated import UNDATED, GivenDate
from registry.instruments.rules import Result

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RegisterInstrument(Command):
    """Register a measuring instrument that a business uses."""

    business_id: str
    kind: Text = Field(description="Code of the rulebook's instrument_kinds.")
    maker: Text | None = Field(
        default=None, description="Without it the number counts in this business only."
    )
    model: Text | None = None
    serial_no: Number = Field(description="Factory number (出厂编号).")
    capacity: Text | None = Field(default=None, description="Maximum capacity or range, in words.")
    accuracy_class: Text | None = None
    place: Text | None = Field(default=None, description="Where it stands in the business; never public.")
    in_use_on: GivenDate = UNDATED


class ChangeInstrument(Command):
    """Change what is known of an instrument, from a legal day on; also who uses it."""

    instrument_id: str
    expected_version: int
    held_from_on: date
    what: RegisterInstrument


class RetireInstrument(Command):
    """Record that an instrument is out of use from a legal day on: scrapped, replaced, taken away."""

    instrument_id: str
    expected_version: int
    retired_on: date
    reason: Reason


class RecordVerification(Command):
    """Record what a verification body found of an instrument, by its certificate or notice of failure."""

    instrument_id: str
    certificate_no: Number
    body: Text = Field(description="Verification body (检定机构), as the certificate names it.")
    result: Result
    limitation: Text | None = Field(default=None, description="What a limited use is limited to.")
    verified_on: date
    valid_through: date | None = Field(
        default=None, description="Inclusive last day as stated; unset: as the rulebook counts it."
    )
    document_id: str | None = None


class AnnulVerification(Command):
    """Record that a verification is void from a legal day on: withdrawn, forged, recorded by mistake."""

    verification_id: str
    expected_version: int
    annulled_on: date
    reason: Reason
