"""The assistant's desk (计量协管员): the stalls and instruments of the markets to be watched, and no form.

An assistant records nothing; what looks wrong is reported like by anybody, or told to an officer.
"""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.markets import shown_market
from registry.audit.work import Work
from registry.businesses import queries
from registry.businesses.tables import Market
from registry.errors import NotFound

HERE = "/desk/watch"

Asked = Request[Any, Any, Any]


def watched(work: Work) -> list[Market]:
    """Return the markets that the actor watches, by name."""
    own = [grant for grant in work.actor.grants if grant.role == "assistant"]
    within = [grant.region for grant in own if grant.on_region]
    named = [queries.market(work.session, grant.market_id) for grant in own if grant.market_id]
    found = {one.id: one for one in named if one is not None}
    found |= {one.id: one for one in queries.markets_within(work.session, within)}
    return sorted(found.values(), key=lambda one: (one.name, one.id))


def watched_market(work: Work, market_id: str) -> Market:
    """Return a market that the actor watches.

    Raises:
        NotFound: There is none, or it is another's: nobody is told which.
    """
    found = queries.market(work.session, market_id)
    region = found.region if found is not None else ""
    if found is None or not (
        work.actor.may("assistant", region) or work.actor.may_of("assistant", market_id=market_id)
    ):
        raise NotFound("market.unknown")
    return found


@get(HERE, sync_to_thread=True, include_in_schema=False)
def markets(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the markets that the person watches."""
    return forms.show(edge, request, "watch.html", markets=forms.consult(edge, request, watched))


@get(f"{HERE}/{{market_id:str}}", sync_to_thread=True, include_in_schema=False)
def market(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[str]:
    """Show the stalls of a market with what they hold, and what runs out or is missing."""
    at = f"{HERE}/{market_id}"
    return shown_market(edge, request, lambda work: watched_market(work, market_id), at, keeps=False)


ROUTES = (markets, market)
