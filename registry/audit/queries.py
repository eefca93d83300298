"""Nouns about the audit log."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import eq, ge, lt

from sqlmodel import Session, col, select

from registry.audit.tables import AuditEntry


def audit_entries(
    session: Session,
    offices: Iterable[str] | None,
    *,
    subject_id: str | None = None,
    person_id: str | None = None,
    acts: Collection[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[AuditEntry]:
    """Return entries of the audit log, the latest first.

    Args:
        session: Read only.
        offices: Codes; only acts of these; None: of all, the system's own among them.
        subject_id: Only acts upon this subject.
        person_id: Only acts of this person.
        acts: Only these acts, `subject.verb`; none named: no entry.
        since: Only from this instant on.
        until: Only before this instant.
        before: Only entries before this number.
        limit: At least 1.
    """
    asked = (
        (eq, AuditEntry.subject_id, subject_id),
        (eq, AuditEntry.person_id, person_id),
        (ge, AuditEntry.at, since),
        (lt, AuditEntry.at, until),
        (lt, AuditEntry.seq, before),
    )
    query = select(AuditEntry).where(
        *(holds(col(it), value) for holds, it, value in asked if value is not None)
    )
    if acts is not None:
        query = query.where(col(AuditEntry.act).in_(sorted(acts)))
    if offices is not None:
        query = query.where(col(AuditEntry.office_code).in_(sorted(offices)))
    return session.exec(query.order_by(col(AuditEntry.seq).desc()).limit(limit)).all()
