"""The first page after signing in: who I am here, and what awaits me."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.desk import cases, complaints, entries, expiring, forms, objections, own, repairs
from public_site.desk.awaiting import Awaiting, Waiting
from public_site.names import region_words
from registry.audit.work import Work
from registry.offices.queries import name_on

SOURCES: tuple[Callable[[Work], Sequence[Awaiting]], ...] = (
    cases.awaiting,
    objections.awaiting,
    repairs.awaiting,
    complaints.awaiting,
    entries.awaiting,
    own.awaiting,
    expiring.awaiting,
)
"""What looks for work that awaits a person, each by the person's own grants."""
LISTS: tuple[Callable[[Work], Waiting], ...] = (
    cases.in_all,
    objections.in_all,
    repairs.in_all,
    complaints.in_all,
)


@get("/desk", sync_to_thread=True, include_in_schema=False)
def home(request: Request[Any, Any, Any], edge: NamedDependency[Edge]) -> Response[str]:
    """Show what awaits who is signed in, what is due first on top."""

    def read(work: Work) -> tuple[str, list[Awaiting], list[Waiting]]:
        found = [one for source in SOURCES for one in source(work)]
        ordered = sorted(found, key=lambda one: (one.due_on or date.max, one.title))
        office = name_on(work.session, work.actor.office_code, work.today)
        lists = [one for count in LISTS if (one := count(work)).total]
        return office or work.actor.office_code, ordered, lists

    office, awaiting, lists = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "home.html",
        office=office,
        awaiting=awaiting,
        lists=lists,
        today=edge.today(),
        region_words=region_words,
    )
