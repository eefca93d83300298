"""Nouns about pledges: what is on record of a business, and what lacks something."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from registry.businesses.bearers import Bearers
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


def pledge(session: Session, pledge_id: str) -> Pledge | None:
    """Return a pledge as it stands, or None where there is none."""
    return session.exec(
        select(Pledge).where(Pledge.pledge_id == pledge_id).where(col(Pledge.superseded_at).is_(None))
    ).one_or_none()


def incomplete_pledges(session: Session, *, limit: int, after: str = "") -> Sequence[Pledge]:
    """Return the pledges that lack what their rules count from, in the order of their identifiers."""
    return session.exec(
        select(Pledge)
        .where(col(Pledge.superseded_at).is_(None))
        .where(col(Pledge.incomplete).is_not(None))
        .where(col(Pledge.pledge_id) > after)
        .order_by(col(Pledge.pledge_id))
        .limit(limit)
    ).all()


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


def said_by_row(row: Pledge, bearers: Bearers) -> Said:
    """Return what a row says, under the business that bears it today."""
    return Said(
        (bearers.survivor(row.business_id), row.matter, row.pledged_on, row.pledged_precision),
        (row.valid_through, row.document_id),
        row.source_key,
    )
