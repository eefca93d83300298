"""How names are compared: what remains of a name once width, case, script and punctuation are gone.

Every character is folded by itself. Converting whole phrases would be finer (乾隆 keeps its 乾), but
then a part of a name could fold otherwise than it does inside the name, and would not be found.
"""

import re
import unicodedata
from collections.abc import Sequence

from opencc import OpenCC

_SIMPLIFIED = OpenCC("t2s")
_DROPPED = ("P", "S", "Z", "M", "Cc", "Cf", "Cs")  # private characters stand for rare ones: they stay
_LIKE_LETTERS = {"○": "〇", "◯": "〇"}  # circles, written for zero in house numbers and years
_BETWEEN_WORDS = re.compile(r"[\s,，、;；]+")
_ONE_EACH = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]*")  # each of these folds to one character
_REMEMBERED = 1 << 16


class _Folding(dict[int, str]):
    """The fold of each character, computed when first met; bounded, for strangers choose the text."""

    def __missing__(self, point: int) -> str:
        folded = _fold_character(chr(point))
        if len(self) < _REMEMBERED:
            self[point] = folded
        return folded


def _fold_character(character: str) -> str:
    """Return one character without width, case, marks and traditional form, or nothing."""
    text, before = _LIKE_LETTERS.get(character, character), ""
    while text != before:
        before = text
        text = unicodedata.normalize("NFKD", text).casefold()
        if text.isascii() or unicodedata.category(text[0]) == "Cs":
            break
        text = "".join(_SIMPLIFIED.convert(part) for part in text)
    return "".join(part for part in text if not unicodedata.category(part).startswith(_DROPPED))


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return what of a text is compared; empty if it holds neither letters nor digits.

    The fold of a text is that of its characters one after another, so a part of a name folds to a
    part of the folded name, and folding twice is folding once.
    """
    return text.translate(_FOLDING)


def origins_of(text: str) -> Sequence[int]:
    """Return for each character of the fold of a text the place in the text it came from."""
    if _ONE_EACH.fullmatch(text):
        return range(len(text))
    return tuple(place for place, character in enumerate(text) for _ in fold(character))


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of a query, as spaces, commas and semicolons part them."""
    return tuple(folded for word in _BETWEEN_WORDS.split(text) if (folded := fold(word)))
