"""Registering businesses: the only writer of their rows.

A business is the same one again when its unified social credit code says so; without a code, when
it holds the same stall of the same market under the same name; without either, when exactly one
named business of that name is known in that region. A code completes the record without one that
holds the same stall under the same name, or bears the same company name in the region. Masked and
unidentified subjects never match, nor do natural persons by their name.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from registry.audit.work import Work
from registry.businesses import queries
from registry.businesses.batch import Batch
from registry.businesses.keeping import require_in_market
from registry.businesses.persons import is_natural_person
from registry.businesses.queries import Held
from registry.businesses.rules import Kind, Sector, name_key
from registry.commands import Command, Outcome
from registry.errors import Conflict, Malformed, NotFound, Refusal
from registry.identifiers import Uscc, parse_uscc
from registry.regions import region_or_refuse
from registry.store.versions import one_writer

_NO_CODE: Held = {"uscc": None, "uscc_check_ok": None}
_FIELDS = (
    "uscc",
    "uscc_check_ok",
    "name",
    "name_key",
    "kind",
    "sector",
    "region",
    "address",
    "market_id",
    "stall",
    "phone",
    "status",
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


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


class RegisterSubject(Command):
    """The party of one published record, of whom nothing else is known.

    Attributes:
        name: As published; None where nobody in particular is named.
    """

    name: Text | None
    standing: Literal["named", "masked", "unidentified"]
    region: str = Field(description="GB/T 2260, six digits.")
    kind: Kind = "unknown"
    sector: Sector | None = None

    @model_validator(mode="after")
    def _named_unless_unidentified(self) -> Self:
        if (self.name is None) != (self.standing == "unidentified"):
            raise PydanticCustomError("subject.name", "a party has a name unless it is unidentified")
        return self


class ChangeBusiness(Command):
    """Change what is known of a business, from a legal day on."""

    business_id: str
    expected_version: int
    held_from_on: date
    what: RegisterBusiness


def register_business(work: Work, command: RegisterBusiness) -> Outcome:
    """Register one business.

    Raises:
        Malformed: Its code or region is none, or nothing tells it from its namesakes.
        Conflict: Its stall is held by another, or its name by several.
        Forbidden: The office does not supervise the region.
    """
    return register_businesses(work, [command])[0].raised()


def register_businesses(
    work: Work, commands: Sequence[RegisterBusiness], settled: set[str] | None = None
) -> list[Outcome]:
    """Register many businesses in one transaction with one audit entry.

    Args:
        work: The transaction and who acts.
        commands: Rows of one source, in its order.
        settled: Identifiers of businesses that this source has spoken of in earlier batches; this
            batch adds its own. A source that says two different things of one business is refused
            the second time, so that it means the same however often it is read.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.
    """
    one_writer(work.session, "businesses")
    batch = Batch(work, commands, len(commands))
    outcomes = [_take(batch, command, settled) for command in commands]
    batch.write("businesses.registered", commands)
    return outcomes


def register_subjects(work: Work, commands: Sequence[RegisterSubject]) -> list[Outcome]:
    """Register the parties of published records in one transaction with one audit entry.

    A named party is the one business of that name in the region, where exactly one is known, which
    is then left as it is. Everybody else is new: masked namesakes may be two people, so they are
    never merged, and an unidentified party belongs to its record alone. The caller keeps which
    record has its subject already.

    Returns:
        One outcome for each command, in order; a refused row does not stop the others.
    """
    one_writer(work.session, "businesses")
    named = [RegisterBusiness(name=c.name, region=c.region) for c in commands if c.name is not None]
    batch = Batch(work, named, len(commands))
    outcomes = [_take_subject(batch, command) for command in commands]
    batch.write("subjects.registered", commands)
    return outcomes


def change_business(work: Work, command: ChangeBusiness) -> Outcome:
    """Record a change of name, place or trade; the former name stays as an alias.

    Raises:
        NotFound: There is no such business.
        Conflict: The version is stale, or the code or stall is another's.
        Malformed: The code or region is none, or the day lies ahead.
        Forbidden: The office does not supervise the region.
    """
    one_writer(work.session, "businesses")
    current = queries.current_version(work.session, command.business_id)
    if current is None:
        raise NotFound("business.unknown", business_id=command.business_id)
    carrier = queries.surviving(work.session, command.business_id)
    if carrier is not None and carrier.id != command.business_id:
        raise Conflict("business.merged", field="business_id", survivor_id=carrier.id)
    if current.version != command.expected_version:
        raise Conflict("version.stale", field="expected_version", current=current.version)
    if command.held_from_on > work.today:
        raise Malformed("day.ahead", field="held_from_on", day=command.held_from_on.isoformat())
    work.require("officer", current.region)
    code = _checked(work, command.what)
    batch = Batch(work, [command.what])
    held = current.model_dump()
    said = {**_everything(batch, command.what), **({} if code is None else _coded(code))}
    if code is None:
        said |= {"uscc": held["uscc"], "uscc_check_ok": held["uscc_check_ok"]}
    outcome = _settle(batch, held, said, command.held_from_on)
    _gather_names(batch, held["business_id"], command.what)
    batch.write("business.changed", [command.what])
    return Outcome(outcome, held["business_id"], warnings=_warnings(code, command.what.region))


def _take(batch: Batch, command: RegisterBusiness, settled: set[str] | None) -> Outcome:
    """Decide what one row means and gather its writes."""
    try:
        market_id = batch.known.market_id(command.market, command.region, batch.work.now)
        code = _checked(batch.work, command, market_id)
        current = batch.same_business(command, code.value if code else None)
        if current is not None:
            _refuse_elsewhere(batch.work, command, current)
        if current is not None and current.get("merged_into_id") is not None:
            return _said_of_merged(batch, current["merged_into_id"])
        if current is None:
            said = {**_everything(batch, command), **(_NO_CODE if code is None else _coded(code))}
            business_id = batch.create("named", said)
            what: Literal["created", "changed", "unchanged"] = "created"
        else:
            business_id = current["business_id"]
            said = _said(batch, command)
            if said.get("market_id") not in (None, current["market_id"]) and "stall" not in said:
                said["stall"] = None  # the stall was one of the market that it left
            if settled is not None and business_id in settled and _differs(current, said):
                raise Conflict("business.repeated", field="name", name=command.name)
            completed = {} if code is None else _coded(code)
            what = _settle(batch, current, {**_what(current), **said, **completed}, batch.work.today)
    except Refusal as refusal:
        return Outcome("refused", refusal=refusal)
    if settled is not None:
        settled.add(business_id)
    _gather_names(batch, business_id, command)
    return Outcome(what, business_id, warnings=_warnings(code, command.region))


def _said_of_merged(batch: Batch, merged_into_id: str) -> Outcome:
    """Leave the survivor as it is: what a source says of the record given up may be out of date."""
    carrier = queries.surviving(batch.work.session, merged_into_id)
    survivor_id = carrier.id if carrier is not None else merged_into_id
    warning = Conflict("business.said_of_merged", field="name", survivor_id=survivor_id)
    return Outcome("unchanged", survivor_id, warnings=(warning,))


def _take_subject(batch: Batch, command: RegisterSubject) -> Outcome:
    try:
        region_or_refuse(command.region, "region")
        batch.work.require("officer", command.region, "region")
    except Refusal as refusal:
        return Outcome("refused", refusal=refusal)
    key = name_key(command.name) if command.name is not None else None
    if command.standing == "named" and command.kind != "natural_person" and key is not None:
        namesakes = batch.known.by_name.get((key, command.region), [])
        if len(namesakes) == 1:
            found = namesakes[0]
            carrier = queries.surviving(batch.work.session, found["business_id"])
            return Outcome("unchanged", carrier.id if carrier is not None else found["business_id"])
    said = {
        **dict.fromkeys(_FIELDS),
        "name": command.name,
        "name_key": key,
        "kind": command.kind,
        "sector": command.sector,
        "region": command.region,
        "status": "unknown",
    }
    return Outcome("created", batch.create(command.standing, said))


def _checked(work: Work, command: RegisterBusiness, market_id: str | None = None) -> Uscc | None:
    """Return the code of a row that its rules allow, None where it has none.

    The operator of the market that a row names may register its stalls.
    """
    region_or_refuse(command.region, "region")
    require_in_market(work, market_id, command.region, "market" if command.market else "region")
    if command.stall and not command.market:
        raise Malformed("stall.without_market", field="market", stall=command.stall)
    if command.uscc:
        return parse_uscc(command.uscc)
    if is_natural_person(command.kind, command.name, None) and not command.stall:
        raise Malformed("business.unidentifiable", field="uscc", name=command.name)
    return None


def _refuse_elsewhere(work: Work, command: RegisterBusiness, current: Held) -> None:
    """Refuse an operator's row about a business that is not on record in the own market."""
    if not work.actor.may("officer", command.region):
        require_in_market(work, current["market_id"], command.region, "name")


