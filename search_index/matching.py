"""Why a document matches: the same rules as the engine's, read slowly over one document.

An engine finds and orders; this names the field and the run that matched, so that a person sees why
a business stands in the answer. An engine that finds too much can be checked with it.
"""

from collections.abc import Callable, Iterator

from search_index.documents import SearchDocument
from search_index.names import fold, origins_of
from search_index.pinyin import Spelling, initials, spelling
from search_index.plan import Plan, Term, Tier, is_apart, rank_of
from search_index.protocol import FieldName, MatchKind, Reason

Value = tuple[FieldName, str]


def name_of(document: SearchDocument) -> Iterator[Value]:
    """Yield the name."""
    yield "name", document.name


def other_names_of(document: SearchDocument) -> Iterator[Value]:
    """Yield the former names and the aliases."""
    for former in document.former_names:
        yield "former_name", former
    for alias in document.aliases:
        yield "alias", alias


def code_of(document: SearchDocument) -> Iterator[Value]:
    """Yield the code, if it is known."""
    if document.uscc:
        yield "uscc", document.uscc


def places_of(document: SearchDocument) -> Iterator[Value]:
    """Yield market, stall and address, as far as they are known."""
    if document.market:
        yield "market", document.market
    if document.stall:
        yield "stall", document.stall
    if document.address:
        yield "address", document.address


def spoken_of(document: SearchDocument) -> Iterator[Value]:
    """Yield what is found by pinyin and by initials: names and the market."""
    yield from name_of(document)
    yield from other_names_of(document)
    if document.market:
        yield "market", document.market


def explain(plan: Plan, document: SearchDocument) -> tuple[int, tuple[Reason, ...]] | None:
    """Return the best rank of a query in a document with its reasons, or None if it is not found."""
    found = _first(plan.whole, document, Tier.INITIALS)
    best: tuple[int, tuple[Reason, ...]] | None = (
        (rank_of(found[0], apart=False), (found[1],)) if found else None
    )
    apart = [_first(word, document, Tier.INITIALS) for word in plan.words]
    each = [one for one in apart if one is not None]
    if each and len(each) == len(apart):
        rank = rank_of(max(tier for tier, _ in each), apart=True)
        if best is None or rank < best[0]:
            best = (rank, tuple(reason for _, reason in each))
    return best


def reasons_for(plan: Plan, rank: int, document: SearchDocument) -> tuple[Reason, ...]:
    """Return the reasons for a document that an engine found on a rank."""
    tier = Tier(rank // 2)
    if not is_apart(rank):
        reason = _reason(plan.whole.text, tier, document)
        return (reason,) if reason else ()
    found = (_first(word, document, tier) for word in plan.words)
    return tuple(one[1] for one in found if one is not None)


def _first(term: Term, document: SearchDocument, lowest: Tier) -> tuple[Tier, Reason] | None:
    """Return the best tier of a term in a document, no lower than a given one, and the reason."""
    for tier in term.tiers:
        if tier <= lowest:
            reason = _reason(term.text, tier, document)
            if reason is not None:
                return tier, reason
    return None


def _reason(text: str, tier: Tier, document: SearchDocument) -> Reason | None:
    """Return how a text is found on a tier of a document."""
    if tier is Tier.PINYIN:
        return _spoken(text, "pinyin", document)
    if tier is Tier.INITIALS:
        return _spoken(text, "initials", document)
    values, kinds = _WRITTEN[tier]
    return _written(text, values(document), kinds)


_ANY: tuple[MatchKind, ...] = ("exact", "prefix", "substring")
_WRITTEN: dict[Tier, tuple[Callable[[SearchDocument], Iterator[Value]], tuple[MatchKind, ...]]] = {
    Tier.EXACT_NAME: (name_of, ("exact",)),
    Tier.NAME_PREFIX: (name_of, ("exact", "prefix")),
    Tier.NAME: (name_of, _ANY),
    Tier.OTHER_NAME: (other_names_of, _ANY),
    Tier.CODE: (code_of, _ANY),
    Tier.PLACE: (places_of, _ANY),
}


def _written(text: str, values: Iterator[Value], kinds: tuple[MatchKind, ...]) -> Reason | None:
    """Return where a folded text stands in one of the values, in one of the kinds."""
    for field, value in values:
        folded = fold(value)
        start = folded.find(text)
        if start >= 0:
            kind: MatchKind = "exact" if folded == text else "prefix" if start == 0 else "substring"
            if kind in kinds:
                return Reason(field, kind, _run(value, start, len(text)))
    return None


def _run(value: str, start: int, length: int) -> str:
    """Return the run of a text as it was written, by its place in the fold."""
    origins = origins_of(value)
    return value[origins[start] : origins[start + length - 1] + 1]


def _spoken(text: str, kind: MatchKind, document: SearchDocument) -> Reason | None:
    """Return where letters are the pinyin, or the initials, of a run of characters."""
    for field, value in spoken_of(document):
        spelled = spelling(fold(value))
        firsts = initials(spelled)
        for start, letters in enumerate(firsts):
            if text[0] in letters:
                length = (
                    _pinyin_length(text, spelled, start)
                    if kind == "pinyin"
                    else _initials_length(text, firsts, start)
                )
                if length:
                    return Reason(field, kind, _run(value, start, length))
    return None


def _pinyin_length(text: str, spelled: Spelling, start: int) -> int:
    """Return how many characters from a place spell the letters, the last perhaps cut short, or 0."""
    reached = {0}  # how many letters may have been read before the place
    for length, several in enumerate(spelled[start:], 1):
        rests = [(read, text[read:]) for read in reached]
        if any(syllable.startswith(rest) for _, rest in rests for syllable in several):
            return length
        reached = {
            read + len(syllable) for read, rest in rests for syllable in several if rest.startswith(syllable)
        }
        if not reached:
            return 0
    return 0


def _initials_length(text: str, firsts: Spelling, start: int) -> int:
    """Return how many characters from a place begin with the letters, or 0."""
    run = firsts[start : start + len(text)]
    fits = len(run) == len(text) and all(one in letters for one, letters in zip(text, run, strict=True))
    return len(text) if fits else 0
