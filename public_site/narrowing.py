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
AT_ONCE = 100  # places on one page; where there are more, it goes down level by level
BELOW = {0: 2, 2: 4, 4: 6, 6: 6}
"""Length of the codes that stand below a code of so many digits."""


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
    """Count the entries of some lists; each choice is counted without its own filter.

    Of very many regions only those are offered that the chosen one lies in, itself, and those just below.
    """
    spots = {spot: number for spot, number in entries.items() if spot[0] in regimes}
    counties, sectors, count = Counter[str](), Counter[str](), 0
    for (_, _, where, sector), number in spots.items():
        here, fits = where.startswith(asked.prefix), not asked.sector or sector == asked.sector
        if fits:
            counties[where] += number
        if here and sector:
            sectors[sector] += number
        count += number if here and fits else 0
    if asked.sector:
        sectors.setdefault(asked.sector, 0)
    return Narrowed(
        asked,
        count,
        sum(spots.values()),
        [(code, region_words(code), number) for code, number in _offered(counties, asked)],
        [(code, t.term("sector", code), number) for code, number in _greatest_first(sectors)],
    )


def _offered(counties: Mapping[str, int], asked: Narrowing) -> list[tuple[str, int]]:
    """Return the regions that can be chosen with their counts, in the order of their codes."""
    regions = Counter[str]()
    for where, number in counties.items():
        for code in {code.ljust(6, "0") for code in ancestors(where)[1:]}:
            regions[code] += number
    path = {code.ljust(6, "0") for code in ancestors(asked.region)[1:]} if asked.region else set()
    if len(regions) > AT_ONCE:
        near = {*path, *below(counties, asked.prefix)}
        regions = Counter({code: regions[code] for code in near})
    if asked.region:
        regions.setdefault(asked.region, 0)
    return [(code, number) for code, number in sorted(regions.items()) if region(code) is not None]


def below(counties: Mapping[str, int], own: str) -> Counter[str]:
    """Return counts of counties summed by the regions just below the one whose codes begin so."""
    length, found = BELOW.get(len(own), 6), Counter[str]()
    for county, number in counties.items():
        if county.startswith(own) and len(own) < length:
            found[_real(county, length)] += number
    return found


def _real(county: str, length: int) -> str:
    """Return the region of a county at a length, or the county where no region stands between."""
    code = county[:length].ljust(6, "0")
    return code if region(code) is not None and len(prefix(code)) == length else county


def spread(entries: Entries, regime: str, kind: Kind, t: Words, within: str = "") -> list[Option]:
    """Return the entries of a list by region, or by sector where that is known, the greatest number first.

    Args:
        entries: Of all lists.
        regime: Code of the list.
        kind: By what; of very many regions those just below `within`.
        t: The words of the reader.
        within: What the codes of their regions begin with.
    """
    counts = Counter[str]()
    for (code, _, where, sector), number in entries.items():
        if code == regime and where.startswith(within):
            counts[where if kind == "region" else sector] += number
    if kind == "region" and len(counts) > AT_ONCE:
        counts = below(counts, within)
    return [
        (code, region_words(code) if kind == "region" else t.term("sector", code), number)
        for code, number in _greatest_first(counts)
        if code
    ]


def _greatest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
