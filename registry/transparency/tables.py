"""Sums of what stands in another database, written down so that no page has to open that."""

from datetime import date

from sqlmodel import Field, SQLModel


class ReportDueCount(SQLModel, table=True):
    """How many last days in the handling of reports an office had in a month, and how many it missed."""

    __tablename__ = "report_due_count"

    office_code: str = Field(primary_key=True, foreign_key="office.code")
    month: str = Field(primary_key=True, description="E.g. 2026-11.")
    due: int
    missed: int
    counted_on: date
