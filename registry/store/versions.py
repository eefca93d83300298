"""Taking a fact from one version to the next, and keeping two writers from doing it at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import text
from sqlmodel import Session, col, select

from registry.errors import Conflict
from registry.store.columns import FactVersion

Fact = TypeVar("Fact", bound=FactVersion)


def one_writer(session: Session, what: str) -> None:
    """Wait until no other transaction writes facts of this kind.

    A batch first reads which of its rows are on record already; on PostgreSQL another batch could
    write the same rows in between. SQLite has one writer from the start of its transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})


def unmoved(read: Callable[[], Fact | None], expected_version: int) -> Fact | None:
    """Return the version that holds now, if it is the one that the command expects.

    Args:
        read: Reads and locks the current version; None where there is no such fact.
        expected_version: The version that the person saw.

    Raises:
        Conflict: The fact has moved on.
    """
    # Who waited for a lock reads nothing, because the version it waited for is closed: read again.
    current = read() or read()
    if current is not None and current.version != expected_version:
        raise Conflict("version.stale", field="expected_version", current=current.version)
    return current


def versions(session: Session, table: type[Fact], identity: Any, fact_id: str) -> Sequence[Fact]:
    """Return all versions of a fact, the present one first; none where there is no such fact.

    Args:
        session: Read only.
        table: Of the fact.
        identity: Its column that all versions share.
        fact_id: The value there.
    """
    query = select(table).where(identity == fact_id)
    return session.exec(query.order_by(col(table.version).desc())).all()


def succeed(session: Session, current: Fact, now: datetime, **changes: Any) -> Fact:
    """Close the version that holds and write the next one, equal but for the changes.

    Who waited for another writer acts after it, whatever its own clock said when it began: else two
    versions would be known at once in between.
    """
    now = max(now, current.recorded_at)
    following = type(current)(
        **current.model_dump(exclude={"version", "recorded_at", "superseded_at", *changes}),
        version=current.version + 1,
        recorded_at=now,
        superseded_at=None,
        **changes,
    )
    current.superseded_at = now
    session.add(current)
    session.flush()  # the index allows one current version, so the old one closes first
    session.add(following)
    session.flush()
    return following
