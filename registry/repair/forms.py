"""What a person states in the procedures of repair and objection: the commands of this slice."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from registry.commands import Command
from registry.lists.commands import TakeStep
from registry.rulebook import PenaltyField, RepairNeed, RepairPaper
from registry.violations.forms import ChangeDecisionStanding, CorrectViolation

Person = Annotated[str, StringConstraints(min_length=1, max_length=100)]
GroundCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ToldOnPaper(Command):
    """What an officer adds to the paper of an act, and the document that it may rest on instead."""

    where: Words | None = Field(
        default=None, description="Address and telephone of the office, for the party."
    )
    document_id: str | None = Field(default=None, description="What it rests on; else its own paper.")


class ApplyForRepair(Command):
    """Take in a merchant's application for repair, with the papers that came with it."""

    subject_kind: Literal["entry", "violation"]
    subject_id: str
    applicant: Person = Field(description="Who applies; never shown to the public.")
    field: PenaltyField = Field(default="metrology", description="Field of the penalty.")
    papers: Mapping[RepairPaper, str] = Field(default_factory=dict, description="Documents by what they are.")
    note: Words | None = None
    accepted: bool = Field(
        default=True, description="False: whether it is taken up is decided apart, within its period."
    )


class StepOfRepair(Command):
    """A step of an application, which the person saw in a version."""

    repair_id: str
    expected_version: int


class AcceptRepair(StepOfRepair):
    """Take an application up whose acceptance was left open."""


class DeclineRepair(StepOfRepair, ToldOnPaper):
    """Decide that an application is not taken up, on a ground of the rulebook."""

    ground: GroundCode
    reasons: Words


class RequestCompletion(StepOfRepair, ToldOnPaper):
    """Tell the applicant in writing which papers are missing."""


class SupplementRepair(StepOfRepair):
    """Take in further papers; the period for the decision begins with the last one."""

    papers: Mapping[RepairPaper, str] = Field(min_length=1)


class Finding(Command):
    """What was found of one condition."""

    need: RepairNeed
    met: bool
    reason: Words


class DecideRepair(StepOfRepair, ToldOnPaper):
    """Grant or refuse a repair, on findings about every condition."""

    grant: bool
    findings: tuple[Finding, ...] = Field(max_length=20)
    reasons: Words


class WithdrawRepair(StepOfRepair):
    """Close an application that the merchant took back."""

    document_id: str = Field(description="The merchant's statement.")


class ProposeRevocation(StepOfRepair):
    """Propose that a grant be revoked, with what shows that its papers are false."""

    reasons: Words
    document_id: str = Field(description="The evidence.")


class RevokeRepair(StepOfRepair, ToldOnPaper):
    """Revoke a granted repair whose papers proved false, as another person proposed."""

    reasons: Words


class FileObjection(Command):
    """Take in an objection to an entry, a penalty record, a red candidate or a notice."""

    subject_kind: Literal["entry", "violation", "proposal"]
    subject_id: str
    objector: Person = Field(description="Who objects; never shown to the public.")
    points: tuple[Words, ...] = Field(min_length=1, max_length=20)
    papers: tuple[str, ...] = Field(default=(), max_length=20, description="Documents.")
    assisted: bool = Field(default=False, description="True where another unit must check.")
    accepted: bool = Field(
        default=True, description="False: whether it is taken up is decided apart, within its period."
    )


class StepOfObjection(Command):
    """A step of an objection, which the person saw in a version."""

    objection_id: str
    expected_version: int


class AcceptObjection(StepOfObjection):
    """Take an objection up whose acceptance was left open."""


class DeclineObjection(StepOfObjection, ToldOnPaper):
    """Decide that an objection is not taken up, on a ground of the rulebook."""

    ground: GroundCode
    reasons: Words


class DecideObjection(StepOfObjection, ToldOnPaper):
    """Uphold or dismiss an objection, with an answer to each of its points."""

    upheld: bool
    answers: tuple[Words, ...] = Field(min_length=1, max_length=20)
    ground: Literal["corrected", "annulled"] = Field(
        default="corrected", description="On which an entry ends whose objection is upheld."
    )
    rule: str | None = Field(
        default=None, max_length=100, description="Code of the rulebook's ground on which an entry ends."
    )
    reasons: Words | None = Field(default=None, description="What the decision gives besides the answers.")


class SettleObjection(StepOfObjection):
    """Carry out what an upheld objection to a penalty record or a case asks for."""

    correction: CorrectViolation | None = None
    annulment: ChangeDecisionStanding | None = None
    drop: TakeStep | None = None


class WithdrawObjection(StepOfObjection):
    """Close an objection that was taken back."""

    document_id: str = Field(description="The objector's statement.")
