"""Reading the cells of a row: folded where people write one thing in several ways, else refused.

Amounts are yuan in the file and fen in the registry, by decimal arithmetic on the text; nothing
here passes through a binary fraction.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from registry.calendar import PartialDate
from registry.errors import Malformed
from registry.regions import find_place, region

LONGEST = 4000
LARGEST = 10**15
_YUAN = re.compile(r"(?:¥|￥)?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*元?", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
# Control characters break files further on; invisible ones and marks that turn the direction of
# text make one name look like another.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_UNSEEN_AROUND = " \t\r\n\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff"

Reader = Callable[[str, str], object]


def clean(cell: str, field: str) -> str:
    """Return a cell without the blanks around it.

    Raises:
        Malformed: It is longer than any text on record, or holds characters that nobody sees.
    """
    text = cell.strip(_UNSEEN_AROUND)
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return text  # most cells, and there are millions
    if len(text) > LONGEST:
        raise Malformed("import.too_long", field=field, longest=LONGEST)
    if not text.isprintable() and (unseen := _UNSEEN.search(text)) is not None:
        raise Malformed("import.unseen_character", field=field, character=f"U+{ord(unseen[0]):04X}")
    return text


def half_width(text: str, field: str) -> str:
    """Return text in half width, as codes, numbers and stalls are compared."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def stall(text: str, field: str) -> str:
    """Return the number of a stall in half width."""
    return half_width(text, field)


def phone(text: str, field: str) -> str:
    """Return the number of a telephone in half width."""
    return half_width(text, field)


def as_it_stands(text: str, field: str) -> str:
    """Return text as published."""
    return text


@lru_cache(maxsize=4096)
def region_code(text: str, field: str) -> str:
    """Return the six-digit code of a region given by its code or its full name.

    Raises:
        Malformed: It is neither.
    """
    plain = half_width(text, field)
    if plain.isascii():
        if region(plain) is None:
            raise Malformed("region.unknown", field=field, value=text)
        return plain
    found = find_place(plain)
    if found is None or found.unmatched is not None:
        raise Malformed("region.unknown", field=field, value=text)
    return found.region.code


def fen(text: str, field: str) -> int:
    """Return an amount of yuan, such as 1,234.50, in fen.

    Raises:
        Malformed: It is no amount, is below zero, or has a fraction of a fen.
    """
    plain = half_width(text, field).strip()
    match = _YUAN.fullmatch(plain)
    if match is None:
        raise Malformed("import.amount", field=field, value=text)
    amount = Decimal(match[1].replace(",", "") + (match[2] or "")) * 100
    if amount != amount.to_integral_value():
        raise Malformed("import.below_a_fen", field=field, value=text)
    if amount > LARGEST:
        raise Malformed("import.amount", field=field, value=text)
    return int(amount)


def count(text: str, field: str) -> int:
    """Return a whole number of at least one.

    Raises:
        Malformed: It is none.
    """
    plain = half_width(text, field)
    if _COUNT.fullmatch(plain) is None or int(plain) < 1:
        raise Malformed("import.count", field=field, value=text)
    return int(plain)


def partial_date(text: str, field: str) -> PartialDate:
    """Return a date to the day, month or year.

    Raises:
        Malformed: It is none.
    """
    return PartialDate.parse(half_width(text, field), field)


def whole_date(text: str, field: str) -> date:
    """Return a date to the day.

    Raises:
        Malformed: It is none, or not to the day.
    """
    exact = partial_date(text, field).exact()
    if exact is None:
        raise Malformed("date.malformed", field=field, value=text)
    return exact


def one_of(words: Mapping[str, str]) -> Reader:
    """Return a reader of enumerated values.

    Args:
        words: Codes and Chinese words, folded, each with the code it stands for.
    """

    def read(text: str, field: str) -> str:
        code = words.get(text) or words.get(fold(text))
        if code is None:
            raise Malformed("import.not_one_of", field=field, value=text, known=_known(words))
        return code

    return read


def several_of(words: Mapping[str, str]) -> Reader:
    """Return a reader of enumerated values set apart by semicolons or 、."""
    read_one = one_of(words)

    def read(text: str, field: str) -> tuple[object, ...]:
        return tuple(read_one(part, field) for part in re.split(r"[;；、]", text) if part.strip())

    return read


def _known(words: Mapping[str, str]) -> str:
    """Return the first Chinese word of each code: files are in Chinese, whoever reads of their faults."""
    first = {code: code for code in words.values()}
    for word, code in words.items():
        if first[code] == code:
            first[code] = word
    return "、".join(first.values())


def fold(text: str) -> str:
    """Return text folded for looking up a heading or a word: width, case and blanks do not count."""
    return "".join(half_width(text, "").casefold().split())
