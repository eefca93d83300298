"""The short form of businesses, read for results in one statement.

What was read is used again only while the database says that nothing was committed since that the
public may see, and on the same legal day; the way from what was read to the card depends on nothing
else, and is remembered as such. So nothing that is shown can be out of date.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from msgspec.json import encode
from sqlalchemy import Engine, Select, func, literal_column, null, select, union_all
from sqlmodel import col

from registry.businesses.tables import Alias, Business, BusinessVersion, Market
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.tables import ListEntry
from registry.pledges.tables import Pledge
from registry.publication.answers import BusinessCard
from registry.publication.gathering import designation_stands, entry_shown, pledge_stands, shown_violations
from registry.publication.rules import Identity, identity_of
from registry.regions import region
from registry.store.prepared import IDS, Prepared
from registry.store.watch import Watch
from registry.violations.tables import Violation

AT_ONCE = 1000
_DAYS = 8  # statements are kept for today, and for the few days that are asked beside it
_REMEMBERED = 16_384  # cards, some 1 kB each, and what they were made from

_BUSINESS, _NAME, _LISTED = range(3)  # what a row of the statement says

Names = tuple[tuple[str, str, str], ...]
"""Other names as identifier, kind and value, in the order in which they were recorded."""
Listed = frozenset[tuple[str, str, bool]]
"""Lists as regime, colour, and whether persons may be named."""


class Card:
    """A card as the JSON of an answer, which is what most readers get, and as the answer itself."""

    __slots__ = ("_answer", "json")

    def __init__(self, json: bytes) -> None:
        self.json = json
        self._answer: BusinessCard | None = None

    @property
    def answer(self) -> BusinessCard:
        """The answer, made when it is first asked for."""
        if self._answer is None:
            self._answer = BusinessCard.model_validate_json(self.json)
        return self._answer


class _Business(NamedTuple):
    """What the statement says of a business itself."""

    id: str
    version: int
    name: str | None
    kind: str
    uscc: str | None
    uscc_check_ok: bool | None
    sector: str | None
    region: str
    address: str | None
    stall: str | None
    status: str
    standing: str
    market: str | None
    pledged: bool
    designated: bool
    violations: int


def read_cards(engine: Engine, ids: Iterable[str], on: date) -> dict[str, Card]:
    """Return the cards of those of the businesses that may be shown on a day, by identifier."""
    asked = sorted(set(ids))
    found: dict[str, Card] = {}
    for start in range(0, len(asked), AT_ONCE):
        found |= _made(_statement(on).rows(engine, asked[start : start + AT_ONCE]))
    return found


class Cards:
    """The cards of one database; safe to share between threads."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine = engine
        self._watch = watch
        self._state: object = None
        self._read: dict[str, Card | None] = {}
        self._turn = Lock()

    def shown(self, ids: Iterable[str], on: date) -> dict[str, Card]:
        """Return the cards of those of the businesses that may be shown on a day, by identifier.

        All are of one state of the database, no older than the request under way, or than this call.

        Raises:
            OperationalError: The database does not answer.
        """
        asked = list(dict.fromkeys(ids))
        state = (self._watch.known(), on)
        with self._turn:
            held = self._read if state == self._state else {}
            known = {one: held[one] for one in asked if one in held}
        if missing := [one for one in asked if one not in known]:
            found = read_cards(self._engine, missing, on)
            if (self._watch.mark(), on) != state:  # else these are of the same state as those held
                return read_cards(self._engine, asked, on)
            known |= {one: found.get(one) for one in missing}
            self._hold(state, known)
        return {one: card for one in asked if (card := known[one]) is not None}

    def _hold(self, state: object, known: dict[str, Card | None]) -> None:
        with self._turn:
            if state != self._state or len(self._read) + len(known) > _REMEMBERED:
                self._state, self._read = state, {}
            self._read.update(known)


def _made(rows: Sequence[tuple[Any, ...]]) -> dict[str, Card]:
    businesses: list[tuple[Any, ...]] = []
    names: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    lists: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    for row in rows:
        if row[0] == _BUSINESS:
            businesses.append(row[1:])
        elif row[0] == _NAME:
            names[row[1]].append((row[5], row[3], row[4]))
        else:
            lists[row[1]].append((row[3], row[4], bool(row[6])))
    found = {}
    for one in businesses:
        card = _card(one, tuple(sorted(names.get(one[0], ()))), frozenset(lists.get(one[0], ())))
        if card is not None:
            found[one[0]] = card
    return found


