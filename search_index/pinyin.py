"""Pinyin of names, and how a run of letters may be read as pinyin.

A character keeps up to three readings at its place, so every combination of them is found without
being listed: the reading in a known phrase first (银行 yín háng), then those of the dictionary.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

Spelling = tuple[tuple[str, ...], ...]

READINGS = 3
LONGEST_SYLLABLE = 6
SEGMENTATIONS = 32
_LONGEST_PHRASE = 4
_VOWELS = frozenset("aeiouv")
_TONELESS = {ord(marked): "v" for marked in "üǖǘǚǜ"}


def _toneless(syllable: str) -> str:
    """Return a syllable in a-z, ü as v."""
    bare = unicodedata.normalize("NFD", syllable.translate(_TONELESS))
    return "".join(letter for letter in bare if "a" <= letter <= "z")


def _as_typed(syllable: str) -> tuple[str, ...]:
    """Return the ways a syllable is typed: lü as lv, lu or lyu."""
    if "v" not in syllable:
        return (syllable,)
    return syllable, syllable.replace("v", "u"), syllable.replace("v", "yu")


@lru_cache(maxsize=1 << 15)
def readings(character: str) -> tuple[str, ...]:
    """Return the readings of a character, the usual one first; none if it is not Chinese."""
    found = dict.fromkeys(_toneless(reading) for reading in PINYIN_DICT.get(ord(character), "").split(","))
    voiced = [reading for reading in found if not _VOWELS.isdisjoint(reading)]
    return tuple(voiced[:READINGS])


@cache
def _telling_phrases() -> dict[str, tuple[str, ...]]:
    """Return the reading of each short phrase in which a character is not read as usual."""
    telling = {}
    for phrase, syllables in PHRASES_DICT.items():
        if 1 < len(phrase) <= _LONGEST_PHRASE and len(syllables) == len(phrase):
            said = tuple(_toneless(syllable[0]) for syllable in syllables)
            if any(reading not in readings(each)[:1] for each, reading in zip(phrase, said, strict=True)):
                telling[phrase] = said
    return telling


@cache
def _telling_heads() -> frozenset[str]:
    """Return how telling phrases begin, to pass over most of a name quickly."""
    return frozenset(phrase[:2] for phrase in _telling_phrases())


def _in_phrases(text: str) -> dict[int, str]:
    """Return, by place, the readings that known phrases give to characters of a text."""
    given: dict[int, str] = {}
    heads = _telling_heads()
    for start in range(len(text) - 1):
        if text[start : start + 2] in heads:
            for length in range(_LONGEST_PHRASE, 1, -1):
                said = _telling_phrases().get(text[start : start + length])
                if said is not None:
                    given.update((start + at, reading) for at, reading in enumerate(said) if reading)
                    break
    return given


@lru_cache(maxsize=1 << 13)
def _all_typed(spoken: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(typed for reading in spoken for typed in _as_typed(reading)))


def spelling(folded: str) -> Spelling:
    """Return for each place of a folded text the syllables it may be typed as; none for other letters."""
    given = _in_phrases(folded)
    spelled = []
    for place, character in enumerate(folded):
        usual = readings(character)
        if place in given:
            usual = tuple(dict.fromkeys((given[place], *usual)))[:READINGS]
        spelled.append(_all_typed(usual))
    return tuple(spelled)


@cache
def syllables() -> frozenset[str]:
    """Return every syllable that a character of the dictionary may be typed as."""
    found = {_toneless(reading) for said in set(PINYIN_DICT.values()) for reading in said.split(",")}
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


def initials(spelled: Spelling) -> tuple[frozenset[str], ...]:
    """Return for each place the first letters of its syllables."""
    return tuple(frozenset(syllable[0] for syllable in one) for one in spelled)
