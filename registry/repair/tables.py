"""Applications for repair and objections, with the steps that they took."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Repair(SQLModel, table=True):
    """An application for repair of credit (信用修复申请): of a list entry or of a penalty record.

    Attributes:
        state: received (whether it is taken up is open), incomplete, complete, granted, refused,
            declined (not taken up), withdrawn or revoked.
        papers: Documents by what they are: application, pledge, performance, identity.
        unmet: Conditions that were not met, each with its rule and source; of a refusal.
        restored_entry_ids: The entries that put back, after the grant was revoked, what it had ended.
    """

    __table_args__ = (
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> taken_in_by_person",
            name="who_takes_in_never_decides",
        ),
        CheckConstraint(
            "revoked_by_person <> revocation_proposed_by_person",
            name="who_proposes_a_revocation_never_revokes",
        ),
        CheckConstraint(
            "revoked_on IS NULL OR revocation_proposed_by_person IS NOT NULL",
            name="nobody_revokes_unproposed",
        ),
        CheckConstraint(
            "(revoked_on IS NULL) = (revoked_by_person IS NULL)", name="a_revocation_has_its_person"
        ),
        Index(
            "one_open_repair",
            "subject_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index("repair_by_state", "state", "region"),
        Index("repair_decided_by", "decide_by_on"),
        Index("repair_accepted_by", "accept_by_on"),
    )

    id: str = Field(primary_key=True)
    version: int
    subject_kind: str = Field(description="entry or violation.")
    subject_id: str
    business_id: str = Field(foreign_key="business.id", index=True)
    region: str
    applicant: str = Field(description="Who applies, by name; never public.")
    field: str = Field(description="Field of the penalty: metrology, food, drug or special_equipment.")
    papers: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    received_on: date
    accept_by_on: date | None = Field(
        default=None, description="Last day for deciding whether it is taken up; None: taken up at once."
    )
    accepted_on: date | None = Field(default=None, description="None: not taken up, or not yet.")
    complete_on: date | None = Field(default=None, description="Day on which the last paper came in.")
    decide_by_on: date | None = Field(default=None, description="Last day for the decision.")
    taken_in_by_person: str = Field(foreign_key="person.id")
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    decided_on: date | None = None
    rule: str | None = Field(default=None, description="Code of the condition that the decision rests on.")
    reasons: str | None = None
    unmet: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    closed_on: date | None = None
    revocation_proposed_by_person: str | None = Field(default=None, foreign_key="person.id")
    revoked_by_person: str | None = Field(default=None, foreign_key="person.id")
    revoked_on: date | None = None
    restored_entry_ids: list[str] = Field(sa_column=Column(JSON, nullable=False))
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)


class Objection(SQLModel, table=True):
    """An objection (异议) to an entry, a penalty record, a candidate or a notice.

    Attributes:
        subject_kind: entry, violation or proposal.
        state: received (whether it is taken up is open), open, upheld (its remedy is still to be
            carried out), settled, dismissed, declined (not taken up) or withdrawn.
    """

    __table_args__ = (
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> filed_by_person",
            name="who_filed_never_decides_the_objection",
        ),
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> proposed_by_person",
            name="who_proposed_never_decides_the_objection",
        ),
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> listed_by_person",
            name="who_listed_never_decides_the_objection",
        ),
        Index("objection_by_subject", "subject_id"),
        Index("objection_by_state", "state", "region"),
        Index("objection_decided_by", "decide_by_on"),
        Index("objection_accepted_by", "accept_by_on"),
    )

    id: str = Field(primary_key=True)
    version: int
    subject_kind: str
    subject_id: str
    business_id: str = Field(foreign_key="business.id", index=True)
    region: str
    objector: str = Field(description="Who objects, by name; never public.")
    points: list[str] = Field(sa_column=Column(JSON, nullable=False))
    papers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    assisted: bool = Field(description="True where another unit must check.")
    state: str
    filed_on: date
    accept_by_on: date | None = Field(
        default=None, description="Last day for deciding whether it is taken up; None: taken up at once."
    )
    accepted_on: date | None = Field(default=None, description="None: not taken up, or not yet.")
    decide_by_on: date | None = Field(
        default=None, description="Last day; None: no rule of the place sets it."
    )
    filed_by_person: str = Field(foreign_key="person.id")
    proposed_by_person: str | None = Field(default=None, foreign_key="person.id")
    listed_by_person: str | None = Field(default=None, foreign_key="person.id")
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    decided_on: date | None = None
    answers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    closed_on: date | None = None
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)


class CasePaper(SQLModel, table=True):
    """A document that a merchant or objector brought in a case: it proves nothing for another business."""

    __tablename__ = "case_paper"

    document_id: str = Field(primary_key=True, foreign_key="document.id")
    case_id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")


class CaseStep(SQLModel, table=True):
    """One step of a repair or an objection: who took it, on which legal day, with which document."""

    __tablename__ = "case_step"
    __table_args__ = (Index("case_step_by_document", "document_id"), Index("case_step_by_day", "taken_on"))

    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    step: str
    state: str = Field(description="State reached by the step.")
    taken_on: date
    deadline_on: date | None = Field(default=None, description="Last day of the period that it opened.")
    person_id: str = Field(foreign_key="person.id")
    office_code: str = Field(foreign_key="office.code")
    document_id: str | None = Field(default=None, foreign_key="document.id")
    note: str | None = None
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    recorded_at: datetime = Field(sa_type=Instant)
