"""Editions and the rows that they hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Edition(SQLModel, table=True):
    """One publication of a list for a region: the signed root of its salted leaves.

    Attributes:
        generation: Raised by every withdrawal; files of an older generation are never served.
        built_generation: The generation whose files are complete on disk; 0 before the first.
    """

    __table_args__ = (Index("edition_by_list", "regime", "region", "version", unique=True),)

    id: str = Field(primary_key=True)
    regime: str
    region: str
    version: str
    as_of_on: date
    entries: int
    root: str
    statement: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False), description="What is signed.")
    signature: str
    public_key: str
    rulebook_hash: str
    previous_version: str | None = None
    generation: int
    built_generation: int
    recorded_at: datetime = Field(sa_type=Instant)


class EditionEntry(SQLModel, table=True):
    """One row of an edition; a withdrawal blanks salt and content and leaves the leaf."""

    __tablename__ = "edition_entry"
    __table_args__ = (Index("edition_entry_by_entry", "entry_id"),)

    edition_id: str = Field(primary_key=True, foreign_key="edition.id")
    position: int = Field(primary_key=True)
    entry_id: str
    leaf: str
    salt: str | None = None
    content: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
