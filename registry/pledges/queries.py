"""Nouns about pledges: what is on record of a business, and what lacks something."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, or_, select

from registry.businesses.bearers import Bearers
from registry.businesses.tables import BusinessVersion
from registry.errors import Conflict
from registry.pledges.tables import Pledge
from registry.said import Said, SaidBefore

AT_ONCE = 4000


def pledges_of(session: Session, business_id: str) -> Sequence[Pledge]:
    """Return the pledges of a business as they stand, newest first, undated ones last."""
    return session.exec(
        select(Pledge)
        .where(Pledge.business_id == business_id)
        .where(col(Pledge.superseded_at).is_(None))
        .order_by(col(Pledge.pledged_on).desc().nulls_last(), col(Pledge.pledge_id))
    ).all()


def held_in_market(session: Session, market_id: str, on: date) -> Sequence[Pledge]:
    """Return the pledges of the stalls of a market that hold on a day; an undated one is taken to hold."""
    return session.exec(
        select(Pledge)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Pledge.business_id))
        .where(col(Pledge.superseded_at).is_(None), col(BusinessVersion.superseded_at).is_(None))
        .where(BusinessVersion.market_id == market_id)
        .where(or_(col(Pledge.held_from_on).is_(None), col(Pledge.held_from_on) <= on))
        .where(or_(col(Pledge.held_to_on).is_(None), col(Pledge.held_to_on) > on))
        .order_by(col(Pledge.pledge_id))
    ).all()


def running_out_in_market(session: Session, market_id: str, through: date) -> list[Pledge]:
    """Return the pledges of a market's stalls that ran out or will by a day, and were not given anew.

    What was broken or taken back ran out by that, and is not among them.
    """
    found = session.exec(
        select(Pledge)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Pledge.business_id))
        .where(col(Pledge.superseded_at).is_(None), col(BusinessVersion.superseded_at).is_(None))
        .where(BusinessVersion.market_id == market_id)
        .where(col(Pledge.broken_on).is_(None), col(Pledge.withdrawn_on).is_(None))
        .order_by(col(Pledge.valid_through), col(Pledge.pledge_id))
    ).all()
    return lapsing(found, through)


def lapsing(pledges: Iterable[Pledge], through: date) -> list[Pledge]:
    """Return those of some pledges that run out by a day, where no later one of the matter goes on."""
    last: dict[tuple[str, str], Pledge] = {}
    for one in pledges:
        if one.broken_on is not None or one.withdrawn_on is not None:
            continue
        key = (one.business_id, one.matter)
        held = last.get(key)
        if held is None or _end(held) < _end(one):
            last[key] = one
    return sorted(
        (one for one in last.values() if _end(one) <= through), key=lambda one: (_end(one), one.pledge_id)
    )


def _end(one: Pledge) -> date:
    return one.valid_through or date.max


def pledge(session: Session, pledge_id: str) -> Pledge | None:
    """Return a pledge as it stands, or None where there is none."""
    return session.exec(
        select(Pledge).where(Pledge.pledge_id == pledge_id).where(col(Pledge.superseded_at).is_(None))
    ).one_or_none()


def pledges_within(
    session: Session,
    within: Iterable[str],
    *,
    business_id: str | None = None,
    incomplete: bool = False,
    after: str = "",
    limit: int,
) -> Sequence[Pledge]:
    """Return pledges as they stand, in the order of their identifiers.

    Args:
        session: Read only.
        within: Prefixes of regions; those of a business in any of them are returned.
        business_id: Only those of this business.
        incomplete: Only those that lack what their rules count from.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = (
        select(Pledge)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Pledge.business_id))
        .where(col(Pledge.superseded_at).is_(None))
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(or_(*(col(BusinessVersion.region).startswith(one, autoescape=True) for one in within)))
        .where(col(Pledge.pledge_id) > after)
    )
    if business_id is not None:
        query = query.where(Pledge.business_id == business_id)
    if incomplete:
        query = query.where(col(Pledge.incomplete).is_not(None))
    return session.exec(query.order_by(col(Pledge.pledge_id)).limit(limit)).all()


def said_before(session: Session, bearers: Bearers, source_keys: Iterable[str]) -> SaidBefore:
    """Return the pledges on record of these businesses, and from these sources."""
    before = SaidBefore(
        duplicate=lambda known: Conflict("pledge.duplicate", field="pledged_on", id=known),
        source_differs=lambda key: Conflict("pledge.source_differs", field="source_key", source_key=key),
    )
    for column, values in ((Pledge.business_id, bearers.ids), (Pledge.source_key, source_keys)):
        asked = sorted(values)
        for start in range(0, len(asked), AT_ONCE):
            found = session.exec(
                select(Pledge)
                .where(col(column).in_(asked[start : start + AT_ONCE]))
                .where(col(Pledge.superseded_at).is_(None))
            ).all()
            for row in found:
                before.add(row.pledge_id, said_by_row(row, bearers))
    return before


def key_of(row: Pledge) -> tuple[Hashable, ...]:
    """Return what tells a pledge of a business from its others."""
    return row.matter, row.pledged_on, row.pledged_precision


def said_by_row(row: Pledge, bearers: Bearers) -> Said:
    """Return what a row says, under the business that bears it today."""
    return Said(
        (bearers.survivor(row.business_id), *key_of(row)),
        (row.valid_through, row.document_id),
        row.source_key,
    )
