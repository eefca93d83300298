"""Documents on record, whose bytes lie under their digest, and the official papers among them."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
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
    business_id: str | None = Field(
        default=None,
        foreign_key="business.id",
        index=True,
        description="Business that handed it in at its own desk; None: an office filed it.",
    )
    recorded_by: str = Field(foreign_key="account.name")
    recorded_at: datetime = Field(sa_type=Instant)


class Paper(SQLModel, table=True):
    """An official paper (文书) that an office issued: its number in a gapless series, its code, its state."""

    __table_args__ = (
        UniqueConstraint("office_code", "series", "year", "serial", name="one_paper_by_serial"),
        Index(
            "one_valid_paper",
            "case_id",
            "kind",
            "step",
            "seq",
            unique=True,
            sqlite_where=text("revoked_on IS NULL"),
            postgresql_where=text("revoked_on IS NULL"),
        ),
    )

    document_id: str = Field(primary_key=True, foreign_key="document.id")
    number: str = Field(unique=True, description="Number of the paper (文号), e.g. 信浉市监信告〔2026〕12号.")
    kind: str = Field(description="A kind of `registry.documents.forms`.")
    office_code: str = Field(foreign_key="office.code")
    series: str = Field(description="Mark of the series within the office, e.g. 信告.")
    year: int
    serial: int = Field(description="From 1 on in every year, without a gap.")
    case_id: str = Field(description="A proposal, objection, application for repair or entry.")
    step: str
    seq: int = Field(
        default=0, description="Number of the step that brought it; 0: it goes before its step, which waits."
    )
    basis: str | None = Field(default=None, description="Digest of what it rests on, where that may change.")
    issued_on: date
    sha256: str = Field(description="Of the bytes of the file, hex.")
    code: str = Field(
        unique=True, description="Verification code, 128 random bits; printed with the QR code."
    )
    revoked_on: date | None = None
