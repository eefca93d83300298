"""Leaves of the log and what opens them, the tree over them, what was signed, what the public may follow."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class LogHead(SQLModel, table=True):
    """The number of leaves; the one row whose lock orders appends."""

    __tablename__ = "log_head"

    id: int = Field(primary_key=True)
    size: int


class LogLeaf(SQLModel, table=True):
    """What the public log holds of an act: kind, day, office, a random id and a commitment."""

    __tablename__ = "log_leaf"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    leaf_id: str = Field(unique=True)
    act: str
    on: date
    office_code: str
    commitment: str = Field(description="SHA-256 of salt and content, hex.")
    leaf_hash: str = Field(description="RFC 6962 hash of the leaf, hex.")
    recorded_at: datetime = Field(sa_type=Instant)


class LogSalt(SQLModel, table=True):
    """What opens a commitment; destroyed when the law asks that the act be forgotten."""

    __tablename__ = "log_salt"

    leaf_id: str = Field(primary_key=True, foreign_key="log_leaf.leaf_id")
    salt: str | None = Field(default=None, description="32 random bytes, hex; None once forgotten.")
    content: str | None = Field(default=None, description="Canonical JSON of the act; None once forgotten.")
    subject_id: str = Field(index=True)


class LogTile(SQLModel, table=True):
    """Hashes of the tree above the leaves: a tile of level 1 or higher, as far as it is complete."""

    __tablename__ = "log_tile"

    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    hashes: bytes = Field(description="Up to 256 hashes of 32 bytes, side by side.")


class LogCheckpoint(SQLModel, table=True):
    """What was signed about the log; one root for one size, for ever."""

    __tablename__ = "log_checkpoint"

    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    root: str = Field(description="RFC 6962 root, hex.")
    note: str = Field(description="The signed note, as published.")
    verifier_key: str = Field(description="Origin, key id and public key of the signature.")
    signed_at: datetime = Field(sa_type=Instant)


class PublicEvent(SQLModel, table=True):
    """An act that changes what the public may see, by identifiers alone; numbered as its leaf.

    Attributes:
        entry_id: The entry that the act is about; None where it is about an edition.
        business_id: The business of an entry that is shown; None otherwise, and once it is unlinked.
        edition: Version of the edition that the act is about.
    """

    __tablename__ = "public_event"
    __table_args__ = (
        Index("public_event_by_entry", "entry_id"),
        Index("public_event_by_business", "business_id", "seq"),
        Index("public_event_by_list", "regime", "seq"),
        Index("public_event_by_region", "region", "seq"),
    )

    seq: int = Field(primary_key=True, foreign_key="log_leaf.seq", sa_column_kwargs={"autoincrement": False})
    act: str
    on: date
    at: datetime = Field(sa_type=Instant)
    regime: str
    region: str
    entry_id: str | None = None
    business_id: str | None = None
    edition: str | None = None
