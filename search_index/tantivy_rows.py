"""The tantivy schema, and the row that a document becomes.

Text is kept as pairs of neighbouring characters at successive places, between the anchors `^` and
`$`: a phrase of pairs is an exact run, one that begins with an anchor an exact beginning. Single
characters have a field of their own without places. Codes are kept in threes. A syllable stands at
the place of its character, so several readings share one place.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tantivy import Document, PreTokenizedString, Schema, SchemaBuilder, Token

from search_index.documents import SearchDocument
from search_index.matching import other_names_of, places_of, spoken_of
from search_index.names import fold
from search_index.ordering import order_key
from search_index.pinyin import initials, spelling

SCHEMA_VERSION = 2  # raise it whenever a row of the same document changes: indexes are then rebuilt
CODE_RUN = 3
ORDER = "order"
STORED = "stored"
DESIGNATED = "designated"
_TOKENS_REMEMBERED = 1 << 16


def _schema() -> Schema:
    builder = SchemaBuilder()
    for keyword in ("id", "bucket"):
        builder.add_text_field(keyword, tokenizer_name="raw", index_option="basic")
    for counted in ("county", "sector", "lists", "marks"):
        builder.add_text_field(counted, tokenizer_name="raw", index_option="basic", fast=True)
    for loose in ("region", "name_characters", "other_characters", "place_characters"):
        builder.add_text_field(loose, tokenizer_name="whitespace", index_option="basic")
    for placed in ("name_pairs", "other_pairs", "place_pairs", "code_runs", "pinyin", "initials"):
        builder.add_text_field(placed, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field(ORDER, fast=True)
    builder.add_bytes_field(STORED, stored=True)
    return builder.build()


SCHEMA = _schema()


def bucket_of(business_id: str) -> str:
    """Return which of 256 parts a business belongs to, for reading the whole index part by part."""
    return hashlib.sha256(business_id.encode()).hexdigest()[-2:]


BUCKETS = tuple(f"{number:02x}" for number in range(256))


def pairs(anchored: str) -> list[str]:
    """Return the pairs of neighbouring characters."""
    return [first + second for first, second in pairwise(anchored)]


def code_runs(code: str) -> list[str]:
    """Return the runs of three of a folded code."""
    return [code[at : at + CODE_RUN] for at in range(len(code) - CODE_RUN + 1)]


def row(document: SearchDocument) -> Document:
    """Return what tantivy keeps of a document."""
    made = Document()
    made.add_text("id", document.business_id)
    made.add_text("bucket", bucket_of(document.business_id))
    made.add_text("region", " ".join(document.region[:length] for length in range(1, 7)))
    made.add_text("county", document.region)
    if document.designated:
        made.add_text("marks", DESIGNATED)
    if document.sector:
        made.add_text("sector", document.sector)
    for regime in document.lists:
        made.add_text("lists", regime)
    _add_text(made, "name", [document.name])
    _add_text(made, "other", [value for _, value in other_names_of(document)])
    _add_text(made, "place", [value for _, value in places_of(document)])
    if document.uscc:
        made.add_text("code_runs", " ".join(code_runs(fold(document.uscc))))
    _add_spoken(made, [value for _, value in spoken_of(document)])
    made.add_unsigned(ORDER, order_key(document))
    made.add_bytes(STORED, document.canonical())
    return made


def _add_text(made: Document, field: str, values: Iterable[str]) -> None:
    """Add the characters and the pairs of some values."""
    folded = [text for value in values if (text := fold(value))]
    if folded:
        made.add_text(f"{field}_characters", " ".join(set("".join(folded))))
        made.add_text(f"{field}_pairs", " ".join(pair for text in folded for pair in pairs(f"^{text}$")))


_tokens: dict[tuple[str, int], Token] = {}


def _token(text: str, place: int) -> Token:
    """Return a token, an old one if possible: making them is what costs most in building an index."""
    found = _tokens.get((text, place))
    if found is None:
        found = Token(text, place, 0)
        if len(_tokens) < _TOKENS_REMEMBERED:
            _tokens[text, place] = found
    return found


def _add_spoken(made: Document, values: Sequence[str]) -> None:
    """Add syllables and pairs of initials, one place for each character and an empty one between values."""
    spelled = spelling("^".join(map(fold, values)))
    _add_placed(made, "pinyin", spelled)
    firsts = initials(spelled)
    if all(len(one) == 1 for one in firsts):
        made.add_text("initials", " ".join(pairs("".join(one[0] for one in firsts))))
    else:
        _add_placed(
            made, "initials", [[a + b for a in one for b in following] for one, following in pairwise(firsts)]
        )


def _add_placed(made: Document, field: str, places: Sequence[Sequence[str]]) -> None:
    """Add the words that stand at each place, in the cheaper way where each has just one."""
    if all(len(several) == 1 for several in places):
        made.add_text(field, " ".join(several[0] for several in places))
    else:
        tokens = [_token(word, place) for place, several in enumerate(places) for word in several]
        made.add_pre_tokenized_text(field, PreTokenizedString("", tokens))
