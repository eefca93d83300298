"""Editions, the rows that they share, the pages of their state, and what each changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, PrimaryKeyConstraint, text
from sqlmodel import Field, SQLModel

from registry.store.columns import Instant
from registry.store.tables import Sequence

_UNBUILT = text("built_generation < generation")


class Edition(SQLModel, table=True):
    """One publication of a list for a region: the signed root of its salted leaves.

    Attributes:
        serial: Place in the chain of the list for the region, from 1; None where it shows a day
            before that of an edition published earlier, and so stands beside the chain.
        state_root: Root over the set of its leaves, hex (docs/editions.md).
        generation: Raised by every withdrawal; files of an older generation are never served.
        built_generation: The generation whose files are complete on disk; 0 before the first.
        signature: Over the statement, hex; made when the files are first built.
    """

    __table_args__ = (
        Index("edition_by_list", "regime", "region", "version", unique=True),
        Index("edition_by_serial", "regime", "region", "serial", unique=True),
        Index("edition_unbuilt", "id", sqlite_where=_UNBUILT, postgresql_where=_UNBUILT),
    )

    id: str = Field(primary_key=True)
    regime: str
    region: str
    version: str
    serial: int | None = None
    as_of_on: date
    entries: int
    state_root: str
    statement: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False), description="What is signed.")
    signature: str | None = None
    public_key: str | None = None
    rulebook_hash: str
    previous_version: str | None = None
    generation: int
    built_generation: int
    retired_on: date | None = Field(default=None, description="Day from which its files are kept no more.")
    recorded_at: datetime = Field(sa_type=Instant)


class EditionOrder(SQLModel, table=True):
    """An edition that somebody asked for between two publication days; a job carries it out."""

    __tablename__ = "edition_order"
    __table_args__ = (
        Index(
            "one_waiting_order",
            "regime",
            "region",
            "as_of_on",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    regime: str
    region: str
    as_of_on: date
    account_name: str = Field(foreign_key="account.name", description="In whose name it is published.")
    attempts: int = Field(default=0, description="How often it was begun; after so many it is given up.")
    edition_id: str | None = Field(default=None, foreign_key="edition.id")
    refusal: str | None = Field(default=None, description="Code of why there is no edition.")
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)


class PublishedRow(SQLModel, table=True):
    """What a list for a region says of an entry: the same leaf in every edition that says the same.

    A withdrawal blanks salt and content, once for all editions, and leaves the leaf.
    """

    __tablename__ = "published_row"
    __table_args__ = (Index("published_row_by_entry", "entry_id"),)

    id: int = Field(sa_column=Column(Sequence, primary_key=True, autoincrement=False))
    regime: str
    region: str = Field(description="Of the editions, not of the entry.")
    entry_id: str
    leaf: bytes = Field(description="Hash of the salted content.")
    salt: bytes | None = Field(default=None, description="32 random bytes.")
    content: str | None = Field(default=None, description="Canonical JSON of the public entry.")


class StatePage(SQLModel, table=True):
    """A part of the state of an edition, kept once for all editions that have it in common.

    Attributes:
        hash: State root over the leaves under it.
        depth: How many hexadecimal digits its leaves have in common at the least.
        kids: Roots of its sixteen parts by the next digit, 32 bytes each, zeros where a part is empty.
        slots: Instead of parts, the leaves themselves with the numbers of their rows, 40 bytes each.
    """

    __tablename__ = "state_page"
    __table_args__ = (PrimaryKeyConstraint("hash", "depth"),)

    hash: bytes = Field(primary_key=True)
    depth: int = Field(primary_key=True)
    kids: bytes | None = None
    slots: bytes | None = None


class DeltaRow(SQLModel, table=True):
    """One operation that leads from the edition before to this one.

    Attributes:
        leaf: Of the row that is added, takes another's place, or is withdrawn.
        old_leaf: Of the row whose place is taken (MOD).
        ground: Why it was withdrawn (WITHDRAW).
        row_id: The row that brings salt and content (ADD, MOD).
    """

    __tablename__ = "delta_row"

    edition_id: str = Field(primary_key=True, foreign_key="edition.id")
    leaf: bytes = Field(primary_key=True)
    op: str
    old_leaf: bytes | None = None
    ground: str | None = None
    row_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class FeedHead(SQLModel, table=True):
    """How far the feed of public events was forgotten; one row, written with the first forgetting."""

    __tablename__ = "feed_head"

    id: int = Field(primary_key=True)
    forgotten_through: int = Field(description="Number of the last event that was forgotten.")


class Webhook(SQLModel, table=True):
    """An address that is told of public events, in their order and from a cursor on.

    Attributes:
        secret: What its messages are signed with; needed to sign, so it cannot be stored hashed.
        cursor: Number of the last event that was delivered or given up.
        failures: Attempts that failed in a row.
        next_try_at: Not before then; None: at once.
        ended_on: Day on which it was ended.
    """

    __table_args__ = (Index("webhook_open", "ended_on"),)

    id: str = Field(primary_key=True)
    version: int
    url: str
    secret: str
    regime: str | None = None
    region: str
    office_code: str = Field(foreign_key="office.code")
    registered_by: str = Field(foreign_key="person.id")
    cursor: int
    failures: int
    next_try_at: datetime | None = Field(default=None, sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    ended_on: date | None = None


class DeadLetter(SQLModel, table=True):
    """Events that a webhook was not given though it was tried long enough; replaying sends them again."""

    __tablename__ = "dead_letter"

    webhook_id: str = Field(primary_key=True, foreign_key="webhook.id")
    from_seq: int = Field(primary_key=True, description="Number of the first event.")
    through_seq: int = Field(description="Number of the last event.")
    reason: str = Field(description="Code: status, unreachable, forbidden_address.")
    given_up_at: datetime = Field(sa_type=Instant)


class Withdrawal(SQLModel, table=True):
    """A withdrawal of an entry (移出) that one person asked for and another grants or refuses."""

    __table_args__ = (
        CheckConstraint(
            "decided_by_person IS NULL OR decided_by_person <> asked_by_person",
            name="who_asks_never_decides_the_withdrawal",
        ),
        CheckConstraint(
            "(granted IS NULL) = (decided_by_person IS NULL)", name="a_decided_withdrawal_has_its_person"
        ),
        Index(
            "one_open_withdrawal",
            "entry_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index("withdrawal_by_region", "region", "closed_on"),
        Index("withdrawal_decided_by", "decide_by_on"),
    )

    id: str = Field(primary_key=True)
    entry_id: str
    business_id: str = Field(foreign_key="business.id")
    region: str
    ground: str = Field(description="How the entry would end.")
    rule: str = Field(description="Code of the ground in the rulebook.")
    reasons: str
    document_id: str = Field(foreign_key="document.id", description="What was handed in with the request.")
    asked_by_person: str = Field(foreign_key="person.id")
    office_code: str = Field(foreign_key="office.code", description="Office of who asked.")
    asked_on: date
    decide_by_on: date | None = Field(default=None, description="Last day; None: no rule sets it.")
    granted: bool | None = Field(default=None, description="None: not decided, or the entry ended before.")
    decided_by_person: str | None = Field(default=None, foreign_key="person.id")
    decision: str | None = Field(default=None, description="Reasons of the decision.")
    decision_document_id: str | None = Field(default=None, foreign_key="document.id")
    closed_on: date | None = None
    rulebook_hash: str
    recorded_at: datetime = Field(sa_type=Instant)
