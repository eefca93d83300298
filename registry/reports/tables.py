"""Rows of the sealed reports. They stand in a database of their own, with keys that tell no order.

Nothing here says who reported, what, or whom; no time is finer than a day. Every sealed column is
named in `inventory.py` with what it is bound to.
"""

from datetime import date

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

KEYED = {"sqlite_with_rowid": False}  # a row number would tell the order of arrival


class Kept(SQLModel, registry=registry()):
    """The root of these tables: their metadata is not that of the registry."""


class Installation(Kept, table=True):
    """The name that everything here is bound to: given once, whatever the address is called later."""

    __table_args__ = KEYED

    site: str = Field(primary_key=True)


class HolderKey(Kept, table=True):
    """The key of an officer or custodian; its seed is sealed under a passphrase that we never keep."""

    __tablename__ = "holder_key"
    __table_args__ = KEYED

    fingerprint: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    office_code: str = Field(index=True)
    suite: int
    public_key: bytes = Field(sa_type=LargeBinary)
    salt: bytes = Field(sa_type=LargeBinary)
    sealed_seed: bytes = Field(sa_type=LargeBinary)
    made_on: date
    proved_on: date | None = Field(default=None, description="Last day on which its holder opened the test.")
    ended_on: date | None = None


class RecoveryKey(Kept, table=True):
    """The key whose seed exists only on paper, in three shares; two of them open."""

    __tablename__ = "recovery_key"
    __table_args__ = KEYED

    fingerprint: str = Field(primary_key=True)
    suite: int
    public_key: bytes = Field(sa_type=LargeBinary)
    made_on: date
    proved_on: date | None = Field(default=None, description="Last day on which two shares opened the test.")


class EpochKey(Kept, table=True):
    """The key of an office for a time: `intake` opens contents, `custody` identities and originals."""

    __tablename__ = "epoch_key"
    __table_args__ = KEYED

    fingerprint: str = Field(primary_key=True)
    office_code: str = Field(index=True)
    purpose: str
    suite: int
    public_key: bytes = Field(sa_type=LargeBinary)
    opened_on: date
    closed_on: date | None = None


class EpochShare(Kept, table=True):
    """The seed of an epoch, sealed to one holder; it opens nothing until a second person confirmed it."""

    __tablename__ = "epoch_share"
    __table_args__ = KEYED

    epoch: str = Field(primary_key=True, foreign_key="epoch_key.fingerprint")
    holder: str = Field(primary_key=True, description="Fingerprint of a holder's or the recovery key.")
    sealed_seed: bytes = Field(sa_type=LargeBinary)
    given_by: str
    confirmed_by: str | None = None


class Report(Kept, table=True):
    """One report, as far as anybody without a key may know."""

    __table_args__ = KEYED

    id: str = Field(primary_key=True)
    locator: bytes = Field(sa_type=LargeBinary, unique=True)
    office_code: str = Field(index=True)
    state: str
    version: int
    received_on: date
    extended_on: date | None = Field(default=None, description="Day on which its period was extended.")
    closed_on: date | None = None
    merged_into: str | None = Field(
        default=None, foreign_key="report.id", description="The report of the same matter that counts."
    )
    intake_epoch: str = Field(foreign_key="epoch_key.fingerprint")
    custody_epoch: str = Field(foreign_key="epoch_key.fingerprint")
    reply_suite: int
    reply_key: bytes = Field(sa_type=LargeBinary)
    reward_claimed_on: date | None = None


class LastVisit(Kept, table=True):
    """The words that the last visit to a report showed; one row stands for codes that find none."""

    __tablename__ = "last_visit"
    __table_args__ = KEYED

    key: str = Field(primary_key=True, description="The report's, or `decoy`.")
    report_id: str | None = Field(default=None, foreign_key="report.id", unique=True)
    words: str | None = Field(default=None, description="To be recognised at the next visit.")


