"""What a person states of a complaint: the commands of this slice."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from registry.commands import Command
from registry.complaints.rules import Finding, Matter, Outcome, Step
from registry.rulebook.reward_rows import Proof

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class RecordComplaint(Command):
    """Take in a complaint for the own office; what it lacks is said, and is a ground to refuse it."""

    complainant: Line | None = Field(default=None, description="Never leaves the office that handles it.")
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    address: Line | None = None
    request: Words | None = Field(default=None, description="What the complainant asks for.")
    facts: Words | None = Field(default=None, description="What happened.")
    business_id: str | None = Field(default=None, description="The respondent, where it is on record.")
    instrument_id: str | None = None
    respondent: Line | None = Field(default=None, description="Its name and address, where it is not.")
    place: Line | None = Field(default=None, description="Where it happened.")
    matter: Matter
    happened_on: date | None = None
    known_on: date | None = Field(
        default=None, description="Day on which the complainant came to know; unset: when it happened."
    )
    received_on: date | None = Field(default=None, description="Unset: today.")


class TakeComplaintStep(Command):
    """Take a step with a complaint that the person saw in a version."""

    complaint_id: str
    expected_version: int
    step: Step
    note: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = Field(
        default=None, description="The officer's words; never in the audit log."
    )
    ground: Line | None = Field(default=None, description="On what it is refused.")
    outcome: Outcome | None = Field(default=None, description="How the mediation ended.")
    finding: Finding | None = Field(default=None, description="Whether it was borne out.")
    office_code: Line | None = Field(default=None, description="The office that it is handed over to.")
    request: Words | None = Field(default=None, description="What stays of the request after a split.")
    facts: Words | None = Field(default=None, description="What stays of the facts after a split.")
    proof: Proof | None = Field(default=None, description="Grade of the evidence.")
