"""Rows of the reward for whistle-blowers (举报奖励): each is one line of the calculation."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from registry.rulebook.law_rows import PenaltyKind
from registry.rulebook.model import BasisPoints, Fen, Row

RewardPart = Literal["level", "major", "larger", "cap", "finance", "insider", "sharing", "exclusion"]
Clue = Literal["basic", "facts", "details"]
Proof = Literal["none", "some", "direct"]
Match = Literal["none", "basically", "fully"]
NEEDS: dict[RewardPart, tuple[str, ...]] = {
    "level": ("rank", "clue", "proof", "match", "rate_bp", "floor_fen"),
    "major": (),
    "larger": ("person_fen", "organisation_fen"),
    "cap": ("amount_fen",),
    "finance": ("amount_fen",),
    "insider": ("factor_bp",),
    "sharing": (),
    "exclusion": (),
}


class RewardRule(Row):
    """One line of the rule of rewards (举报奖励规则).

    Attributes:
        part: What the line is for.
        rank: Of a level: 1 is the highest.
        clue: Of a level: what the report must at least have told (线索).
        proof: Of a level: the evidence that must at least have come with it (证据).
        match: Of a level: how far the findings must at least bear it out (与查办结论相符).
        grave: Of a level: True where only very major cases or crimes reach it.
        rate_bp: Of a level: share of fine and confiscation.
        floor_fen: Of a level: least reward, where there is no fine too.
        kinds: Penalties that make a violation major (重大违法行为).
        crime: Of `major`: True where a case handed over as a crime is major.
        person_fen: From which fine and confiscation together a case against a natural person is major.
        organisation_fen: The same for organisations.
        amount_fen: The cap of a case; or from which reward on the finance department agrees.
        factor_bp: Of an insider's uplift: the most that a reward may be multiplied by.
    """

    table: ClassVar[str] = "rewards"
    lacking: ClassVar[tuple[str, ...]] = ("person_fen", "organisation_fen")

    part: RewardPart
    rank: int | None = Field(default=None, ge=1)
    clue: Clue | None = None
    proof: Proof | None = None
    match: Match | None = None
    grave: bool = False
    rate_bp: BasisPoints | None = None
    floor_fen: Fen | None = None
    kinds: tuple[PenaltyKind, ...] = ()
    crime: bool = False
    person_fen: Fen | None = None
    organisation_fen: Fen | None = None
    amount_fen: Fen | None = None
    factor_bp: BasisPoints | None = None

    @model_validator(mode="after")
    def _complete_or_unknown(self) -> Self:
        missing = [name for name in NEEDS[self.part] if getattr(self, name) is None]
        if missing and self.tag != "unknown":
            raise ValueError(f"{missing[0]} is missing: give it, or the tag unknown")
        return self
