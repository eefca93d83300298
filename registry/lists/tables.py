"""Proposals with their steps, and list entries."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, PrimaryKeyConstraint, text
from sqlmodel import Field, SQLModel

from registry.store.columns import FactVersion, Instant, only_current


class Proposal(SQLModel, table=True):
    """A case for listing a business, led through the states of its colour by two persons."""

    __table_args__ = (
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> proposed_by_person",
            name="proposer_never_decides",
        ),
        Index(
            "one_open_proposal",
            "business_id",
            "regime",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index("proposal_by_state", "state", "region"),
    )

    id: str = Field(primary_key=True)
    version: int
    regime: str
    colour: str
    business_id: str = Field(foreign_key="business.id")
    region: str
    state: str
    ground: str
    market_id: str | None = Field(default=None, foreign_key="market.id", description="Of a market's card.")
    evidence: list[str] = Field(sa_column=Column(JSON, nullable=False), description="Fact identifiers.")
    proposed_by_person: str = Field(foreign_key="person.id")
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    next_deadline_on: date | None = Field(default=None, description="Last day of the running period.")
    closed_on: date | None = Field(default=None, description="Day on which it was listed or dropped.")
    objected_on: date | None = Field(
        default=None, description="Day of the oldest objection that nobody has decided yet."
    )
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)


class ProposalStep(SQLModel, table=True):
    """One step of a proposal: who took it, on which legal day, with which document and deadline."""

    __tablename__ = "proposal_step"
    __table_args__ = (
        Index("proposal_step_by_document", "document_id"),
        Index("proposal_step_by_day", "taken_on"),
    )

    proposal_id: str = Field(primary_key=True, foreign_key="proposal.id")
    seq: int = Field(primary_key=True)
    step: str
    state: str = Field(description="State reached by the step.")
    taken_on: date
    deadline_on: date | None = Field(default=None, description="Last day of the period that it opened.")
    person_id: str = Field(foreign_key="person.id")
    office_code: str = Field(foreign_key="office.code")
    document_id: str | None = Field(default=None, foreign_key="document.id")
    note: str | None = None
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    recorded_at: datetime = Field(sa_type=Instant)


class ProposalDue(SQLModel, table=True):
    """A deadline of the office itself that a step of a case began."""

    __tablename__ = "proposal_due"
    __table_args__ = (Index("proposal_due_by_day", "due_on"),)

    proposal_id: str = Field(primary_key=True, foreign_key="proposal.id")
    seq: int = Field(primary_key=True, description="Of the step that began it.")
    rule: str = Field(primary_key=True, description="Code of the deadline in the rulebook.")
    region: str
    office_code: str = Field(foreign_key="office.code", description="Office that leads the case.")
    due_on: date | None = Field(default=None, description="Last day; None: the rulebook lacks the figure.")
    met_on: date | None = Field(default=None, description="Day on which it was met or fell away.")


class ListEntry(FactVersion, table=True):
    """An entry of a business on a list or board, as one version of a fact."""

    __tablename__ = "list_entry"
    __table_args__ = (
        PrimaryKeyConstraint("entry_id", "version"),  # its versions are found by it
        only_current("one_current_entry", "entry_id"),
        only_current("entry_by_regime", "regime", "listed_on", "entry_id", unique=False),
        only_current("entry_by_place", "regime", "region", "listed_on", "entry_id", unique=False),
        only_current("entry_by_business", "business_id", unique=False),
        only_current("entry_until", "publish_until", unique=False),
        only_current("entry_by_colour", "colour", "listed_on", unique=False),
        only_current("entry_by_end", "withdrawn_on", where="withdrawn_on IS NOT NULL", unique=False),
        only_current("entry_by_last_day", "withdraw_by_on", where="withdraw_by_on IS NOT NULL", unique=False),
        only_current("entry_of_case", "entry_id", where="proposal_id IS NOT NULL", unique=False),
        only_current("entry_by_record", "violation_id", where="violation_id IS NOT NULL", unique=False),
        only_current(
            "one_entry_by_record",
            "regime",
            "violation_id",
            where="violation_id IS NOT NULL AND withdrawn_on IS NULL",
        ),
    )

    entry_id: str = Field(primary_key=True)
    regime: str
    colour: str
    region: str
    business_id: str = Field(foreign_key="business.id")
    proposal_id: str | None = Field(default=None, foreign_key="proposal.id")
    violation_id: str | None = Field(default=None, description="The record that a board entry shows.")
    market_id: str | None = Field(default=None, foreign_key="market.id", description="Of a market's card.")
    state: str = Field(description="published, listed, suspended, or the ground on which it ended.")
    ground: str
    basis: str | None = None
    measures: list[str] = Field(sa_column=Column(JSON, nullable=False))
    persons_named: bool = Field(description="True where the regime lets natural persons be named.")
    listed_on: date
    publish_from: date
    publish_until: date | None = None
    withdrawn_on: date | None = None
    withdrawn_ground: str | None = None
    withdrawn_rule: str | None = None
    withdraw_by_on: date | None = Field(
        default=None, description="Last day on which it had to be gone once nothing carried it any more."
    )
    restores: str | None = Field(default=None, description="The ended entry that this one puts back.")
    objected_on: date | None = Field(
        default=None, description="Day of the oldest objection that nobody has decided yet."
    )


class EntryGround(SQLModel, table=True):
    """A fact that an entry rests on: when it falls, so does the entry."""

    __tablename__ = "entry_ground"
    __table_args__ = (Index("entry_ground_by_fact", "fact_id"),)

    entry_id: str = Field(primary_key=True)
    fact_id: str = Field(primary_key=True)
