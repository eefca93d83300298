"""Tantivy queries for a query that was taken apart, rank by rank."""

from collections.abc import Iterable, Sequence
from itertools import chain

import tantivy
from tantivy import FieldType, Occur

from search_index.ladder import Language, Rung
from search_index.pinyin import segmentations
from search_index.plan import Term, Tier
from search_index.protocol import Query
from search_index.tantivy_rows import CODE_RUN, DESIGNATED, ORDER, SCHEMA


def filters(query: Query) -> list[tantivy.Query] | None:
    """Return the filters of a query, or None if they let nothing pass."""
    asked: list[tantivy.Query] = []
    if query.region_prefix:
        asked.append(_exact("region", query.region_prefix))
    if query.sector is not None:
        asked.append(_exact("sector", query.sector))
    if query.lists is not None:
        asked.append(any_of([_exact("lists", regime) for regime in query.lists]))
    if query.designated:
        asked.append(_exact("marks", DESIGNATED))
    values = chain([query.region_prefix or "", query.sector or ""], query.lists or ())
    return asked if all(_encodable(value) for value in values) else None


def beyond(order: int) -> tantivy.Query:
    """Return a query for what follows a hit within its rank."""
    return tantivy.Query.range_query(
        SCHEMA, ORDER, FieldType.Unsigned, lower_bound=order, include_lower=False
    )


def only(
    query: tantivy.Query, *, but_not: tantivy.Query | None, within: Iterable[tantivy.Query]
) -> tantivy.Query:
    """Return a query cut down by filters and by what earlier ranks have shown."""
    parts = [(Occur.Must, query), *((Occur.Must, one) for one in within)]
    if but_not is not None:
        parts.append((Occur.MustNot, but_not))
    return query if len(parts) == 1 else tantivy.Query.boolean_query(parts)


def any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """Return a query for what any of the queries finds."""
    if not queries:
        return tantivy.Query.empty_query()
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])


def all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """Return a query for what all of the queries find."""
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _encodable(value: str) -> bool:
    """Say whether a text is Unicode at all: half a surrogate pair is in no document."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _exact(field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, value if _encodable(value) else "", index_option="basic")


_RUNS = {
    Tier.EXACT_NAME: ("name", "^", "$"),
    Tier.NAME_PREFIX: ("name", "^", ""),
    Tier.NAME: ("name", "", ""),
    Tier.OTHER_NAME: ("other", "", ""),
    Tier.PLACE: ("place", "", ""),
}


def clause(term: Term, tier: Tier) -> tantivy.Query:
    """Return the query for a term on one tier."""
    if tier is Tier.CODE:
        return _phrase("code_runs", term.text, CODE_RUN)
    if tier is Tier.PINYIN:
        return any_of([_read(several) for several in segmentations(term.text)])
    if tier is Tier.INITIALS:
        return _phrase("initials", term.text, 2)
    field, before, behind = _RUNS[tier]
    return _run(field, before + term.text + behind)


def _run(field: str, text: str) -> tantivy.Query:
    if len(text) == 1:
        return _exact(f"{field}_characters", text)
    return _phrase(f"{field}_pairs", text, 2)


def _phrase(field: str, text: str, length: int) -> tantivy.Query:
    """Return a query for a run, with as few pieces of the given length as cover it."""
    last = len(text) - length
    places = [*range(0, last, length), last]
    pieces: list[str | tuple[int, str]] = [(place, text[place : place + length]) for place in places]
    if len(pieces) == 1:
        return tantivy.Query.term_query(SCHEMA, field, text, index_option="basic")
    return tantivy.Query.phrase_query(SCHEMA, field, pieces)


def _read(syllables: tuple[str, ...]) -> tantivy.Query:
    return tantivy.Query.phrase_prefix_query(SCHEMA, "pinyin", list(syllables))


_LANGUAGE = Language(tantivy.Query.all_query(), clause, any_of, all_of)
ladder = _LANGUAGE.ladder
anywhere = _LANGUAGE.anywhere
so_far = _LANGUAGE.so_far
Asking = Rung[tantivy.Query]
