"""Rows of what a violation may cost: the ranges of the laws, and the parts of a range."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from registry.rulebook.model import BasisPoints, Fen, Row


class PenaltyRange(Row):
    """What a law allows for a violation (处罚幅度).

    A row of a province with the code of a wider one speaks of the same act: it takes its place and
    stays within it. One with a code of its own speaks of an act of its own, which it names, and
    stands beside the wider one.

    Attributes:
        fine_min_fen: None: the law sets no least fine.
        fine_max_fen: None: no fine by amount, or see the gains and the goods.
        gains_min_bp: Share of the unlawful gains, for fines by gains.
        gains: How amount and gains stand together where a law sets both: `instead`, by the gains where
            there are any and by the amount where there are none; `capped`, by the gains and never above
            the amount.
        without_gains_max_fen: Where capped, the most fine where there are no gains.
        goods_min_bp: Share of the value of the goods (货值金额), for fines by that.
        name_zh: The act, where it is not the whole violation.
    """

    table: ClassVar[str] = "penalty_ranges"
    lacking: ClassVar[tuple[str, ...]] = ("fine_max_fen",)

    violation_type: str
    unit: Literal["case", "instrument"]
    fine_min_fen: Fen | None = None
    fine_max_fen: Fen | None = None
    gains_min_bp: BasisPoints | None = None
    gains_max_bp: BasisPoints | None = None
    gains: Literal["instead", "capped"] | None = None
    without_gains_max_fen: Fen | None = None
    goods_min_bp: BasisPoints | None = None
    goods_max_bp: BasisPoints | None = None
    confiscation: bool
    name_zh: str | None = None
    name_en: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for least, most in (
            (self.fine_min_fen, self.fine_max_fen),
            (self.gains_min_bp, self.gains_max_bp),
            (self.goods_min_bp, self.goods_max_bp),
        ):
            if least is not None and most is not None and least > most:
                raise ValueError("the least must not be above the most")
        return self

    @model_validator(mode="after")
    def _together(self) -> Self:
        both = self.fine_max_fen is not None and self.gains_max_bp is not None
        if both != (self.gains is not None):
            raise ValueError("gains: said where, and only where, a law sets both an amount and gains")
        if self.without_gains_max_fen is not None and self.gains != "capped":
            raise ValueError("without_gains_max_fen: only where the amount caps a fine by gains")
        by_more = self.fine_max_fen is not None or self.gains_max_bp is not None
        if self.goods_max_bp is not None and by_more:
            raise ValueError("goods_max_bp: a fine by the goods is a row of its own")
        return self

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.name_zh is None) != (self.name_en is None):
            raise ValueError("name_zh and name_en are given together")
        if self.jurisdiction and self.code != self.violation_type and self.name_zh is None:
            raise ValueError("name_zh: a local row beside the wider one names its act")
        return self

    def exceeds(self, wider: "PenaltyRange") -> str | None:
        """Return the field in which the row allows more, or asks for less, than a wider one.

        What one of the two leaves open is not compared; a fine by gains or goods is no part of a range by
        amount.
        """
        for most in ("gains_max_bp", "goods_max_bp"):
            own, theirs = getattr(self, most), getattr(wider, most)
            if self.fine_max_fen is None and own is not None and theirs is None:
                return most if wider.fine_max_fen is not None else None
        for name in ("fine", "gains", "goods"):
            unit = "fen" if name == "fine" else "bp"
            least, most = f"{name}_min_{unit}", f"{name}_max_{unit}"
            if _above(getattr(self, most), getattr(wider, most)):
                return most
            known = getattr(self, most) is not None
            if known and _above(getattr(wider, least), getattr(self, least) or 0):
                return least
        return None


def _above(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one > other


class PenaltyTier(Row):
    """A part of a range in which a case is fined by its circumstances (裁量阶次).

    Attributes:
        from_bp: Share of the way from the least fine to the most at which it begins.
    """

    table: ClassVar[str] = "penalty_tiers"
    figures: ClassVar[tuple[str, ...]] = ("from_bp", "to_bp")

    name_zh: str
    name_en: str
    from_bp: BasisPoints | None = Field(default=None, le=10_000)
    to_bp: BasisPoints | None = Field(default=None, le=10_000)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.from_bp is not None and self.to_bp is not None and self.from_bp >= self.to_bp:
            raise ValueError("from_bp must be below to_bp")
        return self
