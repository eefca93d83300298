"""Finding the business that a row of facts speaks of: exactly one, or none at all.

By its code; else by market and stall; else by its exact name in the market, or in the region, or,
where the row states neither, in a place that the authority's own name names: never nationwide. A
fact with legal effect is never held against a likely candidate: several or none refuse the row, and
so does a code or stall that is on record under another name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from registry.audit.work import Work
from registry.businesses.bearers import Bearer, Bearers
from registry.businesses.queries import AT_ONCE, Held, holding, holding_stalls, named
from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, BusinessVersion, Market
from registry.errors import Conflict, Forbidden, Malformed, NotFound, Refusal
from registry.identifiers import parse_uscc
from registry.regions import ancestors, prefix, region

Values = Mapping[str, Any]


class Finder:
    """The businesses that the rows of a batch may speak of, read at once."""

    def __init__(self, session: Session, rows: Iterable[Values]) -> None:
        asked = list(rows)
        self._session = session
        self._by_uscc: dict[str, Held] = {}
        self._by_stall: dict[tuple[str, str], list[Held]] = {}
        self._by_name: dict[str, list[Held]] = {}
        self._markets: dict[str, set[str]] = {}
        codes = {code for row in asked if (code := _code(row))}
        for held in holding(session, BusinessVersion.uscc, codes):
            self._by_uscc[held["uscc"]] = held
        self._load_stalls(asked)
        for held in named(session, {name_key(row["name"]) for row in asked if "name" in row}):
            self._by_name.setdefault(held["name_key"], []).append(held)
        self._names = self._other_names()

    def _load_stalls(self, asked: Sequence[Values]) -> None:
        wanted = sorted({row["market"] for row in asked if "market" in row})
        market_names: dict[str, str] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found = select(Market.id, Market.name).where(
                col(Market.name).in_(wanted[start : start + AT_ONCE])
            )
            for market_id, name in self._session.exec(found).all():
                market_names[market_id] = name
                self._markets.setdefault(name, set()).add(market_id)
        places = {
            (market_id, row["stall"])
            for row in asked
            if "uscc" not in row and "market" in row and "stall" in row
            for market_id in self._markets.get(row["market"], ())
        }
        for held in holding_stalls(self._session, places):
            place = (market_names[held["market_id"]], held["stall"])
            self._by_stall.setdefault(place, []).append(held)

    def _other_names(self) -> dict[str, set[str]]:
        holders = [*self._by_uscc.values(), *(held for group in self._by_stall.values() for held in group)]
        asked = sorted({held["business_id"] for held in holders})
        names: dict[str, set[str]] = {}
        for start in range(0, len(asked), AT_ONCE):
            found = select(Alias.business_id, Alias.value_key).where(
                col(Alias.business_id).in_(asked[start : start + AT_ONCE])
            )
            for business_id, key in self._session.exec(found).all():
                names.setdefault(business_id, set()).add(key)
        return names

    def find(self, row: Values) -> str:
        """Return the identifier of the one business that a row names.

        Raises:
            Malformed: Its code is none, or it names nobody.
            NotFound: Nobody on record is meant.
            Conflict: Several are, or the name is another's.
        """
        if "uscc" in row:
            code = parse_uscc(row["uscc"]).value
            if code not in self._by_uscc:
                raise NotFound("import.code_unknown", field="uscc", uscc=code)
            return self._under_its_name(self._by_uscc[code], row)
        if "market" in row and "stall" in row:
            holders = _within(self._by_stall.get((row["market"], row["stall"]), []), row)
            if len(holders) != 1:
                raise NotFound(
                    "import.stall_unknown",
                    field="stall",
                    market=row["market"],
                    stall=row["stall"],
                    count=len(holders),
                )
            return self._under_its_name(holders[0], row)
        if "name" not in row:
            raise Malformed("import.nobody_named")
        return self._by_its_name(row)

    def _by_its_name(self, row: Values) -> str:
        found = _within(self._by_name.get(name_key(row["name"]), []), row)
        if "market" in row:
            markets = self._markets.get(row["market"], set())
            found = [held for held in found if held["market_id"] in markets]
        # two records of one business, merged, are one
        namesakes = list({held["merged_into_id"] or held["business_id"]: held for held in found}.values())
        if not namesakes:
            raise NotFound("import.name_unknown", field="name", name=row["name"])
        if len(namesakes) > 1:
            raise Conflict("import.name_ambiguous", field="name", name=row["name"], count=len(namesakes))
        placed = "market" in row or prefix(row.get("region", ""))
        if not placed and "authority" not in row:
            raise Conflict("import.name_unplaced", field="name", name=row["name"])
        if not placed and not _may_answer_for(row["authority"], namesakes[0]["region"]):
            raise Conflict(
                "import.name_elsewhere", field="name", name=row["name"], authority=row["authority"]
            )
        return str(namesakes[0]["business_id"])

    def _under_its_name(self, held: Held, row: Values) -> str:
        business_id = str(held["business_id"])
        known = {held["name_key"], *self._names.get(business_id, ())}
        if "name" in row and name_key(row["name"]) not in known:
            raise Conflict("import.name_differs", field="name", name=row["name"], held=held["name"] or "—")
        return business_id


Require = Callable[[Work, Bearer, str], None]
"""Refuses an actor who may not record a fact about the business; it takes the field that names it."""


def by_officer(work: Work, bearer: Bearer, field: str) -> None:
    """Refuse unless the actor is an officer of the region."""
    work.require("officer", bearer.region, field)


def permitted(
    work: Work, bearers: Bearers, business_id: str, require: Require = by_officer
) -> Bearer | Refusal:
    """Return who bears a fact about a business, or why this actor may not record it."""
    try:
        bearer = bearers.of(business_id)
        require(work, bearer, "business_id")
    except (NotFound, Forbidden) as refusal:
        return refusal
    return bearer


def _within(candidates: Iterable[Held], row: Values) -> list[Held]:
    """Return the candidates in the region of a row; all where it names none."""
    above = prefix(row["region"]) if "region" in row else ""
    return [held for held in candidates if held["region"].startswith(above)]


def _may_answer_for(authority: str, code: str) -> bool:
    """Say whether an authority's name names the province, city or county of a region."""
    places = [place for above in ancestors(code)[1:] if (place := region(above.ljust(6, "0"))) is not None]
    wider = [place.name[:-1] for place in places if place.level != "county" and len(place.name) > 2]
    return any(name in authority for name in (*(place.name for place in places), *wider))


def _code(row: Values) -> str | None:
    """Return the code of a row as stored; a malformed one is refused when its row is taken."""
    try:
        return parse_uscc(row["uscc"]).value if "uscc" in row else None
    except Malformed:
        return None
