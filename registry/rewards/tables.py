"""Rows of rewards: bound to the public identifiers of reports, no name, business, case or amount.

An amount would lead to the fine that it is a share of; `sheets.py` seals the calculation.
"""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Reward(SQLModel, table=True):
    """The reward of one case (举报奖励): proposed, decided and, where needed, agreed to by three persons.

    Attributes:
        state: proposed, refused, decided (the finance department has yet to agree) or settled.
        sealed_sheet: The calculation with its amounts, and why several reporters share it as they do.
        consent: Why the finance department must agree: amount, insider.
    """

    __table_args__ = (
        CheckConstraint(
            "decided_by_person <> proposed_by_person", name="who_proposes_a_reward_never_decides"
        ),
        CheckConstraint(
            "consent_by_person <> decided_by_person AND consent_by_person <> proposed_by_person",
            name="consent_to_a_reward_needs_another_person",
        ),
        CheckConstraint(
            "(decided_on IS NULL) = (decided_by_person IS NULL)", name="a_decided_reward_has_its_person"
        ),
        Index("reward_by_office", "office_code", "state"),
    )

    id: str = Field(primary_key=True)
    version: int
    office_code: str = Field(foreign_key="office.code")
    region: str
    state: str
    level: int
    sealed_sheet: bytes = Field(sa_type=LargeBinary)
    consent: list[str] = Field(sa_column=Column(JSON, nullable=False))
    proposed_by_person: str = Field(foreign_key="person.id")
    proposed_on: date
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    decided_on: date | None = None
    consent_by_person: str | None = Field(default=None, foreign_key="person.id")
    consent_on: date | None = None
    consent_no: str | None = Field(default=None, description="Number of the finance department's paper.")
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)


class RewardShare(SQLModel, table=True):
    """What one report is rewarded with; told, claimed and paid against its return code.

    Attributes:
        state: due, told, claimed, paid or waived.
    """

    __tablename__ = "reward_share"

    report_id: str = Field(primary_key=True)
    reward_id: str = Field(foreign_key="reward.id", index=True)
    share_bp: int
    state: str
    told_on: date | None = None
    claimed_on: date | None = None
    tried_on: date | None = Field(default=None, description="Last day on which a code was tried for it.")
    tries: int = Field(default=0, description="How many times on that day.")
    paid_on: date | None = None
    paid_by_person: str | None = Field(default=None, foreign_key="person.id")
    waived_on: date | None = None