def _settle(batch: Batch, current: Held, said: Held, held_from_on: date) -> Literal["changed", "unchanged"]:
    if not _differs(current, said):
        return "unchanged"
    batch.change(current, said, held_from_on)
    return "changed"


def _gather_names(batch: Batch, business_id: str, command: RegisterBusiness) -> None:
    for kind, names in (("former_name", command.former_names), ("trade_name", command.trade_names)):
        for name in names:
            batch.alias(business_id, kind, name)


def _differs(current: Held, said: Held) -> bool:
    return any(current[field] != value for field, value in said.items())


def _what(held: Held) -> Held:
    """Return what a version says of the business, without what it says of itself."""
    return {field: held[field] for field in _FIELDS}


def _everything(batch: Batch, command: RegisterBusiness) -> Held:
    """Return all that a row says but its code, silence included."""
    return {
        "name": command.name,
        "name_key": name_key(command.name),
        "kind": command.kind,
        "sector": command.sector,
        "region": command.region,
        "address": command.address,
        "market_id": batch.known.market_id(command.market, command.region, batch.work.now),
        "stall": command.stall,
        "phone": command.phone,
        "status": command.status,
    }


def _said(batch: Batch, command: RegisterBusiness) -> Held:
    """Return only what a row says: a blank cell takes nothing away."""
    said = {field: value for field, value in _everything(batch, command).items() if value is not None}
    if command.kind == "unknown":
        del said["kind"]
    if "status" not in command.model_fields_set:
        del said["status"]
    return said


def _coded(code: Uscc) -> Held:
    return {"uscc": code.value, "uscc_check_ok": code.check_ok}


def _warnings(code: Uscc | None, region: str) -> tuple[Refusal, ...]:
    warned: list[Refusal] = []
    if code is not None and not code.check_ok:
        warned.append(Malformed("uscc.check_digit", field="uscc", value=code.value))
    place = region_or_refuse(region, "region")
    if not place.current:
        history = place.note or place.full_name
        warned.append(Malformed("region.historical", field="region", value=region, history=history))
    return tuple(warned)
