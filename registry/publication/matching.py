"""Who is meant by a name or a code, as far as the public may know: the businesses that bear it exactly.

The database is asked for the whole batch at once, and what it finds counts only where the public card
of the business bears the same name or code: a natural person is not found by a name that is masked.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, BusinessVersion
from registry.commands import Command
from registry.publication.answers import Answer, BusinessCard
from registry.publication.cards import Card
from registry.publication.gathering import in_parts

MOST = 1000
LONGEST = 256
_CODE = re.compile(r"[0-9A-Z]{15,}")  # no name is written so: who bears no such code is not like one

Because = Literal["code", "name", "former_name", "alias", "like"]


class Wanted(Command):
    """A name or a code that somebody has on a list of his own."""

    text: str = Field(min_length=1, max_length=LONGEST, description="A name, or a unified code.")
    region: str | None = Field(
        default=None,
        pattern=r"^\d{2}(\d{2})?(\d{2})?$",
        description="Only businesses of this region, GB/T 2260.",
    )


class WantedOnes(Command):
    """A list of names and codes, or a part of one."""

    items: tuple[Wanted, ...] = Field(min_length=1, max_length=MOST)


class Candidate(Answer):
    """A business that may be meant, and why.

    Attributes:
        because: What of it was found: its code, its name, a former or another name, exactly as it was
            asked but for width, case and spaces; `like`: only a part of these.
        matched: That name or code, as it is on record.
    """

    id: str
    name: str
    uscc: str | None
    region: str
    region_name: str | None
    market: str | None
    stall: str | None
    because: Because
    matched: str


class Matched(Answer):
    """What was found for one name or code.

    Attributes:
        text: As it was asked.
        state: `same`: exactly one business bears it; `maybe`: several do, all of which are candidates,
            or none does and the candidates are like it; `none`: nothing is like it.
    """

    text: str
    state: Literal["same", "maybe", "none"]
    candidates: tuple[Candidate, ...]


def bearers(
    session: Session, wanted: Sequence[Wanted], cards: Callable[[Iterable[str]], Mapping[str, Card]]
) -> list[tuple[Candidate, ...]]:
    """Return for each name or code the businesses that bear it exactly, in order of identifier.

    Args:
        session: Read only.
        wanted: What is asked.
        cards: Returns the public cards of businesses, by identifier.
    """
    found = _found(session, {name_key(one.text) for one in wanted}, {_code(one.text) for one in wanted})
    shown = cards({one for ids in found.values() for one in ids})
    return [tuple(_bearers(one, found, shown)) for one in wanted]


def borne_by(session: Session, text: str) -> list[str]:
    """Return the businesses on record under a name or code, shown or not, in order of identifier."""
    found = _found(session, {name_key(text)}, {_code(text)})
    return sorted({one for ids in found.values() for one in ids})


def candidate(card: BusinessCard, because: Because, matched: str) -> Candidate:
    """Return a business as a candidate."""
    shared = card.model_dump(include=set(Candidate.model_fields) & set(BusinessCard.model_fields))
    return Candidate(**shared, because=because, matched=matched)


def told(one: Wanted, exact: tuple[Candidate, ...], like: tuple[Candidate, ...]) -> Matched:
    """Return what is answered to a name or code: who bears it, or else what is like it."""
    if exact:
        return Matched(text=one.text, state="same" if len(exact) == 1 else "maybe", candidates=exact)
    return Matched(text=one.text, state="maybe" if like else "none", candidates=like)


def _bearers(
    one: Wanted, found: Mapping[str, Sequence[str]], shown: Mapping[str, Card]
) -> Iterable[Candidate]:
    key, code = name_key(one.text), _code(one.text)
    for business_id in sorted({*found.get(key, ()), *found.get(code, ())}):
        card = shown[business_id].answer if business_id in shown else None
        if card is None or not card.region.startswith(one.region or ""):
            continue
        why = _why(card, key, code)
        if why is not None:
            yield candidate(card, *why)


def _why(card: BusinessCard, key: str, code: str) -> tuple[Because, str] | None:
    """Return what of a card is exactly what was asked, the surest first."""
    if card.uscc is not None and card.uscc == code:
        return "code", card.uscc
    named: list[tuple[Because, str]] = [("name", card.name)]
    named += [("former_name", name) for name in card.former_names]
    named += [("alias", name) for name in card.aliases]
    return next(((why, name) for why, name in named if name_key(name) == key), None)


def _found(session: Session, keys: Iterable[str], codes: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the businesses on record under each folded name and each code."""
    found: dict[str, list[str]] = defaultdict(list)
    version, alias = BusinessVersion, Alias
    current = select(col(version.name_key), col(version.business_id)).where(
        col(version.superseded_at).is_(None)
    )
    coded = select(col(version.uscc), col(version.business_id)).where(col(version.superseded_at).is_(None))
    other = select(col(alias.value_key), col(alias.business_id))
    for query, column, asked in (
        (current, col(version.name_key), keys),
        (other, col(alias.value_key), keys),
        (coded, col(version.uscc), codes),
    ):
        for part in in_parts(sorted(asked)):
            for bears, business_id in session.execute(query.where(column.in_(part))):
                found[bears].append(business_id)
    return found


def is_code(text: str) -> bool:
    """Say whether a text is written as a code and not as a name."""
    return _CODE.fullmatch(_code(text)) is not None


def _code(text: str) -> str:
    """Return a text as a unified code is kept: half width, upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
