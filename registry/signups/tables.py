"""Accounts that were asked for."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class SignUp(SQLModel, table=True):
    """Somebody who asks for an account of a business; whether the code is known is told to officers alone."""

    __tablename__ = "sign_up"

    id: str = Field(primary_key=True)
    wanted: str = Field(description="merchant or operator.")
    uscc: str = Field(index=True)
    account_name: str
    person_name: str
    contact: str
    recorded_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    decision: str | None = Field(default=None, description="confirmed or refused.")
