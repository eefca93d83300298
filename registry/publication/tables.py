"""Editions and the rows that they hold."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant

_UNBUILT = text("built_generation < generation")


class Edition(SQLModel, table=True):
    """One publication of a list for a region: the signed root of its salted leaves.

    Attributes:
        generation: Raised by every withdrawal; files of an older generation are never served.
        built_generation: The generation whose files are complete on disk; 0 before the first.
        signature: Over the statement, hex; made when the files are first built.
    """

    __table_args__ = (
        Index("edition_by_list", "regime", "region", "version", unique=True),
        Index("edition_unbuilt", "id", sqlite_where=_UNBUILT, postgresql_where=_UNBUILT),
    )

    id: str = Field(primary_key=True)
    regime: str
    region: str
    version: str
    as_of_on: date
    entries: int
    root: str
    statement: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False), description="What is signed.")
    signature: str | None = None
    public_key: str | None = None
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
    position: int = Field(primary_key=True, description="From 0.")
    entry_id: str
    leaf: str = Field(description="Hash of the salted content, hex.")
    salt: str | None = Field(default=None, description="32 random bytes, hex.")
    content: str | None = Field(default=None, description="Canonical JSON of the public entry.")
