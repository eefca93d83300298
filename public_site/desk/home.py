"""The first page after signing in: who I am here, and what awaits me."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.desk import (
    cases,
    complaints,
    entries,
    expiring,
    forms,
    objections,
    own,
    repairs,
    reports,
    rewards,
    verifying,
)
from public_site.desk.awaiting import Awaiting, Waiting
from public_site.desk.case_files import business_names
from public_site.names import region_words
from registry.audit.work import Work
from registry.businesses.queries import market
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
    verifying.in_all,
)


@get("/desk", sync_to_thread=True, include_in_schema=False)
def home(request: Request[Any, Any, Any], edge: NamedDependency[Edge]) -> Response[str]:
    """Show what awaits who is signed in, what is due first on top."""

    def read(work: Work) -> tuple[str, list[Awaiting], list[Waiting], dict[str, str]]:
        found = [one for source in SOURCES for one in source(work)]
        office = name_on(work.session, work.actor.office_code, work.today)
        lists = [one for count in LISTS if (one := count(work)).total]
        return office or work.actor.office_code, found, lists, _granted(work)

    office, awaiting, lists, of = forms.consult(edge, request, read)
    awaiting = in_order([*awaiting, *reports.awaiting(edge, request), *rewards.awaiting(edge, request)])
    return forms.show(
        edge,
        request,
        "home.html",
        office=office,
        awaiting=awaiting,
        lists=lists,
        of=of,
        today=edge.today(),
        region_words=region_words,
    )


def in_order(found: Sequence[Awaiting]) -> list[Awaiting]:
    """Return what awaits a person, first due on top, and what has no day last."""
    return sorted(found, key=lambda one: (one.due_on or date.max, one.title))


def _granted(work: Work) -> dict[str, str]:
    """Return the names of the markets and businesses on which the person holds a role, by identifier."""
    markets = [grant.market_id for grant in work.actor.grants if grant.market_id]
    found = [market(work.session, market_id) for market_id in markets]
    businesses = [grant.business_id for grant in work.actor.grants if grant.business_id]
    return {one.id: one.name for one in found if one is not None} | business_names(work.session, businesses)
