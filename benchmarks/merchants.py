"""Merchants that do not exist, made from real short names, regions and trades; the same on every run."""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry.identifiers import parse_uscc
from registry.regions import Region, region

NAMES = Path(__file__).parent / "data" / "brand_names.txt.gz"
SEED = 20260520
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TRADES = (
    ("石油销售有限公司", "enterprise", "fuel_station"),
    ("商贸有限公司", "enterprise", "shop_supermarket"),
    ("眼镜店", "sole_trader", "optician"),
    ("超市", "sole_trader", "shop_supermarket"),
    ("饭店", "sole_trader", "restaurant"),
    ("食品有限公司", "enterprise", "prepackaged_producer"),
)
STALLS_IN = 10  # one merchant in three is a stall without a code, ten stalls to a market


class Merchant(NamedTuple):
    """One merchant, in the columns of `import businesses`."""

    uscc: str
    name: str
    kind: str
    sector: str
    region: str
    address: str
    market: str
    stall: str
    phone: str
    status: str


def merchants(count: int) -> Iterator[Merchant]:
    """Yield merchants with codes that pass their check, and stalls without a code."""
    draw = random.Random(SEED)
    with gzip.open(NAMES, "rt", encoding="utf-8") as file:
        names = file.read().split()
    counties = _counties()
    for number in range(count):
        place = counties[draw.randrange(len(counties))]
        brand = names[number % len(names)]
        phone = f"1{draw.randrange(10**10):010d}"
        address = f"{place.name}{brand[:1]}华路{draw.randrange(1, 400)}号"
        if number % 3 == 2:
            market = f"{place.name}第{number // (3 * STALLS_IN)}农贸市场"
            stall = f"{number // 3 % STALLS_IN + 1}"
            place = counties[number // (3 * STALLS_IN) % len(counties)]
            row = ("", f"{brand}水产摊", "sole_trader", "market_stall", place.code, address, market, stall)
        else:
            suffix, kind, sector = TRADES[draw.randrange(len(TRADES))]
            row = (
                _code(draw, place.code),
                f"{place.name}{brand}{suffix}",
                kind,
                sector,
                place.code,
                address,
                "",
                "",
            )
        yield Merchant(*row, phone, "open")


def _counties() -> list[Region]:
    found = (region(f"{code:06d}") for code in range(110000, 660000))
    return [place for place in found if place is not None and place.level == "county" and place.current]


def _code(draw: random.Random, place: str) -> str:
    body = f"91{place}" + "".join(draw.choices(ALPHABET, k=9))
    return next(body + last for last in ALPHABET if parse_uscc(body + last).check_ok)
