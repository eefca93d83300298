"""Filters of a Meilisearch server for a query that was taken apart, rank by rank."""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from search_index.ladder import Language
from search_index.meilisearch_rows import (
    CODE_RUN,
    INITIALS_RUN,
    KEY,
    ORDER,
    SYLLABLES,
    TEXT_RUN,
    key_of,
)
from search_index.pinyin import segmentations
from search_index.plan import Term, Tier
from search_index.protocol import Query

EVERYTHING = f"{KEY} EXISTS"
NOTHING = f"NOT {KEY} EXISTS"
_TEXTS = {
    Tier.EXACT_NAME: ("name", "^", "$"),
    Tier.NAME_PREFIX: ("name", "^", ""),
    Tier.NAME: ("name", "", ""),
    Tier.OTHER_NAME: ("other", "", ""),
    Tier.PLACE: ("place", "", ""),
}


def any_of(filters: Sequence[str]) -> str:
    """Return a filter for what any of the filters lets pass."""
    several = dict.fromkeys(filters)
    return f"({' OR '.join(several)})" if several else NOTHING


def all_of(filters: Iterable[str]) -> str:
    """Return a filter for what all of the filters let pass."""
    several = dict.fromkeys(filters)
    return f"({' AND '.join(several)})" if several else EVERYTHING


def not_any(filters: Iterable[str]) -> str:
    """Return a filter for what none of the filters lets pass."""
    return all_of(f"NOT {one}" for one in filters)


def filters_of(query: Query) -> list[str] | None:
    """Return the filters of a query, or None if they let nothing pass."""
    asked: list[str] = []
    if query.region_prefix:
        asked.append(equal("region", query.region_prefix))
    if query.sector is not None:
        asked.append(equal("sector", query.sector))
    if query.lists is not None:
        asked.append(any_of([equal("lists", regime) for regime in query.lists]))
    if query.designated:
        asked.append("designated = true")
    values = chain([query.region_prefix or "", query.sector or ""], query.lists or ())
    return asked if all(_encodable(value) for value in values) and query.lists != () else None


def beyond(order: int) -> str:
    """Return a filter for what follows a hit within its rank."""
    return f"{ORDER} > {order}"


def among(ids: Collection[str]) -> str:
    """Return a filter for the named businesses."""
    return f"{KEY} IN [{', '.join(key_of(one) for one in ids)}]" if ids else NOTHING


def equal(field: str, value: str) -> str:
    """Return a filter for one value of a field."""
    return f"{field} = {_quoted(value)}"


def _encodable(value: str) -> bool:
    """Say whether a text is Unicode at all: half a surrogate pair is in no document."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _clause(term: Term, tier: Tier) -> str:
    """Return the filter for a term on one tier."""
    if tier is Tier.CODE:
        return _run("code", term.text, CODE_RUN)
    if tier is Tier.PINYIN:
        return any_of([_read(several) for several in segmentations(term.text)])
    if tier is Tier.INITIALS:
        return _run("initials", term.text, INITIALS_RUN)
    field, before, behind = _TEXTS[tier]
    return _run(field, before + term.text + behind, TEXT_RUN)


def _run(field: str, text: str, length: int) -> str:
    """Return a filter for a run: the beginning of a window, or the windows that cover it.

    Windows that stand in the wrong order pass too, which takes a text that repeats itself.
    """
    if len(text) < length:
        return f"{field} STARTS WITH {_quoted(text)}"
    return all_of(equal(field, text[at : at + length]) for at in range(len(text) - length + 1))


def _read(syllables: tuple[str, ...]) -> str:
    """Return a filter for syllables of which the last may be cut short."""
    last = max(len(syllables) - SYLLABLES, 0)
    whole = [equal("pinyin", " ".join(syllables[at : at + SYLLABLES])) for at in range(last)]
    return all_of([*whole, f"pinyin STARTS WITH {_quoted(' '.join(syllables[last:]))}"])


LANGUAGE = Language(EVERYTHING, _clause, any_of, all_of)
