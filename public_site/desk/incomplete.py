"""Facts of the own regions that lack something, each with what it lacks, the oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from api.supervising import regions_read
from public_site.desk import forms
from registry.audit.work import Work
from registry.businesses.finding import located
from registry.demonstration.queries import designations_within
from registry.gaps import warnings_of
from registry.instruments.queries import instruments_by_id, verifications_within
from registry.pledges.queries import pledges_within
from registry.texts import Language, say
from registry.violations.queries import violations_within

MOST = 500  # of each sort on one page; the oldest of a sort come first, and what is completed makes room

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Lacking:
    """A fact that lacks something.

    Attributes:
        sort: pledge, designation, violation or verification.
        name: Of the business; empty where nobody is named, or it is on record elsewhere.
        lacks: In words.
    """

    sort: str
    id: str
    business_id: str
    recorded_at: datetime
    lacks: tuple[str, ...]
    name: str = ""
    here: bool = False


@get("/desk/incomplete", sync_to_thread=True, include_in_schema=False)
def incomplete(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show what is to be completed in the own regions."""
    language = forms.reader_at_desk(request, edge).language
    found = forms.consult(edge, request, lambda work: lacking(work, language))
    return forms.show(edge, request, "incomplete.html", found=found)


def lacking(work: Work, language: Language) -> list[Lacking]:
    """Return the incomplete facts of the regions that the actor supervises, the oldest first.

    Raises:
        Forbidden: There are none such regions.
    """
    within = regions_read(work)
    facts = sorted(_facts(work, within), key=lambda one: (one[3], one[1]))
    known = located(work.session, {one[2] for one in facts}, within)
    return [
        Lacking(
            sort,
            identifier,
            business_id,
            recorded_at,
            tuple(say(warning, language) for warning in warnings_of(codes.split(","))),
            (known[business_id].name or "") if business_id in known else "",
            business_id in known,
        )
        for sort, identifier, business_id, recorded_at, codes in facts
    ]


def _facts(work: Work, within: tuple[str, ...]) -> Iterator[tuple[str, str, str, datetime, str]]:
    session = work.session
    for pledge in pledges_within(session, within, incomplete=True, limit=MOST):
        yield "pledge", pledge.pledge_id, pledge.business_id, pledge.recorded_at, pledge.incomplete or ""
    for unit in designations_within(session, within, incomplete=True, limit=MOST):
        yield "designation", unit.designation_id, unit.business_id, unit.recorded_at, unit.incomplete or ""
    for one, _ in violations_within(session, within, incomplete=True, limit=MOST):
        yield "violation", one.violation_id, one.business_id, one.recorded_at, one.incomplete or ""
    made = verifications_within(session, within, incomplete=True, limit=MOST)
    instruments = instruments_by_id(session, {row.instrument_id for row in made})
    for row in made:
        business_id = instruments[row.instrument_id].business_id
        yield "verification", row.verification_id, business_id, row.recorded_at, row.incomplete or ""
