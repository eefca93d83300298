"""Nouns about documents."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from registry.documents.tables import Document
from registry.errors import NotFound

AT_ONCE = 4000


def handed_in(session: Session, business_id: str) -> Sequence[Document]:
    """Return what a business handed in at its own desk, the latest first."""
    query = select(Document).where(Document.business_id == business_id)
    return session.exec(query.order_by(col(Document.recorded_at).desc(), col(Document.id))).all()


def refuse_of_others(session: Session, document_id: str, business_id: str, field: str) -> None:
    """Refuse a document that a business did not hand in itself, in the words for one that does not exist.

    Raises:
        NotFound: It did not.
    """
    document = session.get(Document, document_id)
    if document is None or document.business_id != business_id:
        raise NotFound("document.unknown", field=field, document_id=document_id)


def unknown_documents(session: Session, document_ids: Iterable[str]) -> set[str]:
    """Return those of the identifiers that name no document."""
    asked = sorted(document_ids)
    unknown = set(asked)
    for start in range(0, len(asked), AT_ONCE):
        some = col(Document.id).in_(asked[start : start + AT_ONCE])
        unknown -= set(session.exec(select(Document.id).where(some)).all())
    return unknown
