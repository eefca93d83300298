"""Leaves of the log, the salts that open them, and the size of the tree."""

from datetime import date, datetime

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
    salt: str
    content: str = Field(description="Canonical JSON of the act.")
    subject_id: str = Field(index=True)
