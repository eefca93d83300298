"""Who may keep the register of instruments: officers, the organiser of a market, verification bodies."""

from registry.audit.work import Work
from registry.businesses.bearers import Bearer


def require_keeper(work: Work, bearer: Bearer, field: str | None = None) -> None:
    """Refuse unless the actor is an officer of the region, or the operator of the user's market.

    Source: 集贸市场计量监督管理办法: the organiser keeps the register of instruments of its market.

    Raises:
        Forbidden: Neither.
    """
    if not work.actor.may_of("operator", market_id=bearer.market_id or ""):
        work.require("officer", bearer.region, field)


def require_verifier(work: Work, bearer: Bearer, field: str | None = None) -> None:
    """Refuse unless the actor is a verification body of the region, or may keep the register there.

    Raises:
        Forbidden: Neither.
    """
    if not work.actor.may("verifier", bearer.region):
        require_keeper(work, bearer, field)
