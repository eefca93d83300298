"""What the public reads: frozen answers, built by `public_view` and by nothing else.

No answer has a field for a phone or an identity number, so none can be filled by mistake.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from registry.rulebook import Colour

Item = TypeVar("Item")


class Answer(BaseModel):
    """A public answer: frozen, and nothing but what it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PublicPledge(Answer):
    """A pledge that stands on the day."""

    pledge_id: str
    matter: str
    pledged_on: date | None
    pledged_precision: str
    valid_through: date | None = Field(description="Inclusive last day; None: open.")


class PublicDesignation(Answer):
    """A designation as demonstration unit that stands on the day."""

    designation_id: str
    level: str
    category: str | None
    title: str | None
    authority: str
    designated_on: date | None
    designated_precision: str
    valid_through: date | None


class PublicVerification(Answer):
    """The verification that speaks of an instrument on the day."""

    verification_id: str
    result: str = Field(description="qualified, unqualified or limited.")
    limitation: str | None
    body: str
    certificate_no: str
    verified_on: date
    valid_through: date | None = Field(description="Inclusive last day; None: none, or not known.")
    possibly_through: date | None = Field(
        description="Where sources of law differ: the later last day; the days between are undetermined."
    )
    stated: bool = Field(description="True where the certificate states its last day; else it is counted.")


class PublicInstrument(Answer):
    """A measuring instrument in use, and how it stands on the day."""

    instrument_id: str
    kind: str
    kind_name: str | None = Field(description="Name of the kind in the rulebook, Chinese.")
    mode: str | None = Field(description="periodic; first_only: verified once, then replaced.")
    regulation: str | None = Field(description="Number of the verification regulation.")
    maker: str | None
    model: str | None
    serial_no: str = Field(description="Factory number.")
    capacity: str | None
    accuracy_class: str | None
    retired_on: date | None = Field(description="First day on which it is out of use.")
    status: str = Field(
        description="valid, due_soon, overdue, unqualified, undetermined, unknown or retired."
    )
    verification: PublicVerification | None
    version: int


class PlacedInstrument(PublicInstrument):
    """An instrument, and the business that uses it."""

    business_id: str
    business: str
    region: str
    region_name: str | None
    market: str | None
    stall: str | None


class InstrumentsCounted(Answer):
    """How the instruments in use of one region stand on a day."""

    region: str
    region_name: str | None
    in_use: int
    valid: int
    overdue: int
    unqualified: int
    unknown: int = Field(description="No verification on record, or its last day is not known.")


class PublicViolation(Answer):
    """A decided violation, for as long as it may be shown."""

    violation_id: str
    type_codes: tuple[str, ...]
    type_names: tuple[str, ...] = Field(description="Names of the types in the rulebook, Chinese.")
    conduct_code: str
    conduct: str | None
    found_on: date | None
    found_precision: str
    severity: str
    decision_no: str | None
    authority: str
    decided_on: date | None
    decided_precision: str
    standing: Literal["in_force", "under_review"]
    penalties: tuple[str, ...]
    fine_fen: int | None
    confiscated_fen: int | None
    basis: str | None
    source: dict[str, Any] | None
    publish_from: date
    publish_until: date = Field(description="First day on which it is hidden.")
    objected_on: date | None = Field(
        description="Day of the oldest objection not decided yet (异议处理中); None: there is none."
    )


class PublicEntry(Answer):
    """An entry on a list or board, with its ground, basis and term."""

    entry_id: str
    regime: str
    colour: Colour
    business_id: str
    name: str
    uscc: str | None
    region: str
    region_name: str | None
    market: str | None
    stall: str | None
    ground: str
    basis: str | None = Field(description="Instrument and article; None on a board.")
    measures: tuple[str, ...]
    listed_on: date
    publish_from: date
    publish_until: date | None = Field(description="First day on which it is hidden; None: open.")
    objected_on: date | None = Field(
        description="Day of the oldest objection not decided yet (异议处理中); None: there is none."
    )


