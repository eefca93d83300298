"""The filters of Meilisearch, as far as the index writes them: read, and applied row by row."""

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

Row = dict[str, Any]
Passes = Callable[[Row], bool]

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([()\[\],])|(STARTS WITH)|([=>])|([A-Za-z0-9_.-]+))')


class Refused(Exception):
    """The filter is not one, or asks for what is not filterable."""


def keep(rows: list[Row], text: str, filterable: Collection[str]) -> list[Row]:
    """Return the rows that a filter lets pass.

    Raises:
        Refused: The filter is not one, or asks for an attribute that is not filterable.
    """
    reader = _Reader(text, filterable)
    passes = reader.either()
    if reader.left:
        raise Refused(f"not read: {reader.left[0]}")
    return [one for one in rows if passes(one)]


def _tokens(text: str) -> list[tuple[str, bool]]:
    found, at = [], 0
    while text[at:].strip():
        read = _TOKEN.match(text, at)
        if read is None:
            raise Refused(f"not read: {text[at : at + 20]}")
        at = read.end()
        quoted = read[1] is not None
        found.append((re.sub(r"\\(.)", r"\1", read[1]) if quoted else read[0].strip(), quoted))
    return found


class _Reader:
    """Reads a filter: OR binds less than AND, and AND less than NOT."""

    def __init__(self, text: str, filterable: Collection[str]) -> None:
        self.left = _tokens(text)
        self._filterable = filterable

    def either(self) -> Passes:
        ones = [self._both()]
        while self._word("OR"):
            ones.append(self._both())
        return lambda row: any(one(row) for one in ones)

    def _both(self) -> Passes:
        ones = [self._one()]
        while self._word("AND"):
            ones.append(self._one())
        return lambda row: all(one(row) for one in ones)

    def _one(self) -> Passes:
        if self._word("NOT"):
            denied = self._one()
            return lambda row: not denied(row)
        if self._word("("):
            inside = self.either()
            self._expect(")")
            return inside
        return self._condition(self._take())

    def _condition(self, field: str) -> Passes:
        if field not in self._filterable:
            raise Refused(f"not filterable: {field}")
        match self._take():
            case "EXISTS":
                return lambda row: field in row
            case "STARTS WITH":
                start = normal(self._take())
                return lambda row: any(one.startswith(start) for one in _texts(row.get(field)))
            case "=":
                wanted = normal(self._take())
                return lambda row: wanted in _texts(row.get(field))
            case ">":
                bound = float(self._take())
                return lambda row: float(row[field]) > bound
            case "IN":
                several = self._several()
                return lambda row: any(one in several for one in _texts(row.get(field)))
        raise Refused(f"no condition on {field}")

    def _several(self) -> set[str]:
        self._expect("[")
        found: set[str] = set()
        while not self._word("]"):
            found.add(normal(self._take()))
            self._word(",")
        return found

    def _word(self, word: str) -> bool:
        """Take a word if it is the next."""
        if self.left and self.left[0] == (word, False):
            self.left.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._word(word):
            raise Refused(f"expected {word}")

    def _take(self) -> str:
        if not self.left:
            raise Refused("ends too early")
        return self.left.pop(0)[0]


def normal(text: str) -> str:
    """Return a text as values are compared: decomposed, lower case, without white space around it."""
    return unicodedata.normalize("NFKD", text.strip()).lower()


def _texts(value: Any) -> list[str]:
    several = value if isinstance(value, list) else [] if value is None else [value]
    return [str(one).lower() if isinstance(one, bool) else normal(str(one)) for one in several]
