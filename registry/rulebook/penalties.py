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
        tiers: Its parts by circumstances; none for a fine without a most.
    """

    kind: ViolationType | None
    range: PenaltyRange
    narrows: PenaltyRange | None = None
    tiers: tuple[TierFine, ...] = ()

    def bounds_fen(self, quantity: int, gains_fen: int | None) -> tuple[int, int] | None:
        """Return the least and the most fine.

        No range by instruments is lifted above the wider one of a case whose place it takes.

        Args:
            quantity: Instruments.
            gains_fen: Unlawful gains; None: not stated.

        Returns:
            None where the law sets no figure, or sets it by gains that are not stated.

        Source: Administrative Penalty Law (2021), Art. 12: a local regulation stays within the wider range.
        """
        row = self.range
        if row.fine_max_fen is not None:
            least, most = (
                (row.fine_min_fen or 0) * self._times(quantity),
                row.fine_max_fen * self._times(quantity),
            )
        elif row.gains_max_bp is not None and gains_fen is not None:
            least = gains_fen * (row.gains_min_bp or 0) // WHOLE
            most = gains_fen * row.gains_max_bp // WHOLE
        else:
            return None
        wider = self.narrows
        if wider is not None and wider.unit == "case" and wider.fine_max_fen is not None:
            most = min(most, wider.fine_max_fen)
        return min(least, most), most

    def _times(self, quantity: int) -> int:
        return quantity if self.range.unit == "instrument" else 1


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


def _wider(rulebook: Rulebook, row: PenaltyRange, on: date) -> PenaltyRange | None:
    if not row.jurisdiction:
        return None
    return rulebook.in_force(PenaltyRange, row.jurisdiction[:-2], on).get(row.code)


def _tier_fines(row: PenaltyRange, tiers: tuple[PenaltyTier, ...]) -> tuple[TierFine, ...]:
    if row.fine_max_fen is None:
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
