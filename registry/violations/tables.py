"""Violations and penalty decisions on record."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, PrimaryKeyConstraint
from sqlmodel import Field

from registry.store.columns import FactVersion, only_current


class PenaltyDecision(FactVersion, table=True):
    """A penalty decision (行政处罚决定), as one version of a fact.

    Attributes:
        standing: `in_force`; `under_review` while review or a suit is pending; `annulled`.
    """

    __tablename__ = "penalty_decision"
    __table_args__ = (
        PrimaryKeyConstraint("decision_id", "version"),  # its versions are found by it
        only_current("one_current_decision", "decision_id"),
        only_current(
            "one_decision_by_number", "decision_no", "authority_key", where="decision_no IS NOT NULL"
        ),
        only_current("one_decision_by_source", "source_key", where="source_key IS NOT NULL"),
    )

    decision_id: str = Field(primary_key=True)
    decision_no: str | None = None
    authority: str = Field(description="Name of the deciding authority, as published.")
    authority_key: str = Field(description="The name folded for comparison, see `registry.authorities`.")
    region: str = Field(description="GB/T 2260 of the deciding authority.")
    decided_on: date | None = None
    decided_precision: str
    procedure: str = Field(description="ordinary, summary or unknown.")
    penalties: list[str] = Field(sa_column=Column(JSON, nullable=False))
    fine_fen: int | None = Field(default=None, sa_type=BigInteger)
    confiscated_fen: int | None = Field(default=None, sa_type=BigInteger)
    basis: str | None = None
    summary: str | None = None
    severity_stated: str | None = Field(default=None, description="Class that the deciding office set.")
    published_on: date | None = Field(default=None, description="First day of its publication, if known.")
    standing: str
    source_key: str | None = None
    source: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Violation(FactVersion, table=True):
    """A violation found by a decision, with its class and its period of publicity."""

    __table_args__ = (
        PrimaryKeyConstraint("violation_id", "version"),  # its versions are found by it
        only_current("one_current_violation", "violation_id"),
        Index("violation_by_business", "business_id"),  # superseded versions too: a past score reads them
        only_current("violation_by_decision", "decision_id", unique=False),
        only_current("violation_until", "publish_until", unique=False),
        only_current("violation_incomplete", "violation_id", where="incomplete IS NOT NULL", unique=False),
    )

    violation_id: str = Field(primary_key=True)
    decision_id: str
    business_id: str = Field(foreign_key="business.id")
    conduct_code: str
    type_code: str | None = Field(default=None, description="Violation type that scores, if any.")
    type_codes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    instrument_kind: str | None = None
    quantity: int = Field(default=1, description="Instruments or packages concerned, at least one.")
    conduct: str | None = Field(default=None, description="Facts as found, in words.")
    found_on: date | None = None
    found_precision: str
    severity: str | None = Field(default=None, description="slight, general or serious; None: not set.")
    publish_from: date | None = None
    publish_until: date | None = Field(default=None, description="First day on which it is hidden.")
    repaired_on: date | None = None
    restarted_on: date | None = Field(
        default=None, description="Day on which its publicity began anew, because a repair was revoked."
    )
    objected_on: date | None = Field(
        default=None, description="Day of the oldest objection that nobody has decided yet."
    )
    incomplete: str | None = None
