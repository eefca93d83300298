"""Who may keep the registers of a market: officers of its region, and who organises it."""

from registry.audit.work import Work
from registry.businesses.bearers import Bearer
from registry.errors import Forbidden


def require_keeper(work: Work, bearer: Bearer, field: str | None = None) -> None:
    """Refuse unless the actor is an officer of the region, or the operator of the business's market.

    Source: 集贸市场计量监督管理办法: the organiser keeps the registers of its market.

    Raises:
        Forbidden: Neither.
    """
    require_in_market(work, bearer.market_id, bearer.region, field)


def require_in_market(work: Work, market_id: str | None, region: str, field: str | None) -> None:
    """Refuse unless the actor is an officer of the region, or the operator of the market.

    Args:
        work: Who acts.
        market_id: Where the thing is kept; None: in no market.
        region: GB/T 2260 of the thing.
        field: Input that names it.

    Raises:
        Forbidden: Neither; an operator is told that it is not of the own market.
    """
    if work.actor.may("officer", region) or work.actor.may_of("operator", market_id=market_id or ""):
        return
    if work.actor.holds("operator"):
        raise Forbidden("market.not_own", field=field)
    work.require("officer", region, field)
