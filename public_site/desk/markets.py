"""The market operator's desk: the stalls of the own market, what they measure with, and what is missing."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.edge import Edge
from public_site.desk import forms
from registry.audit.work import Work
from registry.businesses import queries
from registry.businesses.tables import BusinessVersion, Market
from registry.errors import NotFound
from registry.instruments.queries import Which, standing
from registry.instruments.rules import Status, due_from, status_on
from registry.instruments.tables import Instrument, Verification
from registry.pledges.queries import held_in_market
from registry.pledges.tables import Pledge
from registry.rulebook import InstrumentKind

MOST_STALLS = 1_000  # on one page; larger markets are rare
MOST_INSTRUMENTS = 10_000
AHEAD = ("30", "60", "90")  # days to look ahead, as the page offers them
LACKS = ("pledge", "instrument", "verification", "stall")

Asked = Request[Any, Any, Any]


@dataclass(frozen=True)
class Measuring:
    """An instrument of a stall, and how it stands today."""

    row: Instrument
    kind: InstrumentKind | None
    status: Status
    valid_through: date | None


@dataclass(frozen=True)
class Stall:
    """A business of the market, with what it holds.

    Attributes:
        lacks: Of `LACKS`, what is not on record.
    """

    business: BusinessVersion
    pledges: tuple[Pledge, ...]
    instruments: tuple[Measuring, ...]
    lacks: tuple[str, ...]


def own_market(work: Work, market_id: str) -> Market:
    """Return a market that the actor is the operator of.

    Raises:
        NotFound: There is none, or it is another's: nobody is told which.
    """
    found = queries.market(work.session, market_id)
    if found is None or not work.actor.may_of("operator", market_id=market_id):
        raise NotFound("market.unknown")
    return found


def address_of(market_id: str) -> str:
    """Return the page of a market."""
    return f"/desk/markets/{market_id}"


@get("/desk/markets", sync_to_thread=True, include_in_schema=False)
def own_markets(request: Asked, edge: NamedDependency[Edge]) -> Response[str]:
    """Show the markets that the person organises."""

    def read(work: Work) -> list[Market]:
        ids = {grant.market_id for grant in work.actor.grants if grant.role == "operator" and grant.market_id}
        found = (queries.market(work.session, market_id) for market_id in sorted(ids))
        return [one for one in found if one is not None]

    return forms.show(edge, request, "markets.html", markets=forms.consult(edge, request, read))


@get("/desk/markets/{market_id:str}", sync_to_thread=True, include_in_schema=False)
def own_market_page(request: Asked, edge: NamedDependency[Edge], market_id: FromPath[str]) -> Response[str]:
    """Show a market: every stall, or those where something runs out or is missing."""
    return shown_market(edge, request, lambda work: own_market(work, market_id), address_of(market_id))


def shown_market(
    edge: Edge, request: Asked, find: Callable[[Work], Market], at: str, *, keeps: bool = True
) -> Response[str]:
    """Show the stalls of a market, narrowed by what the address asks.

    Args:
        edge: The installation.
        request: Its query narrows: `ahead`, `lack`.
        find: Returns the market, if the reader may see it.
        at: Address of the page.
        keeps: True where the reader keeps the registers of the market; False: nothing leads to a form.
    """
    ahead = request.query_params.get("ahead", "")
    lack = request.query_params.get("lack", "")

    def read(work: Work) -> tuple[Market, list[Stall]]:
        market = find(work)
        return market, stalls_of(work, market.id)

    market, stalls = forms.consult(edge, request, read)
    shown = stalls
    if lack in LACKS:
        shown = [one for one in shown if lack in one.lacks]
    if ahead in AHEAD:
        through = edge.today() + timedelta(days=int(ahead))
        shown = [one for one in shown if any(_runs_out(each, through) for each in one.instruments)]
    return forms.show(
        edge,
        request,
        "market.html",
        market=market,
        at=at,
        keeps=keeps,
        stalls=shown,
        count=len(stalls),
        missing={name: sum(name in one.lacks for one in stalls) for name in LACKS},
        expiring={days: _expiring(stalls, edge.today() + timedelta(days=int(days))) for days in AHEAD},
        ahead=ahead if ahead in AHEAD else "",
        lack=lack if lack in LACKS else "",
        most=MOST_STALLS,
    )


def stalls_of(work: Work, market_id: str) -> list[Stall]:
    """Return the stalls of a market with what they hold today, in the order of their numbers."""
    pledges: Mapping[str, list[Pledge]] = defaultdict(list)
    for pledge in held_in_market(work.session, market_id, work.today):
        pledges[pledge.business_id].append(pledge)
    instruments: Mapping[str, list[Measuring]] = defaultdict(list)
    for business_id, one in measuring_in(work, Which(market_id=market_id)):
        instruments[business_id].append(one)
    return [
        _stall(one, tuple(pledges[one.business_id]), tuple(instruments[one.business_id]))
        for one in queries.stalls_of(work.session, market_id, MOST_STALLS)
    ]


def measuring_in(work: Work, which: Which) -> Iterator[tuple[str, Measuring]]:
    """Yield instruments in use today as they stand, each with its business."""
    for row, proof, region in standing(work.session, work.today, which, limit=MOST_INSTRUMENTS):
        yield row.business_id, measuring(work, row, proof, region)


def measuring(work: Work, row: Instrument, proof: Verification | None, region: str) -> Measuring:
    """Return an instrument as it stands today, by its verification and the law of a region."""
    kind = work.rulebook.in_force(InstrumentKind, region, work.today).get(row.kind)
    status = status_on(proof, work.today, due_from(work.rulebook, region, work.today), row.retired_on)
    return Measuring(row, kind, status, proof.valid_through if proof is not None else None)


def _stall(
    business: BusinessVersion, pledges: tuple[Pledge, ...], instruments: tuple[Measuring, ...]
) -> Stall:
    missing = {
        "pledge": not pledges,
        "instrument": not instruments,
        "verification": any(one.status == "unknown" for one in instruments),
        "stall": business.stall is None,
    }
    return Stall(business, pledges, instruments, tuple(name for name in LACKS if missing[name]))


def _runs_out(one: Measuring, through: date) -> bool:
    """Say whether a verification has run out, or will by a day."""
    return one.valid_through is not None and one.valid_through <= through


def _expiring(stalls: list[Stall], through: date) -> int:
    return sum(_runs_out(each, through) for one in stalls for each in one.instruments)
