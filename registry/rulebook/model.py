"""The shapes of law as dated data: what every rule has, and how it is explained.

A row holds from `in_force_from` until the day before `in_force_to`, in its jurisdiction and all
below it unless a narrower one says otherwise. It names the instrument it rests on, or a tag says
why it cannot: `default` (only our proposal), `recalled` (no source found), `unknown` (the figure is
missing, its value is None), `contested` (sources disagree).
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from registry import regions

Tag = Literal["default", "recalled", "unknown", "contested"]
Points = Annotated[int, Field(description="Hundredths of a point.")]
BasisPoints = Annotated[int, Field(ge=0, description="Hundredths of a percent.")]
Fen = Annotated[int, Field(ge=0)]
Months = Annotated[int, Field(ge=0)]


class Frozen(BaseModel):
    """A value of the rulebook: nothing unknown in it, nothing changes in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(Frozen):
    """The instrument, and the article where it was read."""

    instrument: str = Field(min_length=2)
    article: str | None = None


class Row(Frozen):
    """One rule: what it says is in the subclass; this is when, where and on what ground it holds.

    Attributes:
        jurisdiction: Prefix of GB/T 2260: empty for the nation, `41`, `4115`, `411502`.
        in_force_to: First day on which it no longer holds; None: open.
        figures: Fields that may be None only where the tag is `unknown`.
        lacking: Further fields that are not known, rather than not set, where they are None under that tag.
    """

    table: ClassVar[str] = ""
    figures: ClassVar[tuple[str, ...]] = ()
    lacking: ClassVar[tuple[str, ...]] = ()

    code: str = Field(min_length=1)
    jurisdiction: str = Field(default="", pattern=r"^([0-9]{2}){0,3}$")
    in_force_from: date
    in_force_to: date | None = None
    source: Source | None = None
    tag: Tag | None = None
    note: str | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what rows that replace each other in time have in common."""
        return (self.code, self.jurisdiction)

    def is_unknown(self, name: str) -> bool:
        """Say whether a field is one whose figure nobody found, and not one that is left open."""
        told = getattr(self, name) is not None
        return self.tag == "unknown" and not told and name in (*self.figures, *self.lacking)

    def holds(self, on: date) -> bool:
        """Say whether the row is in force on a legal day."""
        return self.in_force_from <= on and (self.in_force_to is None or on < self.in_force_to)

    @property
    def changes_on(self) -> tuple[date, ...]:
        """Return the days on which the law changes by this row: its first, and the first without it."""
        return (self.in_force_from, *(() if self.in_force_to is None else (self.in_force_to,)))

    def ends_after(self, day: date) -> bool:
        """Say whether the row is still in force on or after a day."""
        return self.in_force_to is None or self.in_force_to > day

    @model_validator(mode="after")
    def _explained_and_dated(self) -> Self:
        if self.source is None and self.tag is None:
            raise ValueError("needs a source or a tag")
        missing = [name for name in self.figures if getattr(self, name) is None]
        if missing and self.tag != "unknown":
            raise ValueError(f"{missing[0]} is missing: give it, or the tag unknown")
        if self.in_force_to is not None and self.in_force_to <= self.in_force_from:
            raise ValueError("in_force_to must be later than in_force_from")
        if self.jurisdiction != regions.prefix(self.jurisdiction):
            raise ValueError(f"jurisdiction {self.jurisdiction} is a longer way to write its prefix")
        if regions.region(self.jurisdiction.ljust(6, "0")) is None:
            raise ValueError(f"jurisdiction {self.jurisdiction} is no region")
        return self
