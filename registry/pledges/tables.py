"""Pledges on record."""

from datetime import date

from sqlalchemy import PrimaryKeyConstraint
from sqlmodel import Field, Index

from registry.store.columns import FactVersion, only_current


class Pledge(FactVersion, table=True):
    """A public pledge (诚信计量自我承诺) by a business, as one version of a fact."""

    __table_args__ = (
        PrimaryKeyConstraint("pledge_id", "version"),  # its versions are found by it
        only_current("one_current_pledge", "pledge_id"),
        Index("pledge_by_business", "business_id"),  # superseded versions too: a past score reads them
        only_current("one_pledge_by_source", "source_key", where="source_key IS NOT NULL"),
    )

    pledge_id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    matter: str = Field(description="What is pledged, e.g. retail_weighing, fuel, net_content, optometry.")
    pledged_on: date | None = None
    pledged_precision: str
    valid_through: date | None = Field(default=None, description="Inclusive last day; None: open.")
    broken_on: date | None = Field(default=None, description="Day on which the breach was established.")
    broken_reason: str | None = None
    withdrawn_on: date | None = None
    receiving_office: str = Field(foreign_key="office.code")
    document_id: str | None = Field(default=None, foreign_key="document.id")
    source_key: str | None = Field(default=None, description="Key in the source that it was read from.")
    incomplete: str | None = Field(default=None, description="Codes of what its rules lack, comma-separated.")
