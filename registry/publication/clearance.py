"""Clearances: a signed statement that a business, or each of a market, is on no black list at an instant.

It replaces the paper certificate of no violation. It says what the public may see, so it is never made
of whom no list may name: about such a person silence would read as praise.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.businesses.tables import BusinessVersion, Market
from registry.calendar import legal_day
from registry.errors import NotFound, RuleRefused
from registry.publication.events import last_number
from registry.publication.gathering import Known, Standing, in_parts, known_businesses
from registry.publication.signing import SigningKey
from registry.regions import prefix
from registry.rulebook import ListRegime, Rulebook

FORMAT = "honest-metrology/clearance/1"
ADVERSE = ("black", "pointer")
MOST = 5000  # businesses of which one statement speaks: about a megabyte, made anew for whoever asks


def is_made_of(session: Session, business_id: str) -> bool:
    """Say whether a statement is made of a business: it may be shown, named, and is no natural person."""
    known = known_businesses(session, [business_id]).get(business_id)
    return known is not None and not _unspoken(known)


def of_business(
    session: Session, key: SigningKey, business_id: str, now: datetime, rulebook: Rulebook
) -> dict[str, Any]:
    """Return the signed statement about one business.

    Raises:
        NotFound: There is no such business that may be shown.
        RuleRefused: It is a natural person, or shown under a masked name.
    """
    known = known_businesses(session, [business_id]).get(business_id)
    if known is None:
        raise NotFound("business.unknown", field="business", business_id=business_id)
    if _unspoken(known):
        raise RuleRefused("clearance.person", field="business")
    return _signed(session, key, [known], {"business": business_id}, now=now, rulebook=rulebook)


def of_market(
    session: Session, key: SigningKey, *, region: str, market: str, now: datetime, rulebook: Rulebook
) -> dict[str, Any]:
    """Return the signed statement about every named business of a market; persons are counted only.

    Raises:
        NotFound: Nobody is registered there.
        RuleRefused: There are more than fit one statement; each can be asked for by itself.
    """
    own = prefix(region)
    query = (
        select(col(BusinessVersion.business_id))
        .join(Market, col(Market.id) == col(BusinessVersion.market_id))
        .where(col(BusinessVersion.superseded_at).is_(None), col(Market.name) == market)
        .where(col(BusinessVersion.region).between(own.ljust(6, "0"), own.ljust(6, "9")))
    )
    ids = session.execute(query.limit(MOST + 1)).scalars().all()
    if len(ids) > MOST:
        raise RuleRefused("clearance.too_many", field="market", most=MOST)
    known = [one for some in in_parts(ids) for one in known_businesses(session, some).values()]
    if not known:
        raise NotFound("clearance.market_unknown", field="market", market=market, region=region)
    return _signed(session, key, known, {"market": market, "region": region}, now=now, rulebook=rulebook)


def _signed(
    session: Session,
    key: SigningKey,
    known: Sequence[Known],
    asked: dict[str, str],
    *,
    now: datetime,
    rulebook: Rulebook,
) -> dict[str, Any]:
    on = legal_day(now)
    spoken = sorted((one for one in known if not _unspoken(one)), key=lambda one: one.id)
    listed: dict[str, list[str]] = {}
    by_id = {one.id: one for one in spoken}
    for some in in_parts(by_id):
        standing = Standing(session, some, on)
        for one_id in some:
            lists = standing.lists(by_id[one_id])
            listed[one_id] = sorted(entry.regime for entry in lists if entry.colour in ADVERSE)
    statement = {
        "format": FORMAT,
        "at": now.isoformat(),
        "on": on.isoformat(),
        "asked": asked,
        "lists": _lists(rulebook, now),
        "businesses": [_said(one, listed[one.id]) for one in spoken],
        "unnamed": len(known) - len(spoken),
        "clear": not any(listed.values()),
        "events_through": last_number(session),
        "rulebook_hash": rulebook.hash,
    }
    return {"statement": statement, "signature": key.sign(statement), "public_key": key.public_key}


def _said(known: Known, listed: list[str]) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.identity.name,
        "uscc": known.identity.uscc,
        "stall": known.stall,
        "listed": listed,
    }


def _lists(rulebook: Rulebook, now: datetime) -> list[dict[str, str]]:
    """Return every black list in force anywhere, so that the reader sees what was looked at."""
    on = legal_day(now)
    found = {
        (row.code, row.jurisdiction): row.name_zh
        for row in rulebook.rows(ListRegime)
        if row.colour in ADVERSE and row.holds(on)
    }
    return [
        {"regime": code, "jurisdiction": place.ljust(6, "0"), "name": name}
        for (code, place), name in sorted(found.items())
    ]


def _unspoken(known: Known) -> bool:
    return known.identity.masked or known.identity.natural_person
