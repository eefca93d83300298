"""Statistics on record."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Statistic(SQLModel, table=True):
    """One published aggregate: a measure with its value, region, period and source."""

    id: str = Field(primary_key=True)
    source_key: str = Field(unique=True, description="Source, record and path of the value.")
    record_kind: str = Field(index=True)
    authority: str
    region: str | None = Field(default=None, description="GB/T 2260 where the name is one.")
    region_name: str | None = None
    dated_on: date | None = None
    dated_precision: str
    measure: str
    value: str = Field(description="As published; a share stays a decimal fraction.")
    source_title: str | None = None
    source_year: int | None = None
    recorded_at: datetime = Field(sa_type=Instant)
