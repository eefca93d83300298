"""Nouns about instruments: what is on record, how it stands on a day, and what runs out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from registry.businesses.rules import name_key
from registry.businesses.tables import BusinessVersion
from registry.instruments.tables import Instrument, Verification

AT_ONCE = 4000
_REMEMBERED = 16  # statements of a few days: putting one together takes longer than to ask it

Standing = Sequence[tuple[Instrument, Verification | None, str]]
"""Instruments, each with the verification that speaks of it on the day, and the region of its user."""


def instrument(session: Session, instrument_id: str) -> Instrument | None:
    """Return an instrument as it stands, or None where there is none."""
    return session.exec(
        select(Instrument)
        .where(Instrument.instrument_id == instrument_id)
        .where(col(Instrument.superseded_at).is_(None))
    ).one_or_none()


def instruments_of(session: Session, business_id: str) -> Sequence[Instrument]:
    """Return the instruments of a business as they stand, in the order of their identifiers."""
    return session.exec(
        select(Instrument)
        .where(Instrument.business_id == business_id)
        .where(col(Instrument.superseded_at).is_(None))
        .order_by(col(Instrument.instrument_id))
    ).all()


def instruments_by_id(session: Session, ids: Iterable[str]) -> dict[str, Instrument]:
    """Return instruments as they stand, by identifier."""
    return {row.instrument_id: row for row in _current_in(session, Instrument, Instrument.instrument_id, ids)}


def with_serials(session: Session, serial_keys: Iterable[str]) -> list[Instrument]:
    """Return the instruments as they stand that bear one of the folded factory numbers."""
    return _current_in(session, Instrument, Instrument.serial_key, serial_keys)


def verification(session: Session, verification_id: str) -> Verification | None:
    """Return a verification as it stands, or None where there is none."""
    return session.exec(
        select(Verification)
        .where(Verification.verification_id == verification_id)
        .where(col(Verification.superseded_at).is_(None))
    ).one_or_none()


def verifications_of(session: Session, instrument_id: str) -> Sequence[Verification]:
    """Return the verifications of an instrument as they stand, the oldest first."""
    return session.exec(
        select(Verification)
        .where(Verification.instrument_id == instrument_id)
        .where(col(Verification.superseded_at).is_(None))
        .order_by(col(Verification.verified_on), col(Verification.verification_id))
    ).all()


def with_certificates(session: Session, certificate_keys: Iterable[str]) -> list[Verification]:
    """Return the verifications as they stand that bear one of the folded certificate numbers."""
    return _current_in(session, Verification, Verification.certificate_key, certificate_keys)


def open_to_law(session: Session) -> Sequence[Verification]:
    """Return the verifications whose last day no rule settles yet."""
    unsettled = or_(
        col(Verification.incomplete).is_not(None), col(Verification.possibly_through).is_not(None)
    )
    return session.exec(
        select(Verification).where(col(Verification.superseded_at).is_(None)).where(unsettled)
    ).all()


def verifications_within(
    session: Session,
    within: Iterable[str],
    *,
    instrument_id: str | None = None,
    incomplete: bool = False,
    after: str = "",
    limit: int,
) -> Sequence[Verification]:
    """Return verifications as they stand, in the order of their identifiers.

    Args:
        session: Read only.
        within: Prefixes of regions; those of instruments of a business in any of them are returned.
        instrument_id: Only those of this instrument.
        incomplete: Only those whose last day is not known.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = (
        select(Verification)
        .join(Instrument, col(Instrument.instrument_id) == col(Verification.instrument_id))
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Instrument.business_id))
        .where(col(Verification.superseded_at).is_(None))
        .where(col(Instrument.superseded_at).is_(None))
        .where(col(BusinessVersion.superseded_at).is_(None), _in_any(within))
        .where(col(Verification.verification_id) > after)
    )
    if instrument_id is not None:
        query = query.where(Verification.instrument_id == instrument_id)
    if incomplete:
        query = query.where(col(Verification.incomplete).is_not(None))
    return session.exec(query.order_by(col(Verification.verification_id)).limit(limit)).all()


