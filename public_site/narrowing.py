"""Narrowing a list: the regions and sectors that its entries have, each with its count."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from public_site.names import region_words
from public_site.texts import Words
from registry.businesses.rules import SECTORS
from registry.publication.counts import Entries
from registry.regions import ancestors, prefix, region

Kind = Literal["region", "sector"]
Option = tuple[str, str, int]
"""Code, name and number of entries."""


@dataclass(frozen=True)
class Narrowing:
    """What a reader asked of a list, as far as it means anything; empty: all."""

    region: str
    sector: str

    @classmethod
    def of(cls, where: str, sector: str) -> "Narrowing":
        """Return what was asked; what is no region or sector asks for nothing."""
        known = where if region(where) is not None else ""
        return cls(known, sector if sector in SECTORS else "")

    @property
    def prefix(self) -> str:
        """Return what the codes of the region asked for begin with."""
        return prefix(self.region) if self.region else ""


@dataclass(frozen=True)
class Narrowed:
    """How many entries there are, in all and of each kind that can be chosen."""

    asked: Narrowing
    count: int
    total: int
    regions: list[Option]
    sectors: list[Option]


def narrowed(entries: Entries, regimes: Collection[str], asked: Narrowing, t: Words) -> Narrowed:
    """Count the entries of some lists; each choice is counted without its own filter."""
    spots = {spot: number for spot, number in entries.items() if spot[0] in regimes}
    regions, sectors, count = Counter[str](), Counter[str](), 0
    for (_, _, where, sector), number in spots.items():
        here, fits = where.startswith(asked.prefix), not asked.sector or sector == asked.sector
        if fits:
            regions.update({code.ljust(6, "0"): number for code in ancestors(where)[1:]})
        if here and sector:
            sectors[sector] += number
        count += number if here and fits else 0
    if asked.region:
        regions.setdefault(asked.region, 0)
    if asked.sector:
        sectors.setdefault(asked.sector, 0)
    return Narrowed(
        asked,
        count,
        sum(spots.values()),
        [(code, region_words(code), number) for code, number in sorted(regions.items()) if _is_place(code)],
        [(code, t.term("sector", code), number) for code, number in _greatest_first(sectors)],
    )


def spread(entries: Entries, regime: str, kind: Kind, t: Words) -> list[Option]:
    """Return the entries of a list by region, or by sector where that is known, the greatest number first."""
    counts = Counter[str]()
    for (code, _, where, sector), number in entries.items():
        if code == regime:
            counts[where if kind == "region" else sector] += number
    return [
        (code, region_words(code) if kind == "region" else t.term("sector", code), number)
        for code, number in _greatest_first(counts)
        if code
    ]


def _is_place(code: str) -> bool:
    return region(code) is not None


def _greatest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
