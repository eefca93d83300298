"""Pure rules about who a business is: names folded for comparison, and what names nobody."""

import unicodedata
from typing import Literal, get_args

Kind = Literal[
    "enterprise",
    "sole_trader",
    "natural_person",
    "institution",
    "technical_institution",
    "market_organiser",
    "unknown",
]
Sector = Literal[
    "market_stall",
    "shop_supermarket",
    "fuel_station",
    "restaurant",
    "optician",
    "medical",
    "taxi",
    "utility",
    "logistics",
    "scrap_recycler",
    "prepackaged_producer",
    "instrument_maker_or_seller",
    "technical_institution",
    "market_organiser",
    "school",
    "other",
]

SECTORS: tuple[str, ...] = get_args(Sector)


def name_key(name: str) -> str:
    """Return a name folded for exact comparison: width, case and spaces do not count."""
    if name.isascii():
        return "".join(name.casefold().split())
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def same_holder(one: str | None, other: str | None) -> bool:
    """Say whether two published names can belong to one holder of a stall."""
    return one is not None and other is not None and name_key(one) == name_key(other)


def is_company(name: str) -> bool:
    """Say whether a name is a company's full one, which its registry gives to one company only.

    Source: 企业名称登记管理规定 (State Council Order 734), art. 6 and 17.
    """
    return name_key(name).endswith("公司")
