"""What anybody may learn of an official paper by its code: that it is genuine, never whom it names."""

from datetime import date

from pydantic import Field
from sqlmodel import Session

from registry.documents import papers
from registry.documents.forms import title
from registry.documents.kinds import FORMS
from registry.offices.queries import name_on
from registry.publication.answers import Answer


class VerifiedPaper(Answer):
    """A paper that was issued; neither its party, nor its case, nor its file is told."""

    kind: str
    title_zh: str
    title_en: str
    number: str
    office_code: str
    office: str = Field(description="Name that the office bore on the day of issue.")
    issued_on: date
    sha256: str = Field(description="Of the genuine file, hex.")
    valid: bool
    revoked_on: date | None = Field(description="Day from which it is no longer valid.")


def verified(session: Session, code: str) -> VerifiedPaper | None:
    """Return what a code stands for, or None where it stands for nothing.

    Codes are 128 random bits, so that none is found by trying.
    """
    paper = papers.by_code(session, code.strip().lower())
    if paper is None:
        return None
    form = FORMS[paper.kind]
    return VerifiedPaper(
        kind=paper.kind,
        title_zh=title(form, "zh"),
        title_en=title(form, "en"),
        number=paper.number,
        office_code=paper.office_code,
        office=name_on(session, paper.office_code, paper.issued_on) or paper.office_code,
        issued_on=paper.issued_on,
        sha256=paper.sha256,
        valid=paper.revoked_on is None,
        revoked_on=paper.revoked_on,
    )
