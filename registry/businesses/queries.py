"""Nouns about businesses: what is known, read for commands, pages and consumers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, bindparam, false, tuple_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, or_, select

from registry.businesses.persons import is_natural_person, is_personal_name
from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, Business, BusinessVersion, Market, Merger
from registry.errors import Malformed
from registry.identifiers import new_id, parse_uscc

AT_ONCE = 4000
TRADING = ("trade_name", "short_name")

Held = dict[str, Any]
"""What holds of a business, by column of `BusinessVersion`; a batch reads and makes thousands."""


class Described(Protocol):
    """What identifies a business in a command."""

    @property
    def name(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def uscc(self) -> str | None: ...
    @property
    def market(self) -> str | None: ...
    @property
    def stall(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...


def current_version(session: Session, business_id: str) -> BusinessVersion | None:
    """Return what holds of a business now, or None where there is none."""
    return session.exec(
        select(BusinessVersion)
        .where(BusinessVersion.business_id == business_id)
        .where(col(BusinessVersion.superseded_at).is_(None))
    ).one_or_none()


def names_of(session: Session, business_ids: Iterable[str]) -> Mapping[str, str | None]:
    """Return the present names of businesses by identifier; None where a record has none."""
    asked = sorted(set(business_ids))
    found: dict[str, str | None] = {}
    for start in range(0, len(asked), AT_ONCE):
        versions = select(BusinessVersion.business_id, BusinessVersion.name).where(
            col(BusinessVersion.business_id).in_(asked[start : start + AT_ONCE]),
            col(BusinessVersion.superseded_at).is_(None),
        )
        found |= dict(session.exec(versions).all())
    return found


_SIGNS: Select[str, str] = sa_select(col(Alias.business_id), col(Alias.value)).where(
    col(Alias.business_id).in_(bindparam("ids", expanding=True)), col(Alias.kind).in_(TRADING)
)


def with_trade_name(session: Session, business_ids: Iterable[str]) -> frozenset[str]:
    """Return those of the businesses that trade under a name that is no person's own.

    A shop sign that reads as a person's name hides nobody: who bears it stays a natural person.
    """
    asked = sorted(set(business_ids))
    found: set[str] = set()
    for start in range(0, len(asked), AT_ONCE):
        signs = session.execute(_SIGNS, {"ids": asked[start : start + AT_ONCE]})
        found |= {owner for owner, sign in signs if not is_personal_name(sign)}
    return frozenset(found)


def surviving(session: Session, business_id: str) -> Business | None:
    """Return the business, or the one that carries on its record after a merger."""
    business = session.get(Business, business_id)
    while business is not None and business.merged_into_id is not None:
        business = session.get(Business, business.merged_into_id)
    return business


def merged_at(known_at: datetime) -> Select[str]:
    """Select the identifiers of the records that were merged into another, as known at an instant."""
    return (
        sa_select(col(Merger.former_id))
        .where(col(Merger.kind) == "duplicate", col(Merger.decision) == "approved")
        .where(col(Merger.decided_at) <= known_at)
        .where(or_(col(Merger.undone_at).is_(None), col(Merger.undone_at) > known_at))
    )


def market(session: Session, market_id: str) -> Market | None:
    """Return a market, or None where there is none."""
    return session.get(Market, market_id)


def markets_within(session: Session, within: Iterable[str]) -> Sequence[Market]:
    """Return the markets of regions, in the order of their names; none where no region is given.

    Args:
        session: Read only.
        within: Prefixes of GB/T 2260 codes.
    """
    inside = or_(false(), *(col(Market.region).startswith(one, autoescape=True) for one in within))
    return session.exec(select(Market).where(inside).order_by(col(Market.name), col(Market.id))).all()


def stalls_of(session: Session, market_id: str, limit: int) -> Sequence[BusinessVersion]:
    """Return the businesses on record in a market, in the order of their stalls.

    Args:
        session: Read only.
        market_id: A record that another one carries on is left out.
        limit: At least 1.
    """
    return session.exec(
        select(BusinessVersion)
        .join(Business, col(Business.id) == col(BusinessVersion.business_id))
        .where(col(BusinessVersion.superseded_at).is_(None), col(Business.merged_into_id).is_(None))
        .where(BusinessVersion.market_id == market_id)
        .order_by(col(BusinessVersion.stall).nulls_last(), col(BusinessVersion.business_id))
        .limit(limit)
    ).all()


def merger(session: Session, merger_id: str, *, lock: bool = False) -> Merger | None:
    """Return a merger, proposed or decided, or None where there is none."""
    return session.get(Merger, merger_id, with_for_update=lock or None, populate_existing=lock)


def mergers_within(
    session: Session,
    within: Iterable[str],
    *,
    business_id: str | None = None,
    after: str = "",
    limit: int,
) -> Sequence[Merger]:
    """Return mergers, open and decided, in the order of their identifiers.

    Args:
        session: Read only.
        within: Prefixes of regions; those whose survivor is in any of them are returned.
        business_id: Only those that concern this business, on either side.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = (
        select(Merger)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Merger.survivor_id))
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(or_(*(col(BusinessVersion.region).startswith(one, autoescape=True) for one in within)))
        .where(col(Merger.id) > after)
    )
    if business_id is not None:
        query = query.where(or_(Merger.former_id == business_id, Merger.survivor_id == business_id))
    return session.exec(query.order_by(col(Merger.id)).limit(limit)).all()


