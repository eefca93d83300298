"""Pinyin of names, and how a run of letters may be read as pinyin.

A character keeps at its place every reading that some phrase of the dictionary attests (行 in 银行 and
in 行人), so each combination is found without being listed. Readings that no phrase has (市 as fu) would
only bring in strangers.
"""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

Spelling = tuple[tuple[str, ...], ...]

UNATTESTED = 3
LONGEST_SYLLABLE = 6
SEGMENTATIONS = 32
_VOWELS = frozenset("aeiouv")
_SURNAMES = {"区": "ou", "盖": "ge", "缪": "miao", "种": "chong", "覃": "qin", "翟": "zhai", "员": "yun"}
_TONELESS = {ord(marked): "v" for marked in "üǖǘǚǜ"}


def _dictionary(name: str) -> dict[str, Any]:
    """Read a dictionary of pypinyin from its file: imported, the package keeps 50 MiB of phrases for ever."""
    path = distribution("pypinyin").locate_file(f"pypinyin/{name}.json")
    found: dict[str, Any] = json.loads(Path(str(path)).read_text(encoding="utf-8"))
    return found


_PINYIN: dict[int, str] = {int(code): said for code, said in _dictionary("pinyin_dict").items()}


def _toneless(syllable: str) -> str:
    """Return a syllable in a-z, ü as v."""
    bare = unicodedata.normalize("NFD", syllable.translate(_TONELESS))
    return "".join(letter for letter in bare if "a" <= letter <= "z")


def _as_typed(syllable: str) -> tuple[str, ...]:
    """Return the ways a syllable is typed: lü as lv, lu or lyu."""
    if "v" not in syllable:
        return (syllable,)
    return syllable, syllable.replace("v", "u"), syllable.replace("v", "yu")


@cache
def _attested() -> frozenset[tuple[str, str]]:
    """Return each character with each of its readings that some phrase of the dictionary has."""
    found = set(_SURNAMES.items())
    for phrase, said in _dictionary("phrases_dict").items():
        if len(phrase) == len(said):
            found.update((each, _toneless(reading[0])) for each, reading in zip(phrase, said, strict=True))
    return frozenset(found)


@lru_cache(maxsize=1 << 15)
def readings(character: str) -> tuple[str, ...]:
    """Return the readings of a character, the usual one first; none if it is not Chinese."""
    listed = dict.fromkeys(_toneless(reading) for reading in _PINYIN.get(ord(character), "").split(","))
    voiced = [reading for reading in listed if not _VOWELS.isdisjoint(reading)]
    attested = [reading for reading in voiced if (character, reading) in _attested()]
    return tuple(attested or voiced[:UNATTESTED])


@lru_cache(maxsize=1 << 15)
def _syllables_of(character: str) -> tuple[str, ...]:
    """Return the syllables a character may be typed as."""
    return tuple(dict.fromkeys(typed for reading in readings(character) for typed in _as_typed(reading)))


def spelling(folded: str) -> Spelling:
    """Return for each place of a folded text the syllables it may be typed as; none for other letters."""
    return tuple(map(_syllables_of, folded))


@cache
def syllables() -> frozenset[str]:
    """Return every syllable that a character of the dictionary may be typed as."""
    found = {_toneless(reading) for said in set(_PINYIN.values()) for reading in said.split(",")}
    return frozenset(
        typed for reading in found if not _VOWELS.isdisjoint(reading) for typed in _as_typed(reading)
    )


@cache
def _beginnings() -> frozenset[str]:
    """Return every beginning of a syllable, the whole syllable among them."""
    return frozenset(one[:length] for one in syllables() for length in range(1, len(one) + 1))


def segmentations(letters: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read letters as syllables of which the last may be cut short.

    Few syllables come first, and no more than 32 ways are returned: xian is xian, then xi an. A
    name is read in few syllables nearly everywhere, so what the bound leaves out is hardly ever meant.

    Args:
        letters: a-z.
    """
    # ways[n] holds the readings of the last n letters, by number of syllables.
    ways: list[list[tuple[str, ...]]] = [[]]
    for start in range(len(letters) - 1, -1, -1):
        rest = letters[start:]
        found: list[tuple[str, ...]] = [(rest,)] if rest in _beginnings() else []
        for head, tails in _heads(rest, ways):
            found.extend((head, *tail) for tail in tails)
        found.sort(key=len)
        ways.append(found[:SEGMENTATIONS])
    return tuple(ways[-1]) if letters else ()


def _heads(rest: str, ways: list[list[tuple[str, ...]]]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield each whole syllable that a text begins with, and the ways to read what follows it."""
    for length in range(min(LONGEST_SYLLABLE, len(rest) - 1), 0, -1):
        if rest[:length] in syllables():
            yield rest[:length], ways[len(rest) - length]


@lru_cache(maxsize=1 << 13)
def _first_letters(spelled: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(syllable[0] for syllable in spelled))


def initials(spelled: Spelling) -> Spelling:
    """Return for each place the first letters of its syllables."""
    return tuple(map(_first_letters, spelled))
