"""Offices and their names in time."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Office(SQLModel, table=True):
    """An authority (机关) that supervises a region, answers to a superior and acts by its people."""

    code: str = Field(primary_key=True)
    region: str = Field(index=True, description="GB/T 2260, six digits; 000000 is the nation.")
    level: str = Field(description="nation, province, city or county.")
    superior_code: str | None = Field(default=None, foreign_key="office.code")
    recorded_at: datetime = Field(sa_type=Instant)


class OfficeName(SQLModel, table=True):
    """A name that an office bore from a day; reforms rename offices, decisions keep the old name."""

    __tablename__ = "office_name"

    office_code: str = Field(primary_key=True, foreign_key="office.code")
    held_from_on: date = Field(primary_key=True)
    held_to_on: date | None = None
    name: str = Field(index=True)
    mark: str | None = Field(
        default=None, description="Short mark in numbers of papers (机关代字), e.g. 信浉市监."
    )
