"""The merchant's desk: the own record as the registry holds it, what may be done about it, the own papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.awaiting import Awaiting
from public_site.desk.markets import Measuring, measuring_in
from public_site.desk.own_notices import PLACE as NOTICES
from public_site.desk.owning import OWN, own_businesses
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.businesses.tables import BusinessVersion
from registry.documents.commands import content_of
from registry.documents.papers import of_case
from registry.documents.queries import handed_in
from registry.documents.tables import Document
from registry.errors import NotFound
from registry.instruments.queries import Which
from registry.lists.queries import entries_of
from registry.lists.served import Served, served_with
from registry.lists.tables import ListEntry
from registry.pledges.queries import pledges_of
from registry.pledges.tables import Pledge
from registry.repair.queries import Found, as_subject, matters_of
from registry.repair.rules import EarlyEnd, early_end
from registry.repair.tables import Objection, Repair
from registry.rulebook import ListRegime
from registry.violations.queries import violations_of
from registry.violations.tables import PenaltyDecision, Violation

ENDINGS = {"application/pdf": ".pdf", "text/plain": ".txt", "image/png": ".png", "image/jpeg": ".jpg"}
REPAIRABLE = ("black",)  # colours of entries that their own repair ends

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class OwnRecord:
    """A business of the person, with what is on record of it and what it may do.

    Attributes:
        served: Papers of cases that it was served with.
        entries: Entries that stand.
        violations: Penalty records that no decision annulled.
        repairable: From when each entry and record may be repaired, by identifier.
        instruments: Those in use.
        papers: Every paper that it may have, the latest first.
    """

    business: BusinessVersion
    served: Sequence[Served]
    entries: Sequence[ListEntry]
    violations: Sequence[tuple[Violation, PenaltyDecision]]
    repairable: Mapping[str, EarlyEnd]
    repairs: Sequence[Repair]
    objections: Sequence[Objection]
    pledges: Sequence[Pledge]
    instruments: Sequence[Measuring]
    papers: Sequence[Document]

    @property
    def open_about(self) -> frozenset[str]:
        """What an objection or application is open about."""
        repairs = (one.subject_id for one in self.repairs if one.closed_on is None)
        objections = (one.subject_id for one in self.objections if one.closed_on is None)
        return frozenset((*repairs, *objections))


def awaiting(work: Work) -> list[Awaiting]:
    """Return the notices that may still be answered."""
    return [
        Awaiting(one.paper.number, "answer_notice", f"{NOTICES}/{one.proposal.id}", one.deadline_on)
        for business_id in own_businesses(work)
        for one in served_with(work.session, business_id)
        if one.deadline_on is not None and one.deadline_on >= work.today
    ]


@get(OWN, sync_to_thread=True, include_in_schema=False)
def own_record(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the own record, and the notices with their deadlines and papers."""

    def read(work: Work) -> tuple[list[OwnRecord], dict[str, ListRegime]]:
        found = (record_of(work, business_id) for business_id in own_businesses(work))
        regimes = {row.code: row for row in work.rulebook.rows(ListRegime)}
        return [one for one in found if one is not None], regimes

    records, regimes = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "own.html",
        records=records,
        regimes=regimes,
        today=edge.today(),
        is_day=lambda one: isinstance(one, date),
    )


def record_of(work: Work, business_id: str) -> OwnRecord | None:
    """Return a business with what is on record of it, or None where it is no longer."""
    version = current_version(work.session, business_id)
    if version is None:
        return None
    session, law, today = work.session, work.rulebook, work.today
    entries = [one for one in entries_of(session, business_id) if one.withdrawn_on is None]
    records = [one for one in violations_of(session, business_id) if one[1].standing != "annulled"]
    ends: dict[str, Found] = {one.entry_id: one for one in entries if one.colour in REPAIRABLE}
    ends |= {one[0].violation_id: one for one in records if one[0].repaired_on is None}
    repairs, objections = matters_of(session, business_id)
    return OwnRecord(
        version,
        served_with(session, business_id),
        entries,
        records,
        {at: early_end(law, as_subject(one, "metrology"), today) for at, one in ends.items()},
        repairs,
        objections,
        pledges_of(session, business_id),
        [one for _, one in measuring_in(work, Which(business_id=business_id))],
        papers_of(work, business_id),
    )


def papers_of(work: Work, business_id: str) -> list[Document]:
    """Return every paper that a business may have of the cases about it, and what it handed in itself."""
    session = work.session
    repairs, objections = matters_of(session, business_id)
    cases = [*(one.id for one in repairs), *(one.id for one in objections)]
    cases += [one.entry_id for one in entries_of(session, business_id)]
    named = {one.paper.document_id for one in served_with(session, business_id)}
    named |= {paper.document_id for case in cases for paper in of_case(session, case)}
    named |= {one.document_id for one in pledges_of(session, business_id) if one.document_id is not None}
    found = {one.id: one for one in handed_in(session, business_id)}
    for document_id in sorted(named - found.keys()):
        document = session.get(Document, document_id)
        if document is not None and document.access != "officers":
            found[document_id] = document
    return sorted(found.values(), key=lambda one: (one.recorded_at, one.id), reverse=True)


@get("/desk/own/papers/{document_id:str}", sync_to_thread=True, include_in_schema=False)
def own_paper(request: Asked, edge: NamedDependency[Edge], document_id: FromPath[str]) -> Response[bytes]:
    """Send a paper that the person's business may have, as a download."""

    def read(work: Work) -> tuple[Document, bytes]:
        for business_id in own_businesses(work):
            for one in papers_of(work, business_id):
                if one.id == document_id:
                    return one, content_of(work.session, edge.settings.data_dir, document_id)
        raise NotFound("document.unknown", document_id=document_id)

    document, content = forms.consult(edge, request, read)
    ending = ENDINGS.get(document.media_type.partition(";")[0], "")
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{document.id}{ending}"'},
    )
