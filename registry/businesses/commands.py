"""Registering businesses: the only writer of their rows.

A business is the same one again when its unified social credit code says so; without a code, when
it holds the same stall of the same market under the same name; without either, when exactly one
named business of that name is known in that region. Masked and unidentified subjects never match.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import insert, update
from sqlmodel import col

from registry.audit.work import Subject, Work, digest_of
from registry.businesses import queries
from registry.businesses.rules import name_key, same_holder
from registry.businesses.tables import Alias, Business, BusinessVersion, Market
from registry.commands import Command, Outcome
from registry.errors import Conflict, Malformed, NotFound, Refusal
from registry.identifiers import new_id, parse_uscc
from registry.regions import region_or_refuse

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Kind = Literal[
    "enterprise",
    "sole_trader",
    "natural_person",
    "institution",
    "technical_institution",
    "market_organiser",
    "unknown",
]
Sector = Literal[
    "market_stall",
    "shop_supermarket",
    "fuel_station",
    "restaurant",
    "optician",
    "medical",
    "taxi",
    "utility",
    "logistics",
    "scrap_recycler",
    "prepackaged_producer",
    "instrument_maker_or_seller",
    "technical_institution",
    "market_organiser",
    "school",
    "other",
]


class RegisterBusiness(Command):
    """Register a business, or say again what is known of it."""

    name: Text
    region: str = Field(description="GB/T 2260, six digits.")
    kind: Kind = "unknown"
    uscc: str | None = Field(default=None, description="Unified social credit code, 18 characters.")
    sector: Sector | None = None
    address: Text | None = None
    market: Text | None = None
    stall: Text | None = None
    phone: Text | None = None
    status: Literal["open", "closed", "unknown"] = "open"
    former_names: tuple[Text, ...] = ()
    trade_names: tuple[Text, ...] = ()


class ChangeBusiness(Command):
    """Change what is known of a business, from a legal day on."""

    business_id: str
    expected_version: int
    held_from_on: date
    what: RegisterBusiness


def register_business(work: Work, command: RegisterBusiness) -> Outcome:
    """Register one business.

    Raises:
        Malformed: Its code or region is none.
        Conflict: Its stall is held by another, or its name by several.
        Forbidden: The office does not supervise the region.
    """
    return register_businesses(work, [command])[0].raised()


def register_businesses(work: Work, commands: Sequence[RegisterBusiness]) -> list[Outcome]:
    """Register many businesses in one transaction with one audit entry.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.
    Raises:
        Forbidden: The office does not supervise one of the regions.
    """
    for region in {command.region for command in commands}:
        work.require("officer", region)
    batch = _Batch(work, commands)
    outcomes = [batch.take(command) for command in commands]
    batch.write(commands)
    return outcomes


def change_business(work: Work, command: ChangeBusiness) -> Outcome:
    """Record a change of name, place or trade; the former name stays as an alias.

    Raises:
        NotFound: There is no such business.
        Conflict: The version is stale.
        Malformed: The code or region is none, or the day lies ahead.
        Forbidden: The office does not supervise the region.
    """
    current = queries.current_version(work.session, command.business_id)
    if current is None:
        raise NotFound("business.unknown", business_id=command.business_id)
    if current.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=current.version)
    if command.held_from_on > work.today:
        raise Malformed("day.ahead", field="held_from_on", day=command.held_from_on.isoformat())
    work.require("officer", current.region)
    work.require("officer", command.what.region)
    batch = _Batch(work, [command.what])
    outcome = batch.change(current, command.what, held_from_on=command.held_from_on)
    batch.write([command.what])
    return outcome


class _Batch:
    """What a batch of registrations will write, gathered row by row."""

    def __init__(self, work: Work, commands: Sequence[RegisterBusiness]) -> None:
        self.work = work
        self.known = queries.KnownBusinesses(work.session, commands)
        self.businesses: list[dict[str, object]] = []
        self.versions: list[dict[str, object]] = []
        self.aliases: list[dict[str, object]] = []
        self.superseded: list[tuple[str, int]] = []
        self.concerned: list[str] = []

    def take(self, command: RegisterBusiness) -> Outcome:
        """Decide what one row means and gather its writes."""
        try:
            region_or_refuse(command.region, "region")
            if command.stall and not command.market:
                raise Malformed("stall.without_market", field="market", stall=command.stall)
            code = parse_uscc(command.uscc) if command.uscc else None
            current = self._same_business(command, code.value if code else None)
        except Refusal as refusal:
            return Outcome("refused", refusal=refusal)
        warnings: tuple[Refusal, ...] = ()
        if code is not None and not code.check_ok:
            warnings = (Malformed("uscc.check_digit", field="uscc", value=code.value),)
        if current is None:
            return Outcome("created", self._create(command), warnings=warnings)
        outcome = self.change(current, command, held_from_on=self.work.today)
        return Outcome(outcome.what, outcome.id, warnings=warnings)

    def _same_business(self, command: RegisterBusiness, uscc: str | None) -> BusinessVersion | None:
        if uscc is not None:
            return self.known.by_uscc.get(uscc)
        if command.market and command.stall:
            holder = self.known.by_stall.get((command.market, command.region, command.stall))
            if holder is not None and not same_holder(holder.name, command.name):
                raise Conflict(
                    "stall.taken", field="stall", stall=command.stall, market=command.market
                )
            return holder
        namesakes = self.known.by_name.get((name_key(command.name), command.region), [])
        if len(namesakes) > 1:
            raise Conflict("name.ambiguous", field="name", name=command.name, count=len(namesakes))
        return namesakes[0] if namesakes else None

    def _create(self, command: RegisterBusiness) -> str:
        business_id = new_id()
        self.businesses.append(
            {"id": business_id, "standing": "named", "merged_into_id": None, "recorded_at": self.work.now}
        )
        self._gather(business_id, 1, command, held_from_on=None)
        return business_id

    def change(
        self, current: BusinessVersion, command: RegisterBusiness, *, held_from_on: date
    ) -> Outcome:
        """Gather the next version of a business, unless nothing differs."""
        row = self._row(command)
        if current.uscc is not None and row["uscc"] is None:
            row["uscc"], row["uscc_check_ok"] = current.uscc, current.uscc_check_ok
        if all(getattr(current, field) == value for field, value in row.items()):
            self._gather_aliases(current.business_id, command)
            return Outcome("unchanged", current.business_id)
        self._supersede(current)
        if current.name is not None and current.name_key != row["name_key"]:
            self._alias(current.business_id, "former_name", current.name, held_to_on=held_from_on)
        if current.uscc is not None and current.uscc != row["uscc"]:
            self._alias(current.business_id, "former_code", current.uscc, held_to_on=held_from_on)
        self._gather(current.business_id, current.version + 1, command, held_from_on=held_from_on, row=row)
        return Outcome("changed", current.business_id)

    def _supersede(self, current: BusinessVersion) -> None:
        for made in self.versions:
            if (made["business_id"], made["version"]) == (current.business_id, current.version):
                made["superseded_at"] = self.work.now  # written and replaced within this batch
                return
        self.superseded.append((current.business_id, current.version))

    def _row(self, command: RegisterBusiness) -> dict[str, object]:
        code = parse_uscc(command.uscc) if command.uscc else None
        return {
            "uscc": code.value if code else None,
            "uscc_check_ok": code.check_ok if code else None,
            "name": command.name,
            "name_key": name_key(command.name),
            "kind": command.kind,
            "sector": command.sector,
            "region": command.region,
            "address": command.address,
            "market_id": self.known.market_id(command.market, command.region, self.work.now),
            "stall": command.stall,
            "phone": command.phone,
            "status": command.status,
        }

    def _gather(
        self,
        business_id: str,
        version: int,
        command: RegisterBusiness,
        *,
        held_from_on: date | None,
        row: dict[str, object] | None = None,
    ) -> None:
        made = {
            "business_id": business_id,
            "version": version,
            "held_from_on": held_from_on,
            "held_to_on": None,
            "recorded_at": self.work.now,
            "superseded_at": None,
            **(row or self._row(command)),
        }
        self.versions.append(made)
        self.known.add(BusinessVersion(**made), command)
        self._gather_aliases(business_id, command)
        self.concerned.append(business_id)

    def _gather_aliases(self, business_id: str, command: RegisterBusiness) -> None:
        for kind, names in (("former_name", command.former_names), ("trade_name", command.trade_names)):
            for name in names:
                self._alias(business_id, kind, name)

    def _alias(self, business_id: str, kind: str, value: str, held_to_on: date | None = None) -> None:
        key = (business_id, kind, name_key(value))
        if key in self.known.aliases:
            return
        self.known.aliases.add(key)
        self.aliases.append(
            {
                "id": new_id(),
                "business_id": business_id,
                "kind": kind,
                "value": value,
                "value_key": key[2],
                "held_to_on": held_to_on,
                "recorded_at": self.work.now,
            }
        )
        self.concerned.append(business_id)

    def write(self, commands: Sequence[RegisterBusiness]) -> None:
        """Write what was gathered, and its audit entry; a batch that changes nothing leaves none."""
        if not (self.versions or self.aliases):
            return
        connection = self.work.session.connection()
        for table, rows in (
            (Market, self.known.new_markets),
            (Business, self.businesses),
        ):
            if rows:
                connection.execute(insert(table), rows)
        for business_id, version in self.superseded:
            connection.execute(
                update(BusinessVersion)
                .where(col(BusinessVersion.business_id) == business_id)
                .where(col(BusinessVersion.version) == version)
                .values(superseded_at=self.work.now)
            )
        for table, rows in ((BusinessVersion, self.versions), (Alias, self.aliases)):
            if rows:
                connection.execute(insert(table), rows)
        concerned = list(dict.fromkeys(self.concerned))
        self.work.record(
            "businesses.registered",
            Subject("batch" if len(concerned) > 1 else "business", concerned[0]),
            concerns=concerned,
            rows=len(commands),
            written=len(self.versions),
            digest=digest_of(command.model_dump(mode="json") for command in commands),
        )
