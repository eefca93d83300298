"""The merchant's desk: the own record as the registry holds it, and what one was served with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.awaiting import Awaiting
from registry.audit.work import Work
from registry.businesses.queries import current_version
from registry.businesses.tables import BusinessVersion
from registry.documents.commands import content_of
from registry.errors import NotFound
from registry.instruments.queries import instruments_of
from registry.instruments.tables import Instrument
from registry.lists.served import Served, served_with
from registry.pledges.queries import pledges_of
from registry.pledges.tables import Pledge
from registry.rulebook import InstrumentKind, ListRegime

OWN = "/desk/own"

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class OwnRecord:
    """A business of the person, with what is on record of it and what it was served with."""

    business: BusinessVersion
    pledges: Sequence[Pledge]
    instruments: Sequence[Instrument]
    served: Sequence[Served]


def awaiting(work: Work) -> list[Awaiting]:
    """Return the notices that may still be answered."""
    return [
        Awaiting(one.paper.number, "answer_notice", OWN, one.deadline_on)
        for business_id in _own(work)
        for one in served_with(work.session, business_id)
        if one.deadline_on is not None and one.deadline_on >= work.today
    ]


@get(OWN, sync_to_thread=True, include_in_schema=False)
def own_record(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the own record, and the notices with their deadlines and papers."""

    def read(work: Work) -> tuple[list[OwnRecord], dict[str, InstrumentKind], dict[str, ListRegime]]:
        records = []
        for business_id in _own(work):
            version = current_version(work.session, business_id)
            if version is not None:
                records.append(
                    OwnRecord(
                        version,
                        pledges_of(work.session, business_id),
                        instruments_of(work.session, business_id),
                        served_with(work.session, business_id),
                    )
                )
        kinds = {row.code: row for row in work.rulebook.rows(InstrumentKind)}
        regimes = {row.code: row for row in work.rulebook.rows(ListRegime)}
        return records, kinds, regimes

    records, kinds, regimes = forms.consult(edge, request, read)
    return forms.show(
        edge, request, "own.html", records=records, kinds=kinds, regimes=regimes, today=edge.today()
    )


@get("/desk/own/papers/{document_id:str}", sync_to_thread=True, include_in_schema=False)
def own_paper(request: Asked, edge: NamedDependency[Edge], document_id: FromPath[str]) -> Response[bytes]:
    """Send a paper that the person's business was served with, as a download."""

    def read(work: Work) -> bytes:
        for business_id in _own(work):
            if any(one.paper.document_id == document_id for one in served_with(work.session, business_id)):
                return content_of(work.session, edge.settings.data_dir, document_id)
        raise NotFound("document.unknown", document_id=document_id)

    return Response(
        forms.consult(edge, request, read),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{document_id}.pdf"'},
    )


def _own(work: Work) -> list[str]:
    return sorted(
        {one.business_id for one in work.actor.grants if one.role == "merchant" and one.business_id}
    )