class Which(NamedTuple):
    """Which instruments are asked for; None asks for all.

    Attributes:
        within: Prefixes of regions of the businesses.
        market_id: Only those of the stalls of this market.
        through: Only those whose verification runs out on this day or before, failed, or is unknown.
        sought: Only those with this in their factory number or in the name of their business.
    """

    within: tuple[str, ...] = ("",)
    business_id: str | None = None
    market_id: str | None = None
    kind: str | None = None
    through: date | None = None
    sought: str | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what holds in SQL of those asked for."""
        yield _in_any(self.within)
        for column, value in (
            (Instrument.business_id, self.business_id),
            (BusinessVersion.market_id, self.market_id),
            (Instrument.kind, self.kind),
        ):
            if value is not None:
                yield col(column) == value
        if self.through is not None:
            through = col(Verification.valid_through)
            yield or_(through <= self.through, through.is_(None))
        if self.sought is not None:
            yield or_(
                col(BusinessVersion.name).contains(self.sought, autoescape=True),
                col(Instrument.serial_key).contains(name_key(self.sought), autoescape=True),
            )


ALL = Which()


def standing(session: Session, on: date, which: Which = ALL, *, after: str = "", limit: int) -> Standing:
    """Return instruments in use on a day, in the order of their identifiers, as they stand then.

    Args:
        session: Read only.
        on: Legal day.
        which: Those asked for.
        after: Identifier of the last one that was read.
        limit: At least 1.
    """
    query = in_use(on, Instrument, Verification, BusinessVersion.region).where(*which.conditions())
    query = query.where(col(Instrument.instrument_id) > after)
    found = session.execute(query.order_by(col(Instrument.instrument_id)).limit(limit))
    return [(row[0], row[1], row[2]) for row in found]


def to_verify(
    session: Session, on: date, which: Which, *, limit: int
) -> Sequence[tuple[Instrument, Verification | None, BusinessVersion]]:
    """Return instruments in use on a day with their businesses, what runs out first on top.

    Args:
        session: Read only.
        on: Legal day.
        which: Those asked for.
        limit: At least 1.
    """
    through = col(Verification.valid_through)
    query = in_use(on, Instrument, Verification, BusinessVersion).where(*which.conditions())
    query = query.order_by(through.is_(None), through, col(Instrument.instrument_id)).limit(limit)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def count_in_use(session: Session, on: date, which: Which) -> int:
    """Return how many instruments in use on a day are meant; arguments as for `to_verify`."""
    found: int = session.execute(in_use(on, func.count()).where(*which.conditions())).scalar_one()
    return found


@lru_cache(maxsize=_REMEMBERED)
def in_use(on: date, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Return columns of the instruments in use on a day, their verification and their business."""
    return (
        sa_select(*columns)
        .select_from(Instrument)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Instrument.business_id))
        .outerjoin(Verification, governs(on))
        .where(col(Instrument.superseded_at).is_(None), col(BusinessVersion.superseded_at).is_(None))
        .where(or_(col(Instrument.retired_on).is_(None), col(Instrument.retired_on) > on))
    )


@lru_cache(maxsize=_REMEMBERED)
def governs(on: date) -> ColumnElement[bool]:
    """Say in SQL that a verification speaks of its instrument on a day: see `rules.governing`."""
    later = aliased(Verification)
    superseding = exists(
        sa_select(literal(1))
        .where(col(later.instrument_id) == col(Verification.instrument_id))
        .where(*_speaks(later, on))
        .where(
            or_(
                col(later.verified_on) > col(Verification.verified_on),
                and_(col(later.verified_on) == col(Verification.verified_on), _outranks(later, Verification)),
            )
        )
    )
    return and_(
        col(Verification.instrument_id) == col(Instrument.instrument_id),
        *_speaks(Verification, on),
        ~superseding,
    )


@lru_cache(maxsize=_REMEMBERED)
def status_column(on: date, due: date | None) -> ColumnElement[str]:
    """Say in SQL how an instrument in use stands on a day: see `rules.status_on`."""
    through, possibly = col(Verification.valid_through), col(Verification.possibly_through)
    return case(
        (col(Verification.verification_id).is_(None), literal("unknown")),
        (col(Verification.result) == "unqualified", literal("unqualified")),
        (through.is_(None), literal("unknown")),
        (and_(through >= on, through <= (due or date.min)), literal("due_soon")),
        (through >= on, literal("valid")),
        (and_(possibly.is_not(None), possibly >= on), literal("undetermined")),
        else_=literal("overdue"),
    )


def counted(
    session: Session, on: date, due: date | None, *also: ColumnElement[bool]
) -> dict[tuple[str, str], int]:
    """Return how many instruments in use stand how on a day, by region and status.

    Args:
        session: Read only.
        on: Legal day.
        due: As `rules.due_from` says; None counts nothing as due soon.
        also: Further conditions on `Instrument`.
    """
    status = status_column(on, due).label("status")
    region = col(BusinessVersion.region)
    query = in_use(on, region, status, func.count()).where(*also).group_by(region, status)
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _speaks(table: type[Verification], on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        col(table.superseded_at).is_(None),
        col(table.verified_on) <= on,
        or_(col(table.annulled_on).is_(None), col(table.annulled_on) > on),
    )


def _outranks(later: type[Verification], one: type[Verification]) -> ColumnElement[bool]:
    passed, other = (case((col(table.result) == "unqualified", 0), else_=1) for table in (later, one))
    by_id = col(later.verification_id) > col(one.verification_id)
    return or_(passed > other, and_(passed == other, by_id))


def _in_any(within: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(col(BusinessVersion.region).startswith(one, autoescape=True) for one in within))


def _current_in(session: Session, table: type[Any], column: Any, values: Iterable[str]) -> list[Any]:
    asked = sorted(set(values))
    found: list[Any] = []
    for start in range(0, len(asked), AT_ONCE):
        query = select(table).where(col(column).in_(asked[start : start + AT_ONCE]))
        found += session.exec(query.where(table.superseded_at.is_(None))).all()
    return found
