"""A paper that is sent within the form of an act, and filed in the same transaction."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from pydantic import Base64Bytes

from public_site.desk.form import Form
from registry.audit.work import Work
from registry.commands import Command
from registry.documents.commands import FileDocument, Kind, file_document
from registry.documents.media import media_type_of


class WithPaper(Command):
    """A form that may carry a paper; its bytes enter the digest of the request."""

    paper: Base64Bytes | None = None


def paper_of(form: Form) -> Mapping[str, object]:
    """Return the paper of a form as its command takes it; nothing where no file was chosen."""
    sent = form.files.get("paper")
    return {"paper": b64encode(sent.content)} if sent is not None else {}


def filed(work: Work, folder: Path, command: WithPaper, kind: Kind, title: str, region: str) -> str | None:
    """File the paper of a form and return its identifier; None where there is none.

    Raises:
        Malformed: It is no paper.
        Forbidden: The office does not supervise the region.
    """
    if command.paper is None:
        return None
    content = bytes(command.paper)
    stated = FileDocument(
        kind=kind,
        title=title[:200],
        media_type=media_type_of(content, "paper"),
        access="officers",
        region=region,
        content=content,
    )
    return file_document(work, folder, stated)
