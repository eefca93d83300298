"""Nouns about designations: what is on record of a business, and what lacks something."""

from collections.abc import Hashable, Iterable, Sequence

from sqlmodel import Session, col, or_, select

from registry.businesses.bearers import Bearers
from registry.businesses.tables import BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.errors import Conflict
from registry.said import Said, SaidBefore

AT_ONCE = 4000


def designations_of(session: Session, business_id: str) -> Sequence[DemonstrationUnit]:
    """Return the designations of a business as they stand, newest first, undated ones last."""
    return session.exec(
        select(DemonstrationUnit)
        .where(DemonstrationUnit.business_id == business_id)
        .where(col(DemonstrationUnit.superseded_at).is_(None))
        .order_by(
            col(DemonstrationUnit.designated_on).desc().nulls_last(), col(DemonstrationUnit.designation_id)
        )
    ).all()


def designation(session: Session, designation_id: str) -> DemonstrationUnit | None:
    """Return a designation as it stands, or None where there is none."""
    return session.exec(
        select(DemonstrationUnit)
        .where(DemonstrationUnit.designation_id == designation_id)
        .where(col(DemonstrationUnit.superseded_at).is_(None))
    ).one_or_none()


def designations_within(
    session: Session,
    within: Iterable[str],
    *,
    business_id: str | None = None,
    incomplete: bool = False,
    after: str = "",
    limit: int,
) -> Sequence[DemonstrationUnit]:
    """Return designations as they stand, in the order of their identifiers.

    Args:
        session: Read only.
        within: Prefixes of regions; those of a business in any of them are returned.
        business_id: Only those of this business.
        incomplete: Only those that lack what their rules count from.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = (
        select(DemonstrationUnit)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(DemonstrationUnit.business_id))
        .where(col(DemonstrationUnit.superseded_at).is_(None))
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(or_(*(col(BusinessVersion.region).startswith(one, autoescape=True) for one in within)))
        .where(col(DemonstrationUnit.designation_id) > after)
    )
    if business_id is not None:
        query = query.where(DemonstrationUnit.business_id == business_id)
    if incomplete:
        query = query.where(col(DemonstrationUnit.incomplete).is_not(None))
    return session.exec(query.order_by(col(DemonstrationUnit.designation_id)).limit(limit)).all()


def said_before(session: Session, bearers: Bearers, source_keys: Iterable[str]) -> SaidBefore:
    """Return the designations on record of these businesses, and from these sources."""
    before = SaidBefore(
        duplicate=lambda known: Conflict("designation.duplicate", field="designated_on", id=known),
        source_differs=lambda key: Conflict("designation.source_differs", field="source_key", source_key=key),
    )
    for column, values in (
        (DemonstrationUnit.business_id, bearers.ids),
        (DemonstrationUnit.source_key, source_keys),
    ):
        asked = sorted(values)
        for start in range(0, len(asked), AT_ONCE):
            found = session.exec(
                select(DemonstrationUnit)
                .where(col(column).in_(asked[start : start + AT_ONCE]))
                .where(col(DemonstrationUnit.superseded_at).is_(None))
            ).all()
            for row in found:
                before.add(row.designation_id, said_by_row(row, bearers))
    return before


def key_of(row: DemonstrationUnit) -> tuple[Hashable, ...]:
    """Return what tells a designation of a business from its others."""
    return row.level, row.title, row.designated_on, row.designated_precision


def said_by_row(row: DemonstrationUnit, bearers: Bearers) -> Said:
    """Return what a row says, under the business that bears it today."""
    return Said(
        (bearers.survivor(row.business_id), *key_of(row)),
        (row.category, row.authority, row.valid_through),
        row.source_key,
    )
