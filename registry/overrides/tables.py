"""Overrides of the rulebook and the calendar, and every rulebook that took effect."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant
from registry.store.tables import Sequence


class RulebookOverride(SQLModel, table=True):
    """A dated row of law set by an office: proposed by one person, approved by another."""

    __tablename__ = "rulebook_override"
    __table_args__ = (
        CheckConstraint(
            "approved_by_person IS NULL OR approved_by_person <> proposed_by_person",
            name="override_needs_two_persons",
        ),
    )

    id: str = Field(primary_key=True)
    rule_table: str
    row: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reason: str
    proposed_by_person: str = Field(foreign_key="person.id")
    proposed_at: datetime = Field(sa_type=Instant)
    approved_by_person: str | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = Field(default=None, sa_type=Instant)


class RulebookArchive(SQLModel, table=True):
    """An effective rulebook, package and overrides, under the hash of its content."""

    __tablename__ = "rulebook_archive"

    hash: str = Field(primary_key=True)
    content: str


class RulebookEffect(SQLModel, table=True):
    """The instant from which a rulebook was the effective one."""

    __tablename__ = "rulebook_effect"
    __table_args__ = (Index("rulebook_effect_by_instant", "took_effect_at", "seq"),)

    seq: int | None = Field(default=None, sa_column=Column(Sequence, primary_key=True, autoincrement=True))
    hash: str = Field(foreign_key="rulebook_archive.hash")
    took_effect_at: datetime = Field(sa_type=Instant)


class CalendarOverride(SQLModel, table=True):
    """A day whose being a working day an office set against the installed calendar."""

    __tablename__ = "calendar_override"

    day_on: date = Field(primary_key=True)
    working: bool
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
