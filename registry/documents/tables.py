"""Documents on record; their bytes lie under their digest."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Document(SQLModel, table=True):
    """A document (文书): evidence, notice, proof of service, decision."""

    id: str = Field(primary_key=True)
    digest: str = Field(index=True, description="SHA-256 of the bytes, hex.")
    size: int
    media_type: str
    kind: str = Field(description="notice, service_proof, statement, decision, evidence, pledge …")
    number: str | None = Field(default=None, description="Number of the paper (文号), where it has one.")
    title: str
    access: str = Field(description="public, parties or officers.")
    region: str
    recorded_by: str = Field(foreign_key="account.name")
    recorded_at: datetime = Field(sa_type=Instant)
