"""Businesses, their versions, other names, and the markets whose stalls they hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, PrimaryKeyConstraint, text
from sqlmodel import Field, Index, SQLModel

from registry.store.columns import FactVersion, Instant, only_current


class Business(SQLModel, table=True):
    """A credit subject (经营主体), under our own identifier for ever.

    Attributes:
        standing: `named`; `masked` where the source hid part of the name (never merged with a
            namesake); `unidentified` where no single party is named (never searched or listed).
        merged_into_id: The business that carries on this one's record, if any.
    """

    __table_args__ = (
        Index(
            "business_merged",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    standing: str
    merged_into_id: str | None = Field(default=None, foreign_key="business.id")
    recorded_at: datetime = Field(sa_type=Instant)


class BusinessVersion(FactVersion, table=True):
    """What is known of a business from a day: code, name, place, trade."""

    __tablename__ = "business_version"
    __table_args__ = (
        PrimaryKeyConstraint("business_id", "version"),  # its versions are found by it
        only_current("one_current_business", "business_id"),
        only_current("one_business_by_uscc", "uscc", where="uscc IS NOT NULL"),
        only_current(
            "one_business_by_stall", "market_id", "stall", where="stall IS NOT NULL AND uscc IS NULL"
        ),
        only_current("business_by_stall", "market_id", "stall", unique=False, where="stall IS NOT NULL"),
        only_current("business_by_name", "name_key", "region", unique=False),
        only_current("business_by_region", "region", "business_id", unique=False),
    )

    business_id: str = Field(primary_key=True, foreign_key="business.id")
    uscc: str | None = None
    uscc_check_ok: bool | None = Field(default=None, description="False for early codes that fail the digit.")
    name: str | None = Field(default=None, description="As published; None where nobody is named.")
    name_key: str | None = Field(default=None, description="Name folded for exact comparison.")
    kind: str = Field(description="enterprise, sole_trader, natural_person, institution, …, unknown.")
    sector: str | None = None
    region: str
    address: str | None = None
    market_id: str | None = Field(default=None, foreign_key="market.id")
    stall: str | None = Field(default=None, description="Stall number within the market.")
    phone: str | None = Field(default=None, description="Never public.")
    status: str = Field(description="open, closed or unknown.")


class Alias(SQLModel, table=True):
    """Another name or code by which a business is or was known."""

    __table_args__ = (Index("alias_by_business", "business_id"), Index("alias_by_key", "value_key"))

    id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    kind: str = Field(description="former_name, trade_name, short_name or former_code.")
    value: str
    value_key: str
    held_to_on: date | None = None
    recorded_at: datetime = Field(sa_type=Instant)


class Merger(SQLModel, table=True):
    """How two records belong together (归并, 承继): proposed by one person, decided by another.

    Attributes:
        kind: `duplicate`: two records of one business, the facts of the one given up go over;
            `succession`: another business took its place in law, which moves no fact;
            `separation`: a merger was a mistake and is undone.
        former_id: The record given up; the predecessor; the record that stands on its own again.
        survivor_id: The business that carries on.
        moved: Identifiers of what went over, by sort, so that it can go back.
        undone_at: Instant at which a separation undid this merger.
    """

    __table_args__ = (
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> proposed_by_person",
            name="merger_needs_two_persons",
        ),
        Index(
            "one_open_merger",
            "former_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("merger_by_former", "former_id"),
        Index("merger_by_survivor", "survivor_id"),
    )

    id: str = Field(primary_key=True)
    kind: str
    former_id: str = Field(foreign_key="business.id")
    survivor_id: str = Field(foreign_key="business.id")
    undoes_id: str | None = Field(default=None, foreign_key="merger.id")
    reason: str
    document_id: str = Field(foreign_key="document.id")
    proposed_by_person: str = Field(foreign_key="person.id")
    proposed_at: datetime = Field(sa_type=Instant)
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decision: str | None = Field(default=None, description="approved or rejected.")
    moved: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class Market(SQLModel, table=True):
    """A market (集贸市场) with fixed premises and, where known, its organiser."""

    __table_args__ = (Index("market_by_name", "name", "region", unique=True),)

    id: str = Field(primary_key=True)
    name: str
    region: str
    organiser_id: str | None = Field(default=None, foreign_key="business.id")
    recorded_at: datetime = Field(sa_type=Instant)
