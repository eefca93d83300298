"""What a step states besides its document: points, answers, checks, service, the hearing."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from registry.commands import Command

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Manner = Literal["direct", "left", "mail", "electronic", "announcement"]


class PointAnswer(Command):
    """What the office answers to one point that was raised."""

    point: str = Field(pattern=r"^[0-9]+\.[0-9]+$", description="Number of the step and of the point: `3.1`.")
    accepted: bool
    reasons: Words


class Check(Command):
    """One thing that was checked of a candidate for a red list, and what came of it."""

    checked: Words = Field(description="What was looked at.")
    passed: bool
    finding: Words


class StepDetail(Command):
    """What a step may state; which step needs and takes what is said by its procedure."""

    points: tuple[Words, ...] | None = Field(
        default=None, min_length=1, max_length=100, description="What was raised, point by point."
    )
    answers: tuple[PointAnswer, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="An answer to each open point."
    )
    checks: tuple[Check, ...] | None = Field(default=None, min_length=1, max_length=100)
    received_on: date | None = Field(
        default=None, description="Day on which the paper was handed in or posted, proved by it; else today."
    )
    exhibits: tuple[str, ...] | None = Field(
        default=None, min_length=1, max_length=20, description="Documents handed in with it."
    )
    served_on: date | None = Field(default=None, description="Day of service, proved by the document.")
    manner: Manner | None = Field(default=None, description="How it was served.")
    served_by: str | None = Field(default=None, description="Account of the officer who served; else you.")
    held_on: date | None = Field(default=None, description="Day for which the hearing is called.")
    place: Words | None = Field(default=None, description="Where the hearing takes place.")
    attended: bool | None = Field(default=None, description="False: the party stayed away unexcused.")

    def stated(self) -> dict[str, Any]:
        """Return what is stated, by name, in JSON's types."""
        return self.model_dump(mode="json", include=set(StepDetail.model_fields), exclude_none=True)


class PaperWords(Command):
    """What an officer adds to the paper of an act."""

    reasons: Words | None = Field(default=None, description="What the act's paper gives as its reasons.")
    where: Words | None = Field(
        default=None, description="Address and telephone of the office, for the party."
    )


class StepOnPaper(StepDetail, PaperWords):
    """What every step rests on: the case as it was seen, and a document."""

    proposal_id: str
    expected_version: int
    document_id: str | None = Field(
        default=None, description="Needed unless the step's own paper, issued with it, is its document."
    )
    note: str | None = Field(default=None, max_length=2000)
