"""Rows of measuring instruments: which are verified, by which regulation, for how long."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from registry.rulebook.model import Months, Row

VerificationMode = Literal["periodic", "first_only"]


class InstrumentKind(Row):
    """A kind of working instrument under compulsory verification (强制检定工作计量器具).

    Attributes:
        also_zh: Other Chinese words for it, as files name it.
        regulation: Number of the verification regulation (检定规程); None: not found.
        mode: `periodic`; or `first_only`: verified once, then replaced at the end of its life.
        months: How long a verification runs, or the longest use; the shorter one where sources differ.
        longer_months: The longer one where sources differ: what lies between is undetermined.
    """

    table: ClassVar[str] = "instrument_kinds"
    figures: ClassVar[tuple[str, ...]] = ("months",)

    name_zh: str
    name_en: str
    also_zh: tuple[str, ...] = ()
    regulation: str | None = None
    mode: VerificationMode
    months: Months | None = None
    longer_months: Months | None = None

    @model_validator(mode="after")
    def _longer_is_longer(self) -> Self:
        if self.longer_months is not None and self.longer_months <= (self.months or 0):
            raise ValueError("longer_months must be more than months")
        return self