class PublicStep(Answer):
    """One step of the procedure that led to an entry: what, when, by which office."""

    step: str
    on: date = Field(description="Legal day; of a service, the day on which it was served.")
    office: str = Field(description="Name that the office bore on that day.")
    until: date | None = Field(description="Inclusive last day of the period that it opened.")


class PointedDecision(Answer):
    """The decision of another authority that a pointer repeats."""

    number: str
    authority: str
    decided_on: date
    published_at: str = Field(description="Address of its publication.")


class DueProcess(Answer):
    """How an entry came about."""

    steps: tuple[PublicStep, ...]
    decision: PointedDecision | None = Field(description="Of a pointer: the decision that it repeats.")


class Tombstone(Answer):
    """What is left of a withdrawn entry: ground and rule of the withdrawal, never a name."""

    entry_id: str
    regime: str
    withdrawn_on: date
    ground: str
    rule: str | None


class PublicBusiness(Answer):
    """A business as the public may see it on a day."""

    id: str
    name: str
    masked: bool = Field(description="True where the name is shortened to protect a person.")
    former_names: tuple[str, ...]
    aliases: tuple[str, ...]
    uscc: str | None
    uscc_check_ok: bool | None
    kind: str
    sector: str | None
    region: str
    region_name: str | None
    address: str | None
    market: str | None
    stall: str | None
    status: str
    pledges: tuple[PublicPledge, ...]
    designations: tuple[PublicDesignation, ...]
    instruments: tuple[PublicInstrument, ...] = Field(description="The first of them; the rest in pages.")
    instruments_counted: dict[str, int] = Field(description="All of them by status.")
    violations: tuple[PublicViolation, ...]
    entries: tuple[PublicEntry, ...]
    version: int
    last_confirmed_at: datetime


class OnList(Answer):
    """That a business stands on a list: regime and colour."""

    regime: str
    colour: Colour


class BusinessCard(Answer):
    """The short form of a business, for results."""

    id: str
    name: str
    masked: bool
    former_names: tuple[str, ...]
    aliases: tuple[str, ...]
    uscc: str | None
    kind: str
    sector: str | None
    region: str
    region_name: str | None
    address: str | None
    market: str | None
    stall: str | None
    status: str
    lists: tuple[OnList, ...]
    designated: bool
    pledged: bool
    violations: int = Field(description="Decided violations that may be shown on the day.")
    version: int


class PublicRegime(Answer):
    """A list or board: its basis, who decides, how long, and how many stand on it."""

    code: str
    colour: Colour
    name_zh: str
    name_en: str
    level: str
    region: str
    region_name: str | None
    basis: str | None = Field(description="Legal basis; None for a board.")
    grounds: tuple[str, ...]
    measures: tuple[str, ...]
    term_months: int | None
    published_on: str = Field(description="Schedule: daily, weekly:1 to weekly:7, monthly:1 to monthly:28.")
    entries: int
    entries_by_region: dict[str, int] = Field(description="Count by region code.")


class Page(Answer, Generic[Item]):
    """One page of a collection and the cursor of the next."""

    items: tuple[Item, ...]
    after: str | None = Field(description="Pass it on to read further; None at the end.")


class RegistryState(Answer):
    """What stands in the registry on a day, counted."""

    on: date
    businesses: int
    pledges: int
    designations: int
    violations: int
    red: int
    black: int
    board: int


class PublicStatistic(Answer):
    """One published aggregate with its source."""

    id: str
    record: str = Field(description="The published record that states it, and others of its aggregates.")
    record_kind: str
    authority: str
    region: str | None
    region_name: str | None
    dated_on: date | None
    dated_precision: str
    measure: str
    value: str
    source_title: str | None
    source_year: int | None


@dataclass(frozen=True)
class IndexSource:
    """What a search index may hold of a business."""

    business_id: str
    version: int
    name: str
    former_names: tuple[str, ...]
    aliases: tuple[str, ...]
    market: str | None
    stall: str | None
    address: str | None
    uscc: str | None
    region: str
    sector: str | None
    status: str
    lists: tuple[str, ...]
    designated: bool
    pledged: bool
