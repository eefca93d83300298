"""People, accounts, grants, keys, and what a person signs in with."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, UniqueConstraint
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
    """A role that an account holds on a region (prefix of the code), or on one market or business alone."""

    __tablename__ = "account_grant"

    account_name: str = Field(primary_key=True, foreign_key="account.name")
    role: str = Field(primary_key=True)
    region: str = Field(primary_key=True)
    market_id: str = Field(default="", primary_key=True)
    business_id: str = Field(default="", primary_key=True)


class ApiKey(SQLModel, table=True):
    """A bearer key of an account; only the SHA-256 of its secret is kept."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    account_name: str = Field(foreign_key="account.name", index=True)
    secret_digest: str
    issued_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Credential(SQLModel, table=True):
    """The password of an account, as its Argon2id hash.

    Attributes:
        must_change: An administrator requires another password before anything else is done.
    """

    account_name: str = Field(primary_key=True, foreign_key="account.name")
    password_hash: str
    must_change: bool = False
    changed_at: datetime = Field(sa_type=Instant)


class TotpSecret(SQLModel, table=True):
    """The second factor of an account.

    Attributes:
        sealed: What the person's device holds too, sealed by `devices`, hex.
        confirmed_at: When a code of the device was first shown; until then it is not asked for.
        last_step: Latest time step whose code was used: a code serves once.
    """

    __tablename__ = "totp_secret"

    account_name: str = Field(primary_key=True, foreign_key="account.name")
    sealed: str
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_step: int = Field(default=0, sa_type=BigInteger)


class KeyRequest(SQLModel, table=True):
    """A key that an administrator asks for another person's account; another administrator issues it."""

    __tablename__ = "key_request"

    id: str = Field(primary_key=True)
    account_name: str = Field(foreign_key="account.name", index=True)
    reason: str
    asked_by_person: str = Field(foreign_key="person.id")
    recorded_at: datetime = Field(sa_type=Instant)
    key_id: str | None = Field(default=None, foreign_key="api_key.id")


class LoginSession(SQLModel, table=True):
    """Somebody signed in at the desk; `id` is the SHA-256 of a token that only the browser holds."""

    __tablename__ = "login_session"

    id: str = Field(primary_key=True)
    account_name: str = Field(foreign_key="account.name", index=True)
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class SessionSecret(SQLModel, table=True):
    """A secret of a session, encrypted under a key that only its browser holds; idle, it is locked."""

    __tablename__ = "session_secret"

    session_id: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    used_at: datetime = Field(sa_type=Instant)


class Invitation(SQLModel, table=True):
    """A code, kept as its digest, by which a person sets the first password of an account, once."""

    id: str = Field(primary_key=True)
    code_digest: str = Field(unique=True)
    account_name: str = Field(foreign_key="account.name", index=True)
    recorded_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class LoginThrottle(SQLModel, table=True):
    """Attempts to sign in that failed; the bucket is a digest, so no name that was tried is kept."""

    __tablename__ = "login_throttle"

    bucket: str = Field(primary_key=True)
    failures: int
    free_at: datetime = Field(sa_type=Instant)
    tried_at: datetime = Field(sa_type=Instant)


class Recovery(SQLModel, table=True):
    """A way back in for a person who lost password or device: one administrator asks, another grants."""

    __table_args__ = (
        CheckConstraint("granted_by_person <> asked_by_person", name="recovery_needs_two_persons"),
    )

    id: str = Field(primary_key=True)
    account_name: str = Field(foreign_key="account.name", index=True)
    reason: str
    asked_by_person: str = Field(foreign_key="person.id")
    recorded_at: datetime = Field(sa_type=Instant)
    granted_by_person: str | None = Field(default=None, foreign_key="person.id")
    granted_at: datetime | None = Field(default=None, sa_type=Instant)


class SavedSearch(SQLModel, table=True):
    """A question that a person asks again and again, kept for that person alone."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person_id", "name", name="one_search_by_name"),)

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id")
    name: str
    q: str
    region: str
    recorded_at: datetime = Field(sa_type=Instant)
