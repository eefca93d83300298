"""Column types and the shape that every append-only fact shares."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, Index, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite keeps it without its zone, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant: it would mean another moment on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        moved = value.astimezone(UTC)
        return moved.replace(tzinfo=None) if dialect.name == "sqlite" else moved

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FollowingDay(FunctionElement[date]):
    """The day after another, on both databases; of the last day there is, none follows."""

    inherit_cache = True
    type = Date()


@compiles(FollowingDay, "sqlite")
def _on_sqlite(element: FollowingDay, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+1 day')"


@compiles(FollowingDay, "postgresql")
def _on_postgresql(element: FollowingDay, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + 1)"


class FactVersion(SQLModel):
    """One version of a fact: what held in law from a day, as recorded at an instant.

    `held_from_on` is the first legal day, `held_to_on` the first day on which it no longer held
    (open when None). A newer version closes the older one by `superseded_at`; nothing is updated
    otherwise, so a past day as known at a past instant can always be read again.
    """

    version: int = Field(primary_key=True)
    held_from_on: date | None = None
    held_to_on: date | None = None
    recorded_at: datetime = Field(sa_type=Instant)
    superseded_at: datetime | None = Field(default=None, sa_type=Instant)


def only_current(name: str, *columns: str, where: str = "", unique: bool = True) -> Index:
    """Return an index over the versions that hold now, on both databases."""
    condition = text("superseded_at IS NULL" + (f" AND {where}" if where else ""))
    options: dict[str, Any] = {"sqlite_where": condition, "postgresql_where": condition}
    return Index(name, *columns, unique=unique, **options)
