"""Nouns about businesses: what is known, read for commands, pages and consumers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, col, select

from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, Business, BusinessVersion, Market
from registry.identifiers import new_id, parse_uscc
from registry.errors import Malformed

AT_ONCE = 4000


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


def current_version(session: Session, business_id: str) -> BusinessVersion | None:
    """Return what holds of a business now, or None where there is none."""
    return session.exec(
        select(BusinessVersion)
        .where(BusinessVersion.business_id == business_id)
        .where(col(BusinessVersion.superseded_at).is_(None))
    ).one_or_none()


def surviving(session: Session, business_id: str) -> Business | None:
    """Return the business, or the one that carries on its record after a merger."""
    business = session.get(Business, business_id)
    while business is not None and business.merged_into_id is not None:
        business = session.get(Business, business.merged_into_id)
    return business


class KnownBusinesses:
    """What the registry knows of the businesses that a batch speaks of."""

    def __init__(self, session: Session, described: Sequence[Described]) -> None:
        self.session = session
        self.by_uscc: dict[str, BusinessVersion] = {}
        self.by_stall: dict[tuple[str, str, str], BusinessVersion] = {}
        self.by_name: dict[tuple[str, str], list[BusinessVersion]] = {}
        self.aliases: set[tuple[str, str, str]] = set()
        self.markets: dict[tuple[str, str], str] = {}
        self.new_markets: list[dict[str, object]] = []
        self._load_codes({code for d in described if (code := _code(d.uscc))})
        self._load_markets({d.market for d in described if d.market})
        self._load_stalls()
        self._load_names({name_key(d.name) for d in described if not d.uscc and not d.stall})
        self._load_aliases()

    def _versions(self, column: object, values: Iterable[str]) -> Iterable[BusinessVersion]:
        asked = sorted(values)
        for start in range(0, len(asked), AT_ONCE):
            yield from self.session.exec(
                select(BusinessVersion)
                .where(col(column).in_(asked[start : start + AT_ONCE]))  # type: ignore[arg-type]
                .where(col(BusinessVersion.superseded_at).is_(None))
            ).all()

    def _load_codes(self, codes: set[str]) -> None:
        for version in self._versions(BusinessVersion.uscc, codes):
            self.by_uscc[str(version.uscc)] = version

    def _load_markets(self, names: set[str]) -> None:
        asked = sorted(names)
        for start in range(0, len(asked), AT_ONCE):
            found = select(Market).where(col(Market.name).in_(asked[start : start + AT_ONCE]))
            for market in self.session.exec(found).all():
                self.markets[(market.name, market.region)] = market.id

    def _load_stalls(self) -> None:
        names = {market_id: key for key, market_id in self.markets.items()}
        for version in self._versions(BusinessVersion.market_id, names):
            if version.stall is not None and version.uscc is None:
                self.by_stall[(*names[str(version.market_id)], version.stall)] = version

    def _load_names(self, keys: set[str]) -> None:
        for version in self._versions(BusinessVersion.name_key, keys):
            if version.kind != "natural_person":
                self.by_name.setdefault((str(version.name_key), version.region), []).append(version)
        masked = self._not_named({v.business_id for group in self.by_name.values() for v in group})
        for key, group in self.by_name.items():
            self.by_name[key] = [version for version in group if version.business_id not in masked]

    def _not_named(self, business_ids: set[str]) -> set[str]:
        asked = sorted(business_ids)
        found: set[str] = set()
        for start in range(0, len(asked), AT_ONCE):
            found |= set(
                self.session.exec(
                    select(Business.id)
                    .where(col(Business.id).in_(asked[start : start + AT_ONCE]))
                    .where(Business.standing != "named")
                ).all()
            )
        return found

    def _load_aliases(self) -> None:
        versions = [*self.by_uscc.values(), *self.by_stall.values()]
        versions += [version for group in self.by_name.values() for version in group]
        asked = sorted({version.business_id for version in versions})
        for start in range(0, len(asked), AT_ONCE):
            found = select(Alias).where(col(Alias.business_id).in_(asked[start : start + AT_ONCE]))
            for alias in self.session.exec(found).all():
                self.aliases.add((alias.business_id, alias.kind, alias.value_key))

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

    def add(self, version: BusinessVersion, described: Described) -> None:
        """Remember a row of this batch, so that the next one finds it."""
        if version.uscc is not None:
            self.by_uscc[version.uscc] = version
        elif described.market and described.stall:
            self.by_stall[(described.market, described.region, described.stall)] = version
        elif version.name_key is not None:
            group = self.by_name.setdefault((version.name_key, version.region), [])
            group[:] = [other for other in group if other.business_id != version.business_id] + [version]


def _code(uscc: str | None) -> str | None:
    """Return a code as stored, or None where it is none: the row will be refused by its rule."""
    if uscc is None:
        return None
    try:
        return parse_uscc(uscc).value
    except Malformed:
        return None
