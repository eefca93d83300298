"""What the procedures of repair and objection share: steps, papers, deadlines, persons."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from registry.audit.work import Work
from registry.documents.forms import Kind
from registry.documents.kinds import FORMS
from registry.documents.papers import demanded
from registry.documents.queries import refuse_of_others
from registry.documents.tables import Document, Paper
from registry.errors import NotFound, RuleRefused
from registry.lists import queries as lists
from registry.publication.last_days import period_ends
from registry.regions import prefix
from registry.repair import queries
from registry.repair.tables import CasePaper, CaseStep, Objection, Repair

RECEIVED = "received"  # taken in, and whether it is taken up is still to be decided


def deadline_of(work: Work, rule: str, region: str, opened_on: date) -> date | None:
    """Return the last day of a period; None where the law of the place does not say it."""
    return period_ends(work.session, work.rulebook, rule, region, opened_on)


def begin(work: Work, case: Repair | Objection, rule: str, *, accepted: bool) -> date | None:
    """Take a new application up, or leave that open; return the last day for taking it up."""
    if accepted:
        case.accepted_on = work.today
    else:
        case.state, case.accept_by_on = RECEIVED, deadline_of(work, rule, case.region, work.today)
    return case.accept_by_on


def refuse_document(work: Work, document_id: str, kinds: Sequence[str], case: Repair | Objection) -> None:
    """Refuse a document on which no step of a case can rest; one serves one step of one case.

    Raises:
        NotFound: There is no such document, or a party names one that it did not hand in.
        RuleRefused: It is of another kind, place or case, serves another step, or was revoked.
    """
    _refuse_unfit(work, document_id, kinds, "document_id", case)
    if lists.document_used(work.session, document_id) or queries.document_used(work.session, document_id):
        raise RuleRefused("case.document_used", field="document_id")


def document_of(work: Work, case: Repair | Objection, step: str, kind: Kind, named: str | None) -> str:
    """Return the document of a step: the one named, else the paper that was issued with it.

    Raises:
        NotFound: There is no such document.
        RuleRefused: The paper of the step was not issued, or the document named does not fit it.
    """
    paper = demanded(work.session, case.id, kind, step, case.version + 1)
    document_id = named or paper.document_id
    refuse_document(work, document_id, (FORMS[kind].filed_as,), case)
    return document_id


def take_paper(
    work: Work, document_id: str, kinds: Sequence[str], case: Repair | Objection, field: str
) -> None:
    """Keep a paper that was brought in a case: it may serve all cases of its business, and no other's.

    Raises:
        NotFound: There is no such document.
        RuleRefused: It is of another kind, place or business, or was brought in this case before.
    """
    _refuse_unfit(work, document_id, kinds, field, case)
    brought = queries.brought(work.session, document_id)
    if any(one.case_id == case.id for one in brought):
        raise RuleRefused("case.document_twice", field=field)
    owners = {one.business_id for one in brought} | queries.businesses_of(work.session, document_id)
    if owners - {case.business_id}:
        raise RuleRefused("case.document_used", field=field)
    work.session.add(CasePaper(document_id=document_id, case_id=case.id, business_id=case.business_id))
    work.session.flush()


def _refuse_unfit(
    work: Work, document_id: str, kinds: Sequence[str], field: str, case: Repair | Objection
) -> None:
    if work.actor.is_party(case.business_id, case.region):
        refuse_of_others(work.session, document_id, case.business_id, field)
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("document.unknown", field=field, document_id=document_id)
    if document.kind not in kinds:
        raise RuleRefused("case.document_kind", field=field, kind=document.kind, kinds=tuple(kinds))
    of, here = prefix(document.region), prefix(case.region)
    if not (here.startswith(of) or of.startswith(here)):
        raise RuleRefused("case.document_region", field=field, of=document.region, region=case.region)
    paper = work.session.get(Paper, document_id)
    if paper is not None and (paper.case_id != case.id or paper.revoked_on is not None):
        raise RuleRefused("case.document_of_another", field=field, number=paper.number)


def refuse_person(work: Work, barred: Iterable[str | None]) -> None:
    """Refuse a person who had a part in what is to be decided.

    Raises:
        RuleRefused: The actor is one of them.
    """
    if work.actor.person_id in set(barred):
        raise RuleRefused("case.same_person", field="document_id")


def write_step(
    work: Work,
    case: Repair | Objection,
    step: str,
    *,
    document_id: str | None = None,
    deadline_on: date | None = None,
    note: str | None = None,
    **detail: Any,
) -> None:
    """Write a case as it stands now, and the step that led there."""
    work.session.add(case)
    work.session.flush()
    work.session.add(
        CaseStep(
            case_id=case.id,
            seq=case.version,
            step=step,
            state=case.state,
            taken_on=work.today,
            deadline_on=deadline_on,
            person_id=work.actor.person_id,
            office_code=work.actor.office_code,
            document_id=document_id,
            note=note,
            detail={"rulebook": work.rulebook.hash, **detail},
            recorded_at=work.now,
        )
    )
    work.session.flush()
