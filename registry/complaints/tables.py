"""Rows of complaints; who complains, and what they wrote, stand apart in a row of their own."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Complaint(SQLModel, table=True):
    """A consumer's complaint (投诉) about a business, as one office has it.

    A complaint that is handed over goes on as another row at the other office.

    Attributes:
        state: received, accepted, refused, ended, withdrawn or transferred.
        business_id: The respondent, where it is on record.
        respondent: Its name as stated; blanked with the rest of what was written.
        place: Where it happened, as stated; blanked likewise.
        finding: Whether what was complained of was borne out: borne_out, not_borne_out or open.
        closed_on: Day on which nothing was left to do.
    """

    __table_args__ = (
        CheckConstraint("business_id IS NOT NULL OR instrument_id IS NULL", name="an_instrument_has_a_user"),
        Index("complaint_by_office", "office_code", "closed_on"),
        Index("complaint_by_region", "region", "next_due_on", "id"),
        Index("complaint_by_business", "business_id"),
        Index("complaint_by_decision", "decided_on", "region"),
    )

    id: str = Field(primary_key=True)
    version: int
    office_code: str = Field(foreign_key="office.code")
    region: str
    business_id: str | None = Field(default=None, foreign_key="business.id")
    instrument_id: str | None = None
    respondent: str | None = None
    place: str | None = None
    matter: str
    proof: str | None = Field(default=None, description="Grade of the evidence: none, some or direct.")
    happened_on: date | None = None
    known_on: date | None = Field(default=None, description="Day on which the complainant came to know.")
    state: str
    received_on: date
    decided_on: date | None = Field(default=None, description="Accepted or refused.")
    ground: str | None = Field(default=None, description="Code of the ground of a refusal.")
    decision_told_on: date | None = None
    ended_on: date | None = Field(default=None, description="Mediation ended.")
    outcome: str | None = None
    finding: str | None = None
    end_told_on: date | None = None
    withdrawn_on: date | None = None
    transferred_on: date | None = None
    came_from_id: str | None = Field(default=None, foreign_key="complaint.id")
    disputed_on: date | None = Field(default=None, description="Another office disputed authority.")
    agreed_on: date | None = None
    split_on: date | None = Field(default=None, description="The part that was a report went its own way.")
    closed_on: date | None = None
    next_due_on: date | None = Field(
        default=None, description="What is owed next, by the law of the last act or night: it orders lists."
    )
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)


class ComplaintContent(SQLModel, table=True):
    """Who complains and what they wrote: read by the office that handles it and by nobody else."""

    __tablename__ = "complaint_content"

    complaint_id: str = Field(primary_key=True, foreign_key="complaint.id")
    complainant: str | None = None
    phone: str | None = None
    address: str | None = None
    request: str | None = None
    facts: str | None = None
    blanked_on: date | None = Field(default=None, description="Day on which the term of keeping was over.")


class ComplaintTesting(SQLModel, table=True):
    """Time that testing took: from the day after it began through the day on which the result came."""

    __tablename__ = "complaint_testing"

    complaint_id: str = Field(primary_key=True, foreign_key="complaint.id")
    from_on: date = Field(primary_key=True)
    until_on: date | None = None


class ComplaintDue(SQLModel, table=True):
    """A last day in the handling of a complaint, by the law of the last act or night: it is counted here."""

    __tablename__ = "complaint_due"
    __table_args__ = (Index("complaint_due_by_day", "due_on", "office_code", "met_on"),)

    complaint_id: str = Field(primary_key=True, foreign_key="complaint.id")
    rule: str = Field(primary_key=True)
    office_code: str = Field(foreign_key="office.code")
    due_on: date
    met_on: date | None = None


class ComplaintStep(SQLModel, table=True):
    """One step in the handling of a complaint: who took it, on which legal day."""

    __tablename__ = "complaint_step"

    complaint_id: str = Field(primary_key=True, foreign_key="complaint.id")
    seq: int = Field(primary_key=True)
    step: str
    state: str = Field(description="State reached by the step.")
    taken_on: date
    person_id: str = Field(foreign_key="person.id")
    office_code: str = Field(foreign_key="office.code")
    note: str | None = Field(default=None, description="The officer's words; blanked with the content.")
    recorded_at: datetime = Field(sa_type=Instant)


class ComplaintEscalation(SQLModel, table=True):
    """A deadline of a complaint that was missed, told to the office above, once."""

    __tablename__ = "complaint_escalation"
    __table_args__ = (Index("complaint_escalation_by_office", "superior_code", "escalated_on"),)

    complaint_id: str = Field(primary_key=True, foreign_key="complaint.id")
    rule: str = Field(primary_key=True)
    due_on: date
    superior_code: str = Field(foreign_key="office.code")
    escalated_on: date