class CompartmentKey(Kept, table=True):
    """The key of one compartment of a report, sealed to one who may open it."""

    __tablename__ = "compartment_key"
    __table_args__ = KEYED

    report_id: str = Field(primary_key=True, foreign_key="report.id")
    compartment: str = Field(primary_key=True)
    holder: str = Field(
        primary_key=True,
        description="Fingerprint of an epoch's, holder's or the recovery key, or `reporter`.",
    )
    sealed_key: bytes = Field(sa_type=LargeBinary)
    valid_through: date | None = Field(default=None, description="Last day on which it opens; None: always.")


class BodyPiece(Kept, table=True):
    """A piece of an encrypted stream: the story, the identity, a file, a message."""

    __tablename__ = "body_piece"
    __table_args__ = KEYED

    report_id: str = Field(primary_key=True, foreign_key="report.id")
    compartment: str = Field(primary_key=True)
    item: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    piece: bytes = Field(sa_type=LargeBinary)


class Message(Kept, table=True):
    """A message between the reporter and the office; its text is item `number` of the thread."""

    __table_args__ = KEYED

    report_id: str = Field(primary_key=True, foreign_key="report.id")
    number: int = Field(primary_key=True)
    written_by: str = Field(description="reporter or office.")
    written_on: date


class Handled(Kept, table=True):
    """An act as it took effect: it takes effect once, and tells who handled a report."""

    __table_args__ = KEYED

    key: str = Field(primary_key=True, description="Digest of person and form: the same form acts once.")
    act: str
    report_id: str | None = Field(default=None, foreign_key="report.id", index=True)
    person_id: str
    done_on: date


class LeftBehind(Kept, table=True):
    """What somebody who left could open of an open report, until it is sealed under new keys."""

    __tablename__ = "left_behind"
    __table_args__ = KEYED

    report_id: str = Field(primary_key=True, foreign_key="report.id")
    purpose: str = Field(primary_key=True, description="intake or custody: the compartments of one epoch.")


class Referral(Kept, table=True):
    """The number of the paper by which a report was referred; what it says is a sealed note."""

    __table_args__ = (UniqueConstraint("office_code", "year", "serial"), KEYED)

    report_id: str = Field(primary_key=True, foreign_key="report.id")
    office_code: str
    year: int
    serial: int


class DisclosureRequest(Kept, table=True):
    """Somebody who handles a report asks to read who sent it, or the files as they were sent."""

    __tablename__ = "disclosure_request"
    __table_args__ = KEYED

    id: str = Field(primary_key=True)
    report_id: str = Field(foreign_key="report.id", index=True)
    compartment: str = Field(description="identity or originals.")
    requester: str = Field(description="Fingerprint of the one key that it may be sealed to.")
    person_id: str
    state: str = Field(description="asked, released, refused or lapsed.")
    asked_on: date
    custody_epoch: str = Field(
        foreign_key="epoch_key.fingerprint", description="To which the reason is sealed."
    )
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    released_by: str | None = None
    valid_through: date | None = None


class DisclosureApproval(Kept, table=True):
    """A custodian agrees to a disclosure; two persons must."""

    __tablename__ = "disclosure_approval"
    __table_args__ = KEYED

    request_id: str = Field(primary_key=True, foreign_key="disclosure_request.id")
    person_id: str = Field(primary_key=True)
    approved_on: date


class Disclosed(Kept, table=True):
    """On this day somebody read the identity, or the files as they were sent: the reporter is told."""

    __table_args__ = KEYED

    id: str = Field(primary_key=True)
    report_id: str = Field(foreign_key="report.id", index=True)
    compartment: str
    opened_on: date
    sealed_proof: bytes = Field(
        sa_type=LargeBinary, description="What opens the leaf of this opening, sealed to the reporter alone."
    )


class Receipt(Kept, table=True):
    """What proves to a supervisor that a report was received, sealed to the reporter alone."""

    __table_args__ = KEYED

    report_id: str = Field(primary_key=True, foreign_key="report.id")
    sealed_receipt: bytes = Field(sa_type=LargeBinary)


metadata = Kept.metadata
