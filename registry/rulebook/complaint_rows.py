"""Rows of complaints: on what they may be refused; and from which number on a count may be shown."""

from typing import ClassVar

from pydantic import Field

from registry.rulebook.model import Months, Row


class RefusalGround(Row):
    """On what a complaint may be refused (不予受理情形).

    Attributes:
        months: Of the time bar: so long after the complainant came to know.
        papers: True where something that a complaint must state has to be missing.
    """

    table: ClassVar[str] = "refusal_grounds"

    months: Months | None = None
    papers: bool = False


class Threshold(Row):
    """A number from which on, or up to which, something is done."""

    table: ClassVar[str] = "thresholds"
    figures: ClassVar[tuple[str, ...]] = ("amount",)

    amount: int | None = Field(default=None, ge=0)
