"""Filing documents under the digest of their bytes; the only writer of their rows."""

import hashlib
import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from sqlmodel import Session

from registry.audit.work import Subject, Work
from registry.commands import Command
from registry.documents.tables import Document
from registry.errors import Forbidden, NotFound
from registry.identifiers import new_id
from registry.regions import region_or_refuse

# a `form` (空白文书) proves nothing until it is signed and filed again as what it then is
Kind = Literal[
    "evidence",
    "house_rules",
    "notice",
    "service_proof",
    "statement",
    "hearing_record",
    "review",
    "decision",
    "publicity",
    "pledge",
    "form",
    "other",
]


BY_PARTIES = ("statement", "evidence", "pledge", "other")  # what a business hands in about itself


class FileDocument(Command):
    """File a document: its kind, number and bytes."""

    kind: Kind
    title: str = Field(min_length=1, max_length=200)
    number: str | None = Field(default=None, max_length=128)
    media_type: str = Field(default="text/plain; charset=utf-8", max_length=100)
    access: Literal["public", "parties", "officers"] = "parties"
    region: str
    business_id: str | None = Field(default=None, description="Who hands it in at the own desk.")
    content: bytes = Field(max_length=10_485_760)


def file_document(work: Work, folder: Path, command: FileDocument) -> str:
    """File a document and return its identifier.

    Raises:
        Forbidden: The office does not supervise the region, or the person does not speak for the
            business that is named, or a business cannot hand in what is of that kind.
        Malformed: The region is none.
    """
    region_or_refuse(command.region, "region")
    if command.business_id is None:
        if not work.actor.may("approver", command.region):
            work.require("officer", command.region, "region")
    elif command.kind not in BY_PARTIES or not work.actor.is_party(command.business_id, command.region):
        raise Forbidden("document.not_own", field="business_id")
    document = keep_document(work, folder, command)
    work.record(
        "document.filed", Subject("document", document.id), digest=document.digest, kind=document.kind
    )
    return document.id


def keep_document(work: Work, folder: Path, command: FileDocument) -> Document:
    """Keep a document and return its row; for a command that has asked who may, and records the act.

    The bytes are durable under their digest before the row is written: a crash in between leaves
    bytes that no row names, never a row without bytes.
    """
    digest = hashlib.sha256(command.content).hexdigest()
    _keep(folder, digest, command.content)
    document = Document(
        id=new_id(),
        digest=digest,
        size=len(command.content),
        recorded_by=work.actor.account_name,
        recorded_at=work.now,
        **command.model_dump(exclude={"content"}),
    )
    work.session.add(document)
    work.session.flush()
    return document


def read_document(work: Work, folder: Path, document_id: str) -> tuple[Document, bytes]:
    """Return a document with its bytes, for those who supervise its region.

    Raises:
        NotFound: There is none, or none that this person may know of.
    """
    document = work.session.get(Document, document_id)
    allowed = document is not None and any(
        work.actor.may(role, document.region) for role in ("officer", "approver", "auditor")
    )
    if document is None or not allowed:
        raise NotFound("document.unknown", document_id=document_id)
    return document, _place(folder, document.digest).read_bytes()


def content_of(session: Session, folder: Path, document_id: str) -> bytes:
    """Return the bytes of a document, for a caller that has asked who may read it.

    Raises:
        NotFound: There is none.
    """
    document = session.get(Document, document_id)
    if document is None:
        raise NotFound("document.unknown", document_id=document_id)
    return _place(folder, document.digest).read_bytes()


def _place(folder: Path, digest: str) -> Path:
    return folder / "documents" / digest[:2] / digest


def _keep(folder: Path, digest: str, content: bytes) -> None:
    place = _place(folder, digest)
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(f".{new_id()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
    folder_handle = os.open(place.parent, os.O_RDONLY)
    os.fsync(folder_handle)
    os.close(folder_handle)
