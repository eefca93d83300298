"""Pure rules of publicity: how a business is named, and which numbers are taken out of texts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.businesses.persons import PERSON_SUFFIX, is_natural_person, is_personal_name, masked_name

HIDDEN = "＊＊＊"

MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)[（(]?0\d{2,3}[)）]?[- ]?\d{7,8}(?!\d)")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}((?:19|20)\d{2})(\d{2})(\d{2})\d{3}[0-9Xx](?![0-9A-Za-z])")
SEVEN_DIGITS = re.compile(r"\d(?:[- （）()]?\d){6}")

IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Identity:
    """How a business may be shown: its name and the other names and codes beside it."""

    name: str
    masked: bool
    natural_person: bool
    former_names: tuple[str, ...]
    aliases: tuple[str, ...]
    uscc: str | None
    address: str | None


def identity_of(
    *,
    standing: str,
    kind: str,
    name: str | None,
    uscc: str | None,
    uscc_check_ok: bool | None,
    address: str | None,
    former_names: Iterable[str] = (),
    trade_names: Iterable[str] = (),
) -> Identity | None:
    """Return how a business may be shown, or None where it is never shown.

    An unidentified subject is never shown; a masked one is shown as it was published; a natural
    person by surname alone, without former names, code or address; a sole trader under its trade
    name, or like a natural person where it has none.
    """
    if standing == "unidentified" or name is None:
        return None
    personal = standing == "named" and is_natural_person(kind, name, uscc)
    # what a person trades under may be a person's name again, which no trade name makes public
    trading = [trade for trade in trade_names if not (personal and is_personal_name(trade))]
    shown, trades = without_numbers(name), tuple(without_numbers(trade) for trade in trading)
    if personal and (kind == "natural_person" or not trades):
        return Identity(masked_name(name), True, True, (), (), None, None)
    if personal:
        shown, *others = trades
        trades = tuple(others)
    return Identity(
        name=shown,
        masked=standing == "masked",
        natural_person=False,
        former_names=tuple(without_numbers(one) for one in former_names if not is_personal_name(one)),
        aliases=trades,
        uscc=uscc if uscc is None or uscc_check_ok or not is_identity_number(uscc) else None,
        address=None if address is None else without_numbers(address),
    )


def is_identity_number(code: str) -> bool:
    """Say whether a code passes for a citizen's identity number (GB 11643): born, and checked."""
    match = IDENTITY.fullmatch(code)
    if match is None or not _is_day(match):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(code[:17], IDENTITY_WEIGHTS, strict=True))
    return IDENTITY_CHECKS[total % 11] == code[17].upper()


def without_numbers(text: str) -> str:
    """Return a text with telephone and identity numbers hidden."""
    if SEVEN_DIGITS.search(text) is None:
        return text
    text = IDENTITY.sub(lambda match: HIDDEN if _is_day(match) else match.group(), text)
    return LANDLINE.sub(HIDDEN, MOBILE.sub(HIDDEN, text))


def words_about(text: str | None, names: Iterable[str | None], identity: Identity) -> str | None:
    """Return a free text about a business, its hidden names and every number taken out.

    Args:
        text: As recorded.
        names: All that the business is or was called, the first as it is called now.
        identity: How it may be shown.
    """
    if text is None:
        return None
    for place, name in enumerate(names):
        bare = PERSON_SUFFIX.sub("", name) if name is not None else ""
        if not bare or bare in identity.name:
            continue
        if place == 0 or identity.natural_person:
            text = text.replace(bare, identity.name)
        elif is_personal_name(bare):
            text = text.replace(bare, masked_name(bare))
    return without_numbers(text)


def _is_day(match: re.Match[str]) -> bool:
    year, month, day = (int(part) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
