"""Nouns about measures: what is in effect on a day, what was applied, what is to be lifted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlmodel import Session, col

from registry.businesses.persons import is_natural_person
from registry.businesses.queries import with_trade_name
from registry.businesses.tables import Business, BusinessVersion
from registry.calendar import SHANGHAI
from registry.lists.rules import SHOWN_STATES
from registry.lists.tables import ListEntry
from registry.measures.rules import attached
from registry.measures.tables import MeasureApplication, OfficeScope
from registry.rulebook import Rulebook

AT_ONCE = 1000
_NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True)
class InEffect:
    """A measure in effect for a business on a day, under an entry; identifiers only."""

    business_id: str
    entry_id: str
    regime: str
    region: str
    measure: str
    kind: str
    scope: str
    name_zh: str
    name_en: str
    basis: str
    list_basis: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True)
class Named:
    """A measure in effect with the business that it concerns, for departments that apply it."""

    name: str
    uscc: str | None
    measure: InEffect


def standing_on(on: date) -> ColumnElement[bool]:
    """Say in SQL that a version of an entry is the one of a legal day, and stands on it.

    Nobody can backdate an entry, so the version that was known at the end of a day is that day's.
    """
    end = datetime.combine(on + _NEXT_DAY, time(), SHANGHAI)
    return and_(
        col(ListEntry.recorded_at) < end,
        or_(col(ListEntry.superseded_at).is_(None), col(ListEntry.superseded_at) >= end),
        col(ListEntry.state).in_(SHOWN_STATES),
        col(ListEntry.withdrawn_on).is_(None),
        col(ListEntry.publish_from) <= on,
        or_(col(ListEntry.publish_until).is_(None), col(ListEntry.publish_until) > on),
    )


def in_effect(
    session: Session, rulebook: Rulebook, business_id: str, on: date, scope: str | None = None
) -> tuple[InEffect, ...]:
    """Return the measures in effect for a business on a day, of one scope or of all."""
    query = select(ListEntry).where(col(ListEntry.business_id) == business_id, standing_on(on))
    entries = session.execute(query.order_by(col(ListEntry.entry_id))).scalars()
    return tuple(one for entry in entries for one in _of_entry(rulebook, entry, on, scope))


def all_in_effect(
    session: Session, rulebook: Rulebook, region_prefix: str, on: date, scope: str | None = None
) -> Iterator[Named]:
    """Yield what is in effect in a region on a day, in bounded memory, in order of entries.

    Who may not be named by the list is left out: a natural person, an unnamed business.
    """
    after = ""
    while rows := session.execute(_with_names(region_prefix, on, after)).all():
        after = rows[-1][0].entry_id
        traders = with_trade_name(session, (entry.business_id for entry, _ in rows))
        for entry, known in rows:
            person = is_natural_person(known.kind, known.name, known.uscc)
            person = person and (known.kind == "natural_person" or entry.business_id not in traders)
            if known.name is None or (person and not entry.persons_named):
                continue
            uscc = None if person else known.uscc
            for one in _of_entry(rulebook, entry, on, scope):
                yield Named(known.name, uscc, one)


def applications(
    session: Session,
    regions: Sequence[str],
    *,
    office_code: str | None = None,
    after: str = "",
    limit: int = 50,
) -> Sequence[MeasureApplication]:
    """Return what offices applied in regions, in order of identifier."""
    query = select(MeasureApplication).where(col(MeasureApplication.id) > after, _within(regions))
    if office_code is not None:
        query = query.where(col(MeasureApplication.office_code) == office_code)
    return session.execute(query.order_by(col(MeasureApplication.id)).limit(limit)).scalars().all()


def to_be_lifted(session: Session, regions: Sequence[str], on: date) -> Sequence[MeasureApplication]:
    """Return the applications, not lifted, whose entry stands no more on a day."""
    stands = exists(
        select(1).where(col(ListEntry.entry_id) == col(MeasureApplication.entry_id), standing_on(on))
    )
    query = select(MeasureApplication).where(
        col(MeasureApplication.lifted_on).is_(None), ~stands, _within(regions)
    )
    return session.execute(query.order_by(col(MeasureApplication.id))).scalars().all()


def scopes_of(session: Session, office_code: str) -> frozenset[str]:
    """Return the scopes that an office answers for."""
    query = select(col(OfficeScope.scope)).where(col(OfficeScope.office_code) == office_code)
    return frozenset(session.execute(query).scalars())


def _of_entry(rulebook: Rulebook, entry: ListEntry, on: date, scope: str | None) -> Iterator[InEffect]:
    for one in attached(rulebook, entry.regime, entry.region, on, named=entry.measures):
        if scope in (None, one.scope):
            yield InEffect(
                business_id=entry.business_id,
                entry_id=entry.entry_id,
                regime=entry.regime,
                region=entry.region,
                measure=one.code,
                kind=one.kind,
                scope=one.scope,
                name_zh=one.name_zh,
                name_en=one.name_en,
                basis=one.basis,
                list_basis=entry.basis or "",
                from_on=entry.publish_from,
                until_on=entry.publish_until,
            )


def _with_names(region_prefix: str, on: date, after: str) -> Select[ListEntry, BusinessVersion]:
    return (
        select(ListEntry, BusinessVersion)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(ListEntry.business_id))
        .join(Business, col(Business.id) == col(ListEntry.business_id))
        .where(col(BusinessVersion.superseded_at).is_(None), col(Business.standing) == "named")
        .where(col(Business.merged_into_id).is_(None), standing_on(on), col(ListEntry.entry_id) > after)
        .where(col(ListEntry.region).between(region_prefix.ljust(6, "0"), region_prefix.ljust(6, "9")))
        .order_by(col(ListEntry.entry_id))
        .limit(AT_ONCE)
    )


def _within(regions: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(col(MeasureApplication.region).startswith(one, autoescape=True) for one in regions))
