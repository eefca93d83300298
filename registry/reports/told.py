"""What a reporter tells, as it is sealed: the matter, who he is if he says so, and the files he sends.

The matter is item 0 of `content`, the identity item 0 of `identity`, the list of files item 0 of
`originals`, each as JSON. All three are always there, so that their presence says nothing.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from registry.calendar import PartialDate

LONGEST_STORY = 10_000  # characters: some twenty pages
LONGEST_MESSAGE = 2_000
SHORTEST_STORY = 10
MATTER, IDENTITY, LISTING = 0, 0, 0
FIRST_FILE = 1

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class CopiedFile(BaseModel):
    """What those who work on a report have of a file.

    The copy is the item of that number of `content`, or of `copies-…` where it was added later.

    Attributes:
        media_type: Of the copy.
        length: Of the copy, in bytes.
        refused: Code of why there is no copy; empty where there is one.
        removed: Codes of what the original tells and the copy does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    media_type: str = ""
    length: int = 0
    refused: str = ""
    removed: tuple[str, ...] = ()


class Matter(BaseModel):
    """What happened (item 0 of `content`).

    Attributes:
        business_id: Of the registry, where the reporter found the merchant there; else empty.
        merchant: As the reporter calls it.
        instrument: Scale, pump or meter, in his words.
        happened_on: As precisely as he knows: `2026-11-20`, `2026-11`, `2026` or empty.
        conducts: Codes of the rulebook's conducts.
        wants_reward: Whether he may want to claim one.
        files: What there is of them to read.
        handed: It came with a complaint: nobody has a code, so nobody reads the thread.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z-]{0,40}$")] = ""
    merchant: Line = ""
    instrument: Line = ""
    place: Line = ""
    happened_on: Line = ""
    conducts: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")], ...] = ()
    story: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=SHORTEST_STORY, max_length=LONGEST_STORY),
    ]
    wants_reward: bool = False
    files: tuple[CopiedFile, ...] = ()
    handed: bool = False

    @field_validator("happened_on")
    @classmethod
    def _a_day(cls, given: str) -> str:
        """Read a day as precisely as it is said."""
        return PartialDate.parse(given, "happened_on").isoformat() or ""


class Identity(BaseModel):
    """Who reports (item 0 of `identity`); all empty: he does not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line = ""
    contact: Line = ""
    relation: Line = Field(default="", description="What he has to do with the merchant.")


class SentFile(BaseModel):
    """One file as it was sent; its bytes are the item of the same number of `originals`.

    Attributes:
        name: As it was called; it may name its owner, so only the custodian reads it.
        length: In bytes.
        sha256: Of the bytes as they were sent, hex.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    name: str
    media_type: str
    length: int
    sha256: str


class Listing(BaseModel):
    """The files of a report (item 0 of `originals`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[SentFile, ...] = ()


class Copies(BaseModel):
    """What there is to read of files that were added later (item 0 of `copies-…`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[CopiedFile, ...] = ()


def sealable(told: BaseModel) -> bytes:
    """Return what is sealed of it."""
    return told.model_dump_json().encode()
