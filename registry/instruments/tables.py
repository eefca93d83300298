"""Instruments and verifications on record."""

from datetime import date

from sqlalchemy import PrimaryKeyConstraint
from sqlmodel import Field, Index

from registry.store.columns import FactVersion, only_current


class Instrument(FactVersion, table=True):
    """A measuring instrument in use by a business, as one version of a fact.

    One instrument is one factory number of one maker. Where the maker is not known, the number tells
    it apart within its business only.
    """

    __table_args__ = (
        PrimaryKeyConstraint("instrument_id", "version"),  # its versions are found by it
        only_current("one_current_instrument", "instrument_id"),
        only_current("one_instrument_by_number", "maker_key", "serial_key", where="maker_key IS NOT NULL"),
        only_current("one_instrument_without_maker", "business_id", "serial_key", where="maker_key IS NULL"),
        only_current("instrument_by_serial", "serial_key", unique=False),
        # superseded versions too: a past score reads them
        Index("instrument_by_business", "business_id", "instrument_id"),
    )

    instrument_id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    kind: str = Field(description="Code of the rulebook's instrument_kinds.")
    maker: str | None = None
    maker_key: str | None = Field(default=None, description="Maker folded for exact comparison.")
    model: str | None = None
    serial_no: str = Field(description="Factory number (出厂编号).")
    serial_key: str
    capacity: str | None = Field(default=None, description="Maximum capacity or range, in words.")
    accuracy_class: str | None = None
    place: str | None = Field(default=None, description="Where it stands in the business; never public.")
    in_use_on: date | None = None
    in_use_precision: str
    retired_on: date | None = Field(default=None, description="First day on which it is out of use.")
    retired_reason: str | None = None


class Verification(FactVersion, table=True):
    """A verification of an instrument by a verification body, as one version of a fact.

    Attributes:
        valid_through: Inclusive last day that decides: as stated, else as the rulebook counts it.
        possibly_through: Where sources of law differ: the later last day; undetermined in between.
    """

    __table_args__ = (
        PrimaryKeyConstraint("verification_id", "version"),  # its versions are found by it
        only_current("one_current_verification", "verification_id"),
        only_current(
            "one_verification_by_certificate",
            "certificate_key",
            "body_key",
            "instrument_id",
            where="annulled_on IS NULL",
        ),
        only_current("verification_by_certificate", "certificate_key", unique=False),
        Index("verification_by_instrument", "instrument_id", "verified_on"),
        only_current("verification_through", "valid_through", unique=False),
    )

    verification_id: str = Field(primary_key=True)
    instrument_id: str
    certificate_no: str
    certificate_key: str
    body: str = Field(description="Verification body (检定机构), as the certificate names it.")
    body_key: str
    result: str = Field(description="qualified, unqualified or limited.")
    limitation: str | None = Field(default=None, description="What a limited use is limited to.")
    verified_on: date
    stated_through: date | None = Field(default=None, description="Last day that the certificate states.")
    valid_through: date | None = None
    possibly_through: date | None = None
    annulled_on: date | None = None
    annulled_reason: str | None = None
    document_id: str | None = Field(default=None, foreign_key="document.id")
    incomplete: str | None = Field(default=None, description="Codes of what its rules lack, comma-separated.")
