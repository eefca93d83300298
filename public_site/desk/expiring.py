"""What runs out in a market: pledges and verifications of its stalls, the earliest last day first."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.awaiting import Awaiting
from public_site.desk.markets import AHEAD, Measuring, address_of, measuring_in, own_market
from public_site.desk.owning import own_businesses
from registry.audit.work import Work
from registry.businesses.queries import current_version, stalls_of
from registry.businesses.tables import BusinessVersion, Market
from registry.instruments.queries import Which
from registry.pledges.queries import lapsing, pledges_of, running_out_in_market
from registry.pledges.rules import due_from
from registry.pledges.tables import Pledge

FURTHEST = AHEAD[-1]
MOST = 2_000  # lines on one page

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Ending:
    """A pledge or a verification that runs out; either is named.

    Attributes:
        last_on: Its inclusive last day.
        left: Calendar days from today to the last day; negative: it has run out.
    """

    business: BusinessVersion
    last_on: date
    left: int
    pledge: Pledge | None = None
    measuring: Measuring | None = None


def endings(work: Work, market_id: str, through: date) -> list[Ending]:
    """Return what runs out in a market by a day, or has run out and was not given or made anew."""
    stalls = {one.business_id: one for one in stalls_of(work.session, market_id, MOST)}
    found = [
        Ending(stalls[one.business_id], one.valid_through, (one.valid_through - work.today).days, one)
        for one in running_out_in_market(work.session, market_id, through)
        if one.valid_through is not None and one.business_id in stalls
    ]
    found += [
        Ending(stalls[business_id], last, (last - work.today).days, measuring=one)
        for business_id, one in measuring_in(work, Which(market_id=market_id))
        if business_id in stalls and (last := one.valid_through) is not None and last <= through
    ]
    return sorted(found, key=lambda one: (one.last_on, one.business.stall or "", one.business.business_id))


def awaiting(work: Work) -> list[Awaiting]:
    """Return the markets in which something runs out, and the own pledges that do."""
    markets = sorted({one.market_id for one in work.actor.grants if one.role == "operator" and one.market_id})
    found = []
    for market_id in markets:
        market = work.session.get(Market, market_id)
        due = due_from(work.rulebook, market.region, work.today) if market is not None else None
        ending = endings(work, market_id, due) if due is not None else []
        if market is not None and ending:
            at = f"{address_of(market_id)}/expiring"
            found.append(Awaiting(market.name, "see_expiring", at, ending[0].last_on))
    for business_id in own_businesses(work):
        known = current_version(work.session, business_id)
        due = due_from(work.rulebook, known.region, work.today) if known is not None else None
        for one in lapsing(pledges_of(work.session, business_id), due) if due is not None else ():
            at = f"/desk/own/businesses/{business_id}/pledge?matter={one.matter}"
            found.append(Awaiting(known.name or "" if known else "", "renew_pledge", at, one.valid_through))
    return found


def days_ahead(request: Asked) -> int:
    """Return how many days the address looks ahead, the furthest unless it says which."""
    asked = request.query_params.get("ahead", "")
    return int(asked if asked in AHEAD else FURTHEST)


@get("/desk/markets/{market_id:str}/expiring", sync_to_thread=True, include_in_schema=False)
def expiring(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[str]:
    """Show what runs out in a market, with the days that are left."""
    ahead = days_ahead(request)

    def read(work: Work) -> tuple[Market, list[Ending]]:
        market = own_market(work, market_id)
        return market, endings(work, market_id, work.today + timedelta(days=ahead))

    market, found = forms.consult(edge, request, read)
    return forms.show(
        edge,
        request,
        "expiring.html",
        market=market,
        endings=found[:MOST],
        ahead=str(ahead),
        choices=AHEAD,
    )


ROUTES = (expiring,)
