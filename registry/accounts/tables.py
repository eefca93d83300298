"""People, accounts, grants and keys."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from registry.store.columns import Instant


class Person(SQLModel, table=True):
    """A natural person who acts; two-person rules compare people, never accounts."""

    id: str = Field(primary_key=True)
    name: str
    recorded_at: datetime = Field(sa_type=Instant)


class Account(SQLModel, table=True):
    """What a person signs in with, for one office."""

    name: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    office_code: str = Field(foreign_key="office.code")
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)


class AccountGrant(SQLModel, table=True):
    """A role that an account holds on a region (prefix of the code)."""

    __tablename__ = "account_grant"

    account_name: str = Field(primary_key=True, foreign_key="account.name")
    role: str = Field(primary_key=True)
    region: str = Field(primary_key=True)


class ApiKey(SQLModel, table=True):
    """A bearer key of an account; only the SHA-256 of its secret is kept."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    account_name: str = Field(foreign_key="account.name", index=True)
    secret_digest: str
    issued_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
