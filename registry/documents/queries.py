"""Nouns about documents."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from registry.documents.tables import Document

AT_ONCE = 4000


def unknown_documents(session: Session, document_ids: Iterable[str]) -> set[str]:
    """Return those of the identifiers that name no document."""
    asked = sorted(document_ids)
    unknown = set(asked)
    for start in range(0, len(asked), AT_ONCE):
        some = col(Document.id).in_(asked[start : start + AT_ONCE])
        unknown -= set(session.exec(select(Document.id).where(some)).all())
    return unknown
