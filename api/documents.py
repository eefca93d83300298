"""Documents: filed under their digest, read by those who supervise their region."""

from typing import Any, Literal

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from pydantic import Base64Bytes, Field

from api.acts import consult, record
from api.answers import Recorded
from api.describing import act, supervised
from api.edge import Edge
from registry.commands import Command
from registry.documents.commands import FileDocument, Kind, file_document, read_document

LARGEST_BODY = 15_728_640  # ten mebibytes of content in base64, and its frame


class FileDocumentBody(Command):
    """A document with its bytes in base64."""

    kind: Kind
    title: str = Field(min_length=1, max_length=200)
    number: str | None = Field(default=None, max_length=128)
    media_type: str = Field(default="text/plain; charset=utf-8", max_length=100)
    access: Literal["public", "parties", "officers"] = "parties"
    region: str
    content: Base64Bytes


class Documents(Controller):
    """Evidence, notices, proofs of service and decisions (文书)."""

    path = "/api/v1/documents"
    tags = ("documents",)

    @post("/", **act(), request_max_body_size=LARGEST_BODY, summary="File a document")
    def file(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], data: JSONBody[FileDocumentBody]
    ) -> Response[Recorded]:
        """File a document; its bytes are durable before its row is."""
        command = FileDocument.model_validate(data.model_dump())
        folder = edge.settings.data_dir
        return record(
            edge,
            request,
            data,
            lambda work: Recorded(what="created", id=file_document(work, folder, command)),
        )

    @get(
        "/{document_id:str}",
        **supervised(404),
        media_type="application/octet-stream",
        summary="Read a document's bytes",
    )
    def read(
        self, request: Request[Any, Any, Any], edge: NamedDependency[Edge], document_id: FromPath[str]
    ) -> Response[bytes]:
        """Return the bytes as a download; they are never shown in the page."""
        document, content = consult(
            edge, request, lambda work: read_document(work, edge.settings.data_dir, document_id)
        )
        ending = ".pdf" if document.media_type == "application/pdf" else ""
        return Response(
            content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{document.id}{ending}"'},
        )
