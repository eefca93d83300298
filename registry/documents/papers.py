"""Issuing official papers (文书): numbered without a gap, set as a PDF, verifiable by their code.

The number is taken in the transaction of the act: what is refused or rolled back leaves no gap.
The file is a pure function of what the paper says (`typeset`); it is filed like every document and
never public, for it may name a natural person.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy
from pydantic import Field
from sqlalchemy import Select, bindparam, func
from sqlmodel import Session, col, select

from registry.audit.work import Subject, Work
from registry.commands import Command, IssuedPaper, Outcome
from registry.documents.commands import FileDocument, keep_document
from registry.documents.forms import Kind, blocks, title, words
from registry.documents.kinds import FORMS
from registry.documents.tables import Document, Paper
from registry.documents.typeset import pdf
from registry.errors import Conflict, Forbidden, NotFound, RuleRefused
from registry.identifiers import new_id
from registry.offices.queries import named_on
from registry.regions import region_or_refuse
from registry.rulebook import PaperNumber
from registry.settings import Settings
from registry.store.versions import one_writer

GROUP = 4  # letters of a code that are printed together


class IssuePaper(Command):
    """Issue a paper of a case, by the office and on the day of the act."""

    kind: Kind
    case_id: str
    step: str
    seq: int = Field(default=0, ge=0, description="Number of the step that brings it; 0: it goes before.")
    basis: str | None = Field(default=None, description="Digest of what it rests on, where that may change.")
    region: str
    office_code: str | None = Field(
        default=None, description="Office for which a job issues it; else that of the person who acts."
    )
    fields: dict[str, str | tuple[str, ...] | tuple[tuple[str, str], ...]] = Field(
        description="What the form of the kind names, see `FORMS[kind].fields()`; days in words."
    )


class RevokePaper(Command):
    """Revoke a paper: from today its code answers that it is not valid."""

    code: str
    ground: str = Field(min_length=1, max_length=500)


def issue_paper(work: Work, settings: Settings, command: IssuePaper) -> str:
    """Issue a paper and return the identifier of its document, of the kind `FORMS[kind].filed_as`.

    Args:
        work: The officer, for whose office it is issued unless the command names another.
        settings: Where files are kept, and the address that citizens use.
        command: What it says.

    Raises:
        Forbidden: The person is no officer or approver of the region; or of the whole country, where
            it is issued for another office.
        Conflict: The case has a valid paper of that kind for that step.
        Malformed: The region is none, a needed field is missing, or a character cannot be printed.
        RuleRefused: No rule says how such papers are numbered, or the office bears no name.
    """
    if command.office_code is not None:
        work.require("officer", "", "office_code")
    elif not work.actor.may("approver", command.region):
        work.require("officer", command.region, "region")
    return give_paper(work, settings, command)


def give_paper(work: Work, settings: Settings, command: IssuePaper) -> str:
    """Issue a paper as `issue_paper` does, for a command that has asked who may.

    So is a receipt, which an office owes to who hands something in, at the very moment.
    """
    region_or_refuse(command.region, "region")
    code = command.office_code or work.actor.office_code
    former = issued(work.session, command.case_id, command.kind, command.step, command.seq)
    if former is not None:
        raise Conflict("paper.issued_already", field="kind", number=former.number)
    office = named_on(work.session, code, work.today)
    if office is None:
        raise RuleRefused("paper.no_office_name", office=code, on=work.today.isoformat())
    paper = _numbered(work, command, code, office.mark or office.name)
    content = pdf(composed(office.name, settings.public_url, paper, command), work.today)
    document = keep_document(work, settings.data_dir, _filing(command, paper.number, content))
    paper.document_id, paper.sha256 = document.id, document.digest
    work.session.add(paper)
    work.record(
        "paper.issued",
        Subject("document", paper.document_id),
        kind=paper.kind,
        number=paper.number,
        case=paper.case_id,
        step=paper.step,
        digest=paper.sha256,
    )
    return paper.document_id


def revoke_paper(work: Work, command: RevokePaper) -> str:
    """Revoke a paper and return the identifier of its document; the file and its number stay.

    Raises:
        NotFound: There is no such paper.
        Forbidden: The person is no approver of the region, or of another office.
        Conflict: It is revoked already.
    """
    paper = by_code(work.session, command.code, lock=True)
    document = work.session.get(Document, paper.document_id) if paper is not None else None
    if paper is None or document is None:
        raise NotFound("paper.unknown", field="code")
    work.require("approver", document.region)
    if paper.office_code != work.actor.office_code:
        raise Forbidden("paper.other_office", field="code", office=paper.office_code)
    if paper.revoked_on is not None:
        raise Conflict(
            "paper.revoked_already", field="code", number=paper.number, on=paper.revoked_on.isoformat()
        )
    paper.revoked_on = work.today
    work.session.add(paper)
    work.record(
        "paper.revoked",
        Subject("document", paper.document_id),
        number=paper.number,
        ground=command.ground,
    )
    return paper.document_id


def with_paper(work: Work, outcome: Outcome, document_id: str | None) -> Outcome:
    """Return the outcome of an act with the paper that it issued, where it issued one."""
    if document_id is None:
        return outcome
    paper = work.session.get_one(Paper, document_id)
    return replace(outcome, paper=IssuedPaper(paper.document_id, paper.number, paper.code))


def lapse(work: Work, case_id: str, kinds: Sequence[str], ground: str) -> None:
    """Revoke the valid papers of a case that an act takes back; whether it may is the act's own matter.

    Args:
        work: The act.
        case_id: The case.
        kinds: Kinds of papers that fall.
        ground: Code of the step that they fall with.
    """
    query = select(Paper).where(Paper.case_id == case_id, col(Paper.kind).in_(kinds))
    for paper in work.session.exec(query.where(col(Paper.revoked_on).is_(None))).all():
        paper.revoked_on = work.today
        work.session.add(paper)
        subject = Subject("document", paper.document_id)
        work.record("paper.revoked", subject, number=paper.number, ground=ground)


def demanded(session: Session, case_id: str, kind: str, step: str, seq: int = 0) -> Paper:
    """Return the valid paper that a step of a case must have.

    Raises:
        RuleRefused: None was issued for this case and step, or it was revoked.
    """
    paper = issued(session, case_id, kind, step, seq)
    if paper is None:
        raise RuleRefused("step.paper_missing", field="document_id", step=step, paper=kind)
    return paper


def issued(
    session: Session, case_id: str, kind: str, step: str | None = None, seq: int | None = None
) -> Paper | None:
    """Return the valid paper of a kind that a case has, the latest one, or None.

    Args:
        session: Read only.
        case_id: A proposal, objection, application for repair or entry.
        kind: Kind of paper.
        step: Only of that step; None: of any.
        seq: Only of that number of a step; None: of any.
    """
    named = {"case_id": case_id, "kind": kind, "step": step, "seq": seq}
    asked = {name: value for name, value in named.items() if value is not None}
    return session.execute(_latest(*asked), asked).scalars().first()


@cache
def _latest(*named: str) -> Select[Paper]:
    """Return the query of the latest valid paper by the columns named, put together once."""
    columns = Paper.__table__.c  # type: ignore[attr-defined]  # sqlmodel hides the table
    query = sqlalchemy.select(Paper).where(*(columns[name] == bindparam(name) for name in named))
    order = (col(Paper.issued_on).desc(), col(Paper.year).desc(), col(Paper.serial).desc())
    return query.where(col(Paper.revoked_on).is_(None)).order_by(*order).limit(1)


def of_case(session: Session, case_id: str) -> Sequence[Paper]:
    """Return every paper of a case, the revoked ones too, by day of issue."""
    query = select(Paper).where(Paper.case_id == case_id)
    return session.exec(query.order_by(col(Paper.issued_on), col(Paper.document_id))).all()


def by_code(session: Session, code: str, *, lock: bool = False) -> Paper | None:
    """Return the paper of a verification code, or None."""
    query = select(Paper).where(Paper.code == code)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def composed(office: str, public_url: str, paper: Paper, command: IssuePaper) -> dict[str, Any]:
    """Return what a paper says, for `typeset.pdf`: it depends on nothing but the arguments.

    Args:
        office: Name that the office bears on the day of issue.
        public_url: Address that citizens use.
        paper: Its row, without document and digest.
        command: What it was issued to say.

    Raises:
        Malformed: A field that the form needs is missing.
    """
    form = FORMS[command.kind]
    given = {"office": office, "number": paper.number, "day": in_words(paper.issued_on)}
    return {
        "office": office,
        "title": title(form, "zh"),
        "number": paper.number,
        "addressee": command.fields["party"] if form.addressed and "party" in command.fields else None,
        "blocks": blocks(form, {**command.fields, **given}),
        "day": given["day"],
        "sealed": form.sealed,
        "compact": form.filed_as == "pledge",
        "address": f"{public_url.rstrip('/')}/verify/{paper.code}",
        "code": " ".join(paper.code[at : at + GROUP] for at in range(0, len(paper.code), GROUP)),
        "seal": words("paper.seal"),
        "verify": words("paper.verify"),
        "code_label": words("paper.code"),
    }


def in_words(day: date) -> str:
    """Return a day as papers write it, e.g. 2026年11月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _filing(command: IssuePaper, number: str, content: bytes) -> FileDocument:
    form = FORMS[command.kind]
    return FileDocument(
        kind=form.filed_as,
        title=title(form, "zh"),
        number=number,
        media_type="application/pdf",
        access=form.access,
        region=command.region,
        content=content,
    )


def _numbered(work: Work, command: IssuePaper, code: str, mark: str) -> Paper:
    """Return a new paper with the next number of its series.

    On PostgreSQL others of the series wait here for the end of the transaction; a number is counted
    from the rows that were committed, so that what was rolled back is given again.
    """
    rule = work.rulebook.find(PaperNumber, command.kind, command.region, work.today, field="kind")
    year = work.today.year
    one_writer(work.session, f"papers {code} {rule.series} {year}")
    last = select(func.max(Paper.serial)).where(
        Paper.office_code == code, Paper.series == rule.series, Paper.year == year
    )
    serial = (work.session.exec(last).one() or 0) + 1
    return Paper(
        document_id="",
        number=rule.pattern.format(office=mark, series=rule.series, year=year, serial=serial),
        kind=command.kind,
        office_code=code,
        series=rule.series,
        year=year,
        serial=serial,
        case_id=command.case_id,
        step=command.step,
        seq=command.seq,
        basis=command.basis,
        issued_on=work.today,
        sha256="",
        code=new_id(),
    )
