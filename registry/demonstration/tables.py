"""Designations on record."""

from datetime import date

from sqlalchemy import PrimaryKeyConstraint
from sqlmodel import Field, Index

from registry.store.columns import FactVersion, only_current


class DemonstrationUnit(FactVersion, table=True):
    """A designation as demonstration unit (诚信计量示范单位), as one version of a fact."""

    __tablename__ = "demonstration_unit"
    __table_args__ = (
        PrimaryKeyConstraint("designation_id", "version"),  # its versions are found by it
        only_current("one_current_designation", "designation_id"),
        Index("designation_by_business", "business_id"),  # superseded versions too: a past score reads them
        only_current("one_designation_by_source", "source_key", where="source_key IS NOT NULL"),
    )

    designation_id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    level: str = Field(description="nation, province, city or county; unknown where unsaid.")
    category: str | None = None
    title: str | None = None
    authority: str = Field(description="As named by the source or the designating office.")
    designated_on: date | None = None
    designated_precision: str
    valid_through: date | None = None
    cancelled_on: date | None = None
    cancelled_reason: str | None = None
    source_key: str | None = None
    incomplete: str | None = None
