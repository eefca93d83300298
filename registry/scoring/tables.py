"""Scores on record and the runs that computed them.

A run writes its scores in parts, at one instant of its own. They hold from the moment when it is
completed: whoever reads, reads as of the instant of the last completed run (`queries`).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant, only_current


class Score(SQLModel, table=True):
    """The score of a business from a legal day, appended only when it changes."""

    __table_args__ = (
        only_current("one_current_score", "business_id"),
        only_current("score_by_grade", "grade", unique=False),
    )

    business_id: str = Field(primary_key=True, foreign_key="business.id")
    version: int = Field(primary_key=True)
    as_of_on: date
    points: int = Field(description="Hundredths of a point.")
    grade: str | None = Field(default=None, description="None where the jurisdiction sets no band.")
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)
    superseded_at: datetime | None = Field(default=None, sa_type=Instant)


class ScoreRun(SQLModel, table=True):
    """One run over all or some businesses; the nightly run starts from the last one."""

    __tablename__ = "score_run"

    id: str = Field(primary_key=True)
    as_of_on: date
    known_at: datetime = Field(sa_type=Instant)
    rulebook_hash: str
    full: bool
    summary: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False), description="Empty until then.")
    recorded_at: datetime = Field(sa_type=Instant, description="Of all that it writes; no two have the same.")
    completed_at: datetime | None = Field(default=None, sa_type=Instant, description="None: not finished.")
    mark: str = Field(description="New with each part: who knows it not has been overtaken.")