def holding(
    session: Session, column: Any, values: Iterable[Any], *also: ColumnElement[bool]
) -> Iterator[Held]:
    """Yield what holds now of the businesses whose column has one of the values; mergers are told.

    Args:
        session: Where to read.
        column: Of `BusinessVersion`.
        values: Any number of them.
        also: Further conditions on `BusinessVersion` or `Business`.
    """
    asked = sorted(values)
    for start in range(0, len(asked), AT_ONCE):
        found = (
            sa_select(*BusinessVersion.__table__.c, col(Business.merged_into_id))  # type: ignore[attr-defined]  # sqlmodel hides the table
            .join(Business, col(Business.id) == col(BusinessVersion.business_id))
            .where(column.in_(asked[start : start + AT_ONCE]))
            .where(col(BusinessVersion.superseded_at).is_(None))
            .where(*also)
        )
        result = session.connection().execute(found)
        fields = tuple(result.keys())
        for row in result.all():
            yield dict(zip(fields, row, strict=True))


def holding_stalls(session: Session, places: Iterable[tuple[str, str]]) -> Iterator[Held]:
    """Yield what holds now of the businesses at stalls, each the identifier of its market and its number."""
    place = tuple_(col(BusinessVersion.market_id), col(BusinessVersion.stall))
    return holding(session, place, places, col(BusinessVersion.stall).is_not(None))


def named(session: Session, keys: Iterable[str]) -> Iterator[Held]:
    """Yield the businesses that a folded name may stand for: named ones, and no natural person.

    A record that was merged is left out where the one that carries it on bears the name there too.
    """
    found = list(holding(session, BusinessVersion.name_key, keys, col(Business.standing) == "named"))
    bearing = {(held["business_id"], held["name_key"], held["region"]) for held in found}
    for held in found:
        person = is_natural_person(held["kind"], held["name"], held["uscc"])
        if not person and (held["merged_into_id"], held["name_key"], held["region"]) not in bearing:
            yield held


class KnownBusinesses:
    """What the registry knows of the businesses that a batch speaks of."""

    def __init__(self, session: Session, described: Sequence[Described]) -> None:
        self.session = session
        self.by_uscc: dict[str, Held] = {}
        self.by_stall: dict[tuple[str | None, str | None], Held] = {}
        self.coded_at: dict[tuple[str | None, str | None], list[Held]] = {}
        self.by_name: dict[tuple[str, str], list[Held]] = {}
        self.aliases: set[tuple[str, str, str]] = set()
        self.markets: dict[tuple[str, str], str] = {}
        self.new_markets: list[dict[str, object]] = []
        codes = {code for d in described if d.uscc is not None and (code := _code(d.uscc))}
        for held in holding(session, BusinessVersion.uscc, codes):
            self.by_uscc[held["uscc"]] = held
        self._load_markets({d.market for d in described if d.market})
        places = {(d.market, d.region, d.stall) for d in described if d.market and d.stall}
        known = {
            (self.markets[market, region], stall)
            for market, region, stall in places
            if (market, region) in self.markets
        }
        for held in holding_stalls(session, known):
            self._place(held)
        for held in named(session, {name_key(d.name) for d in described if d.uscc or not d.stall}):
            self.by_name.setdefault((held["name_key"], held["region"]), []).append(held)
        self._load_aliases()

    def _load_markets(self, names: set[str]) -> None:
        asked = sorted(names)
        for start in range(0, len(asked), AT_ONCE):
            found = select(Market).where(col(Market.name).in_(asked[start : start + AT_ONCE]))
            for market in self.session.exec(found).all():
                self.markets[(market.name, market.region)] = market.id

    def _load_aliases(self) -> None:
        holders = [*self.by_uscc.values(), *self.by_stall.values()]
        holders += [held for group in self.coded_at.values() for held in group]
        holders += [held for group in self.by_name.values() for held in group]
        asked = sorted({held["business_id"] for held in holders})
        for start in range(0, len(asked), AT_ONCE):
            found = select(Alias.business_id, Alias.kind, Alias.value_key).where(
                col(Alias.business_id).in_(asked[start : start + AT_ONCE])
            )
            self.aliases.update((b, kind, key) for b, kind, key in self.session.exec(found).all())

    def market_id(self, name: str | None, region: str, now: datetime) -> str | None:
        """Return the market of that name in the region, new if it was never named before."""
        if name is None:
            return None
        if (name, region) not in self.markets:
            self.markets[(name, region)] = new_id()
            self.new_markets.append(
                {
                    "id": self.markets[(name, region)],
                    "name": name,
                    "region": region,
                    "organiser_id": None,
                    "recorded_at": now,
                }
            )
        return self.markets[(name, region)]

    def _place(self, held: Held) -> None:
        place = (held["market_id"], held["stall"])
        if held["uscc"] is None:
            self.by_stall[place] = held
        else:
            self.coded_at.setdefault(place, []).append(held)

    def add(self, held: Held) -> None:
        """Remember what this batch made hold, so that the next row finds it as a later batch would."""
        if held["uscc"] is not None:
            self.by_uscc[held["uscc"]] = held
        if held["stall"] is not None:
            self._place(held)
        if held["name"] is not None and not is_natural_person(held["kind"], held["name"], held["uscc"]):
            self.by_name.setdefault((held["name_key"], held["region"]), []).append(held)

    def forget(self, held: Held) -> None:
        """Forget what no longer holds."""
        if held["uscc"] is not None:
            self.by_uscc.pop(held["uscc"], None)
        elif held["stall"] is not None:
            self.by_stall.pop((held["market_id"], held["stall"]), None)
        for group in (
            self.by_name.get((held["name_key"], held["region"]), []),
            self.coded_at.get((held["market_id"], held["stall"]), []),
        ):
            group[:] = [other for other in group if other["business_id"] != held["business_id"]]


def _code(uscc: str) -> str | None:
    """Return a code as stored, or None where it is none: the row will be refused by its rule."""
    try:
        return parse_uscc(uscc).value
    except Malformed:
        return None
