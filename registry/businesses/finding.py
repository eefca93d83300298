"""Finding businesses as those who supervise do: by name, code or stall, shown in public or not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, or_, select

from registry.businesses.rules import name_key
from registry.businesses.tables import Alias, Business, BusinessVersion, Market


class Located(NamedTuple):
    """A business as a list of an officer shows it.

    Attributes:
        standing: As `Business.standing` says.
    """

    business_id: str
    name: str | None
    uscc: str | None
    region: str
    market: str | None
    stall: str | None
    sector: str | None
    kind: str
    status: str
    standing: str


def located(session: Session, business_ids: Iterable[str], within: Iterable[str]) -> Mapping[str, Located]:
    """Return those of the businesses that are on record within some regions, by identifier.

    One that was merged into another is left out.

    Args:
        session: Read only.
        business_ids: At most a page of them.
        within: Prefixes of regions.
    """
    rows = session.execute(_located(within).where(col(BusinessVersion.business_id).in_(sorted(business_ids))))
    return {row[0]: Located(*row) for row in rows}


def found_by(
    session: Session, text: str, within: Iterable[str], *, after: str = "", limit: int
) -> Sequence[Located]:
    """Return businesses whose name, other name, code or stall holds a text, in the order of identifiers.

    Args:
        session: Read only.
        text: Any part; width, case and spaces do not count. Empty: all.
        within: Prefixes of regions.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = _located(within).where(col(BusinessVersion.business_id) > after)
    if key := name_key(text):
        aliases = select(Alias.business_id).where(col(Alias.value_key).contains(key, autoescape=True))
        query = query.where(
            or_(
                col(BusinessVersion.name_key).contains(key, autoescape=True),
                col(BusinessVersion.uscc).contains(key.upper(), autoescape=True),
                col(BusinessVersion.stall) == text.strip(),
                col(BusinessVersion.business_id).in_(aliases),
            )
        )
    rows = session.execute(query.order_by(col(BusinessVersion.business_id)).limit(limit))
    return [Located(*row) for row in rows]


def _located(within: Iterable[str]) -> Select[*tuple[Any, ...]]:
    places: list[ColumnElement[bool]] = [
        col(BusinessVersion.region).startswith(one, autoescape=True) for one in within
    ]
    version = BusinessVersion
    return (
        sa_select(
            col(version.business_id),
            col(version.name),
            col(version.uscc),
            col(version.region),
            col(Market.name),
            col(version.stall),
            col(version.sector),
            col(version.kind),
            col(version.status),
            col(Business.standing),
        )
        .join(Business, col(Business.id) == col(version.business_id))
        .join(Market, col(Market.id) == col(version.market_id), isouter=True)
        .where(col(version.superseded_at).is_(None), col(Business.merged_into_id).is_(None), or_(*places))
    )
