"""The audit log: one entry for every command that changed something."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant
from registry.store.tables import Sequence


class AuditEntry(SQLModel, table=True):
    """Who did what to which subject, when, for which office, under which rulebook."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("audit_by_subject", "subject_id"),
        Index("audit_by_person", "person_id"),
        Index("audit_by_time", "at"),
    )

    seq: int | None = Field(default=None, sa_column=Column(Sequence, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Instant)
    person_id: str
    account_name: str
    office_code: str
    act: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    rulebook_hash: str