@lru_cache(maxsize=_REMEMBERED)
def _card(said: tuple[Any, ...], names: Names, lists: Listed) -> Card | None:
    """Return the card of a business from all that it is made of, or None where it is never shown."""
    one = _Business._make(said)
    identity = _identity(one, names)
    if identity is None:
        return None
    place = region(one.region)
    shown = {  # as `BusinessCard` has it, in its order
        "id": one.id,
        "name": identity.name,
        "masked": identity.masked,
        "former_names": identity.former_names,
        "aliases": identity.aliases,
        "uscc": identity.uscc,
        "kind": one.kind,
        "sector": one.sector,
        "region": one.region,
        "region_name": place.full_name if place else None,
        "address": identity.address,
        "market": one.market,
        "stall": one.stall,
        "status": one.status,
        "lists": [
            {"regime": regime, "colour": colour}
            for regime, colour, persons_named in sorted(lists)
            if persons_named or not identity.natural_person
        ],
        "designated": bool(one.designated),
        "pledged": bool(one.pledged),
        "violations": one.violations,
        "version": one.version,
    }
    return Card(encode(shown))


def _identity(one: _Business, names: Names) -> Identity | None:
    trading = ("trade_name", "short_name")
    return identity_of(
        standing=one.standing,
        kind=one.kind,
        name=one.name,
        uscc=one.uscc,
        uscc_check_ok=None if one.uscc_check_ok is None else bool(one.uscc_check_ok),
        address=one.address,
        former_names=[value for _, kind, value in names if kind == "former_name"],
        trade_names=[value for wanted in trading for _, kind, value in names if kind == wanted],
    )


@lru_cache(maxsize=_DAYS)
def _statement(on: date) -> Prepared:
    """Return the businesses, their other names and their lists, each row saying which of these it is.

    The columns stand as in `_Business`; a name and a list fill those that have their type.
    """
    nothing = [null()] * (len(_Business._fields) - 6)
    other_names = select(
        *_first(_NAME, Alias.business_id, col(Alias.kind), col(Alias.value), col(Alias.id), null()), *nothing
    ).where(col(Alias.business_id).in_(IDS))
    listed = select(
        *_first(
            _LISTED,
            ListEntry.business_id,
            col(ListEntry.regime),
            col(ListEntry.colour),
            null(),
            col(ListEntry.persons_named),
        ),
        *nothing,
    ).where(col(ListEntry.business_id).in_(IDS), entry_shown(on))
    return Prepared(union_all(_businesses(on), other_names, listed))


def _first(part: int, business_id: Any, *values: Any) -> list[Any]:
    return [literal_column(str(part)), col(business_id), null(), *values]


def _businesses(on: date) -> Select[*tuple[Any, ...]]:
    pledged = select(1).where(col(Pledge.business_id) == col(Business.id), pledge_stands(on))
    designated = select(1).where(
        col(DemonstrationUnit.business_id) == col(Business.id), designation_stands(on)
    )
    violations = shown_violations(func.count(), on=on).where(col(Violation.business_id) == col(Business.id))
    return (
        select(
            literal_column(str(_BUSINESS)),
            col(Business.id),
            col(BusinessVersion.version),
            col(BusinessVersion.name),
            col(BusinessVersion.kind),
            col(BusinessVersion.uscc),
            col(BusinessVersion.uscc_check_ok),
            col(BusinessVersion.sector),
            col(BusinessVersion.region),
            col(BusinessVersion.address),
            col(BusinessVersion.stall),
            col(BusinessVersion.status),
            col(Business.standing),
            col(Market.name),
            pledged.exists(),
            designated.exists(),
            violations.scalar_subquery(),
        )
        .join(Business, col(Business.id) == col(BusinessVersion.business_id))
        .outerjoin(Market, col(Market.id) == col(BusinessVersion.market_id))
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(col(Business.merged_into_id).is_(None))
        .where(col(Business.standing) != "unidentified")
        .where(col(Business.id).in_(IDS))
    )
