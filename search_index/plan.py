"""How a query is taken apart before any engine sees it: its words and where each may be found."""

import re
from dataclasses import dataclass
from enum import IntEnum

from search_index.names import fold, words
from search_index.protocol import LONGEST_TEXT

SHORTEST_CODE = 3
LONGEST_CODE = 18
SHORTEST_INITIALS = 2
MOST_WORDS = 12
_LETTERS = re.compile(r"[a-z]+")
_LETTERS_AND_DIGITS = re.compile(r"[a-z0-9]+")


class Tier(IntEnum):
    """Where a word is found; the lower stands earlier."""

    EXACT_NAME = 0
    NAME_PREFIX = 1
    NAME = 2
    OTHER_NAME = 3
    CODE = 4
    PLACE = 5
    PINYIN = 6
    INITIALS = 7


@dataclass(frozen=True)
class Term:
    """A folded run of characters, and the tiers in which it can be found at all."""

    text: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class Plan:
    """A query taken apart.

    Attributes:
        whole: The query in one piece.
        words: Its words, where there are several and few enough to be looked for apart.
    """

    whole: Term
    words: tuple[Term, ...]


def rank_of(tier: Tier, *, apart: bool) -> int:
    """Return the rank of a match: by tier, and within it one piece before words apart."""
    return 2 * tier + apart


def is_apart(rank: int) -> bool:
    """Say whether a rank is one of words found apart."""
    return rank % 2 == 1


LOWEST_RANK = rank_of(Tier.INITIALS, apart=True)


def term(folded: str) -> Term:
    """Return where a folded run may be found."""
    tiers = [Tier.EXACT_NAME, Tier.NAME_PREFIX, Tier.NAME, Tier.OTHER_NAME]
    if SHORTEST_CODE <= len(folded) <= LONGEST_CODE and _LETTERS_AND_DIGITS.fullmatch(folded):
        tiers.append(Tier.CODE)
    tiers.append(Tier.PLACE)
    if _LETTERS.fullmatch(folded):
        tiers.append(Tier.PINYIN)
        if len(folded) >= SHORTEST_INITIALS:
            tiers.append(Tier.INITIALS)
    return Term(folded, tuple(tiers))


def plan(text: str) -> Plan | None:
    """Return a query taken apart, or None if nothing can match: too long, or only punctuation."""
    if len(text) > LONGEST_TEXT:
        return None
    whole = fold(text)
    if not whole:
        return None
    parts = tuple(dict.fromkeys(words(text)))
    apart = parts if 1 < len(parts) <= MOST_WORDS else ()
    return Plan(term(whole), tuple(term(part) for part in apart))
