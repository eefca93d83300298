"""What the laws of a place allow for violations on a day (pure): ranges, bounds in fen, tiers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registry.rulebook.book import Rulebook
from registry.rulebook.law_rows import ViolationType
from registry.rulebook.penalty_rows import PenaltyRange, PenaltyTier

WHOLE = 10_000


@dataclass(frozen=True)
class TierFine:
    """The fines of a tier, both ends inclusive, in fen and for one unit of the range."""

    tier: PenaltyTier
    least_fen: int
    most_fen: int


@dataclass(frozen=True)
class Allowed:
    """What a law allows for a violation.

    Attributes:
        kind: The violation; None where it has no row on that day.
        narrows: The range of the next wider place that this one takes the place of.
        tiers: Its parts by circumstances; none for a fine whose most is not an amount alone.
    """

    kind: ViolationType | None
    range: PenaltyRange
    narrows: PenaltyRange | None = None
    tiers: tuple[TierFine, ...] = ()

    def bounds_fen(
        self, quantity: int, gains_fen: int | None, goods_fen: int | None = None
    ) -> tuple[int, int] | None:
        """Return the least and the most fine.

        No range by instruments is lifted above the wider one of a case whose place it takes.

        Args:
            quantity: Instruments.
            gains_fen: Unlawful gains; None: not stated. A law that confiscates them and also fines where
                there are none then takes it that there are none.
            goods_fen: Value of the goods; None: not stated.

        Returns:
            None where the law sets no figure, or sets it by gains or goods that are not stated.

        Source: Administrative Penalty Law (2021), Art. 12: a local regulation stays within the wider range.
        """
        bounds = self._by_goods(goods_fen) if self.range.goods_max_bp is not None else None
        if self.range.goods_max_bp is None:
            bounds = self._by_amount_or_gains(quantity, gains_fen)
        if bounds is None:
            return None
        least, most = bounds
        wider = self.narrows
        if wider is not None and wider.unit == "case" and wider.gains != "instead":
            most = most if wider.fine_max_fen is None else min(most, wider.fine_max_fen)
        return min(least, most), most

    def _by_goods(self, goods_fen: int | None) -> tuple[int, int] | None:
        row = self.range
        return None if goods_fen is None else _share(goods_fen, row.goods_min_bp, row.goods_max_bp)

    def _by_amount_or_gains(self, quantity: int, gains_fen: int | None) -> tuple[int, int] | None:
        row, amount = self.range, self._by_amount(quantity)
        has_none = gains_fen == 0 or (gains_fen is None and row.confiscation)
        if amount is not None and (row.gains is None or has_none):
            least, most = amount
            return least, most if row.without_gains_max_fen is None else row.without_gains_max_fen
        if row.gains_max_bp is None or gains_fen is None:
            return amount if row.gains == "capped" else None
        least, most = _share(gains_fen, row.gains_min_bp, row.gains_max_bp)
        most = min(most, amount[1]) if row.gains == "capped" and amount is not None else most
        return min(least, most), most

    def _by_amount(self, quantity: int) -> tuple[int, int] | None:
        row, times = self.range, quantity if self.range.unit == "instrument" else 1
        if row.fine_max_fen is None:
            return None
        return (row.fine_min_fen or 0) * times, row.fine_max_fen * times


def allowed(rulebook: Rulebook, types: Collection[str], region: str, on: date) -> tuple[Allowed, ...]:
    """Return what the laws of a region allow for types of violation on a day, by code.

    Source: rulebook `penalty_ranges` and `penalty_tiers`.
    """
    known = rulebook.in_force(ViolationType, region, on)
    ranges = rulebook.in_force(PenaltyRange, region, on)
    tiers = tuple(rulebook.in_force(PenaltyTier, region, on).values())
    return tuple(
        Allowed(known.get(row.violation_type), row, _wider(rulebook, row, on), _tier_fines(row, tiers))
        for _, row in sorted(ranges.items())
        if row.violation_type in types
    )


def _share(of_fen: int, least_bp: int | None, most_bp: int | None) -> tuple[int, int]:
    """Return shares of an amount; nothing said is none of it."""
    return of_fen * (least_bp or 0) // WHOLE, of_fen * (most_bp or 0) // WHOLE


def _wider(rulebook: Rulebook, row: PenaltyRange, on: date) -> PenaltyRange | None:
    if not row.jurisdiction:
        return None
    return rulebook.in_force(PenaltyRange, row.jurisdiction[:-2], on).get(row.code)


def _tier_fines(row: PenaltyRange, tiers: tuple[PenaltyTier, ...]) -> tuple[TierFine, ...]:
    if row.fine_max_fen is None or row.gains is not None:
        return ()
    least = row.fine_min_fen or 0
    span = row.fine_max_fen - least
    shares = sorted((one.from_bp, one.to_bp, one.code, one) for one in tiers if _is_known(one))
    return tuple(
        TierFine(tier, least + span * (begins or 0) // WHOLE, least + span * (ends or 0) // WHOLE)
        for begins, ends, _, tier in shares
    )


def _is_known(tier: PenaltyTier) -> bool:
    return tier.from_bp is not None and tier.to_bp is not None
