"""The row that a document becomes on a Meilisearch server, and the settings of the index that holds it.

A server's own words are no use for names: it cuts Chinese into one flat sequence of words, so that a
run that begins inside a word is not found. A phrase of single characters is found, and with it texts
that hold its neighbours in another order, so that its number is not exact. Nothing is therefore left
to the tokenizer. A text is kept as its windows, the run of
three characters that begins at each place between the anchors `^` and `$`; a run that is no longer
than a window begins one, and a longer one is covered by windows. These are filters to the server,
which counts them exactly. Codes, syllables and initials have windows of their own lengths.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from search_index.documents import SearchDocument
from search_index.matching import other_names_of, places_of, spoken_of
from search_index.names import fold
from search_index.ordering import order_key
from search_index.pinyin import Spelling, initials, spelling

SCHEMA_VERSION = 1  # raise it whenever a row of the same document, or a setting, changes
KEY = "id"
DOCUMENT = "document"
DIGEST = "digest"
ORDER = "order"
FILLED = "filled"
TEXT_RUN = 3
CODE_RUN = 6
SYLLABLES = 3
INITIALS_RUN = 4
_ORDER_BITS_DROPPED = 11  # the server keeps numbers as floats, which are exact below 2^53
_RUNS = ("name", "other", "place", "code", "pinyin", "initials")
_MARKS = ("region", "county", "sector", "lists", "designated")
_MOST_HITS = 1_000_000_000
_MOST_VALUES = 10_000  # the counties of the country are some 3,000
_CUTOFF_MS = 60_000  # above what a caller waits: an answer that was cut short looks like a whole one


def settings_of(*, filled: bool) -> dict[str, Any]:
    """Return the settings of an index, in which it stands whether it was filled from the database.

    The server swaps settings together with documents. An attribute that no row has is therefore the
    safest place for that mark.
    """
    exact = {"facetSearch": False, "filter": {"equality": True, "comparison": False}}
    ordered = {"facetSearch": False, "filter": {"equality": True, "comparison": True}}
    return {
        "displayedAttributes": [KEY, DOCUMENT, DIGEST, *([FILLED] if filled else [])],
        "searchableAttributes": [],
        "filterableAttributes": [
            {"attributePatterns": [KEY, *_RUNS, *_MARKS], "features": exact},
            {"attributePatterns": [ORDER], "features": ordered},
        ],
        "sortableAttributes": [ORDER],
        "rankingRules": ["sort"],
        "typoTolerance": {"enabled": False},
        "prefixSearch": "disabled",
        "proximityPrecision": "byAttribute",
        "facetSearch": False,
        "faceting": {"maxValuesPerFacet": _MOST_VALUES},
        "pagination": {"maxTotalHits": _MOST_HITS},
        "searchCutoffMs": _CUTOFF_MS,
    }


def key_of(business_id: str) -> str:
    """Return the key of a row: an identifier may have characters that the server's keys may not."""
    return business_id.encode().hex()


def short_order(document: SearchDocument) -> int:
    """Return what orders hits of one rank, below 2^52: as the order key, with a shorter shuffle."""
    return order_key(document) >> _ORDER_BITS_DROPPED


def windows(text: str, length: int) -> list[str]:
    """Return the run of a length that begins at each place; shorter towards the end."""
    return [text[at : at + length] for at in range(len(text))]


def row(document: SearchDocument) -> dict[str, Any]:
    """Return what the server keeps of a document."""
    spelled = spelling("^".join(fold(value) for _, value in spoken_of(document)))
    return {
        KEY: key_of(document.business_id),
        DOCUMENT: document.canonical().decode(),
        DIGEST: document.digest(),
        ORDER: short_order(document),
        "region": [document.region[:length] for length in range(1, 7)],
        "county": document.region,
        "sector": document.sector,
        "lists": list(document.lists),
        "designated": document.designated,
        "name": _anchored([document.name]),
        "other": _anchored(value for _, value in other_names_of(document)),
        "place": _anchored(value for _, value in places_of(document)),
        "code": sorted(set(windows(fold(document.uscc or ""), CODE_RUN))),
        "pinyin": _spoken(spelled, SYLLABLES, " "),
        "initials": _spoken(initials(spelled), INITIALS_RUN, ""),
    }


def _anchored(values: Iterable[str]) -> list[str]:
    texts = [f"^{text}$" for value in values if (text := fold(value))]
    return sorted({window for text in texts for window in windows(text, TEXT_RUN)})


def _spoken(spelled: Spelling, length: int, between: str) -> list[str]:
    """Return what may be said from each place on, up to a number of places or the end of a run."""
    found: set[str] = set()
    for at in range(len(spelled)):
        found.update(between.join(said) for said in product(*_unbroken(spelled[at : at + length])))
    return sorted(found - {""})


def _unbroken(places: Spelling) -> Sequence[Sequence[str]]:
    """Return the places up to the first that cannot be said."""
    silent = next((at for at, several in enumerate(places) if not several), len(places))
    return places[:silent]


def business_of(key: str) -> str:
    """Return the identifier that a key stands for."""
    return bytes.fromhex(key).decode()
