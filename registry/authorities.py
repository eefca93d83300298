"""Names of authorities (机关) folded for comparison: one office is written in several ways.

信阳市市场监管局, 信阳市监局 and 河南省信阳市市场监督管理局（知识产权局） are one office. Its name is read
as the place that it names and the office there. The spellings are data, `authorities.toml`. What
cannot be folded stays as written, so that doubt keeps two names apart; the caller says what then.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from registry.regions import ancestors, names_of

NATION = "000000"


@dataclass(frozen=True, slots=True)
class _Spellings:
    """The data of `authorities.toml`, ready to compare by."""

    nation: tuple[str, ...]
    plate: re.Pattern[str]
    office: re.Pattern[str]
    full: Mapping[str, str]


def authority_key(name: str, region: str) -> str:
    """Return what tells one authority from another: the place that its name names, and the office.

    Args:
        name: As published.
        region: GB/T 2260, six digits: its region, or one within; the place where the name names none.
    """
    code, office = _read(name, region)
    return f"{code}:{office}"


def authority_region(name: str, within: str) -> str:
    """Return the region that an authority's name names, on the line from the nation to a place.

    Args:
        name: As published.
        within: GB/T 2260, six digits: a place for which the authority may act; it, where none is named.
    """
    return _read(name, within)[0]


@lru_cache(maxsize=16384)
def _read(name: str, region: str) -> tuple[str, str]:
    """Return the place that a name names and the office there."""
    spelled = _spellings()
    text = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    text = spelled.plate.sub("", text)
    found = spelled.office.search(text)
    place, office = (text[: found.start()], text[found.start() :]) if found else (text, "")
    code, rest = _place(place, region)
    return code, rest + spelled.office.sub(lambda match: spelled.full[match[0]], office)


def _place(text: str, region: str) -> tuple[str, str]:
    """Split off the narrowest place of a line of regions that a text begins with, places above it too."""
    line = (NATION, *(above.ljust(6, "0") for above in ancestors(region)[1:]))
    rest, depth = min(_readings(text, line), key=lambda read: (len(read[0]), -read[1]))
    return (line[depth] if depth >= 0 else region), rest


def _readings(text: str, line: Sequence[str], depth: int = -1) -> Iterator[tuple[str, int]]:
    """Yield every way to read names of a line of regions, widest first, off the head of a text."""
    yield text, depth
    for below in range(depth + 1, len(line)):
        for name in _names(line[below]):
            if text.startswith(name):
                yield from _readings(text.removeprefix(name), line, below)


def _names(code: str) -> tuple[str, ...]:
    return _spellings().nation if code == NATION else names_of(code)


@cache
def _spellings() -> _Spellings:
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    full = {said: office["name"] for office in read["office"] for said in (office["name"], *office["also"])}
    longest_first = "|".join(re.escape(said) for said in sorted(full, key=len, reverse=True))
    plates = "|".join(map(re.escape, read["plates"]))
    return _Spellings(
        nation=tuple(read["nation"]),
        plate=re.compile(rf"\([^()]*(?:{plates})\)"),
        office=re.compile(longest_first),
        full=full,
    )
