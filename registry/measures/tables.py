"""Which office answers for which scope of measures, and what offices applied."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class OfficeScope(SQLModel, table=True):
    """A scope of measures that an office answers for, e.g. `licensing`; assigned, never assumed."""

    __tablename__ = "office_scope"

    office_code: str = Field(primary_key=True, foreign_key="office.code")
    scope: str = Field(primary_key=True)
    recorded_at: datetime = Field(sa_type=Instant)


class MeasureApplication(SQLModel, table=True):
    """That an office applied a measure (措施实施) to a business under an entry."""

    __tablename__ = "measure_application"
    __table_args__ = (
        Index(
            "one_open_application",
            "entry_id",
            "measure",
            "office_code",
            unique=True,
            sqlite_where=text("lifted_on IS NULL"),
            postgresql_where=text("lifted_on IS NULL"),
        ),
        Index("measure_application_by_business", "business_id"),
    )

    id: str = Field(primary_key=True)
    version: int
    measure: str = Field(description="Code in the rulebook.")
    scope: str
    entry_id: str
    business_id: str = Field(foreign_key="business.id")
    region: str
    basis: str = Field(description="Instrument and article of the measure.")
    office_code: str = Field(foreign_key="office.code", index=True)
    person_id: str = Field(foreign_key="person.id")
    applied_on: date
    note: str | None = None
    lifted_on: date | None = None
    lifted_by_person: str | None = Field(default=None, foreign_key="person.id")
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)
