"""The facts that may score, as known at an instant: read from the slices, written as Parquet.

Only what is effective and final is a fact here. A decision counts while it is in force; one under
review, or annulled without a day, counts on no day. A fact that lacks the exact day it counts from
is left out. Complaints and reports are no source of facts at all.

Subjects that never score: one that names no single party (`unidentified`), and a natural person
whose name its source hid (`masked`), because neither can be told from another. A record that was
merged into another has no score of its own from the instant at which it was; before, it had one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.businesses.queries import merged_at
from registry.businesses.tables import Business, BusinessVersion
from registry.calendar import Precision
from registry.demonstration.tables import DemonstrationUnit
from registry.instruments.tables import Instrument, Verification
from registry.pledges.tables import Pledge
from registry.store.columns import FactVersion, FollowingDay
from registry.violations.tables import PenaltyDecision, Violation

FOREVER = date.max
ON_TIME = "verification.on_time"

Condition = ColumnElement[bool]


def businesses_that_score(
    as_of: date, known_at: datetime, only: Sequence[str] | None = None
) -> Select[*tuple[Any, ...]]:
    """Select identifier and region of every business that has a score on a day.

    Args:
        as_of: Legal day; a business belongs to the region in which it then was.
        known_at: Aware instant; what was recorded later is not known.
        only: Identifiers to keep; None keeps all.
    """
    statement: Select[*tuple[Any, ...]] = select(
        col(Business.id).label("business_id"), col(BusinessVersion.region).label("region")
    ).where(*_scores(col(Business.id), as_of, known_at))
    return statement if only is None else statement.where(col(Business.id).in_(only))


def facts_known(
    as_of: date, known_at: datetime, only: Sequence[str] | None = None
) -> CompoundSelect[*tuple[Any, ...]]:
    """Select every fact that may score, with the days between which it counts.

    Args:
        as_of: Legal day that places each business in a region; the days of the facts are not cut.
        known_at: Aware instant; what was recorded later is not known.
        only: Identifiers of the businesses whose facts are wanted; None keeps all.
    """
    selected = []
    for source in _sources(known_at):
        statement: Select[*tuple[Any, ...]] = select(
            source.business_id.label("business_id"),
            col(BusinessVersion.region).label("region"),
            source.fact_id.label("fact_id"),
            source.kind.label("kind"),
            source.counts_from.label("counts_from"),
            source.held_to.label("held_to"),
            source.quantity.label("quantity"),
        ).where(
            source.counts_from.is_not(None),
            *source.conditions,
            *_scores(source.business_id, as_of, known_at),
        )
        selected.append(statement if only is None else statement.where(source.business_id.in_(only)))
    return union_all(*selected)


def _scores(business_id: SQLColumnExpression[Any], as_of: date, known_at: datetime) -> tuple[Condition, ...]:
    """Return the conditions that join a business which scores, in its version of the day."""
    later = aliased(BusinessVersion)
    superseding = select(col(later.business_id)).where(
        col(later.business_id) == col(BusinessVersion.business_id),
        col(later.version) > col(BusinessVersion.version),
        *_begun(later, as_of, known_at),
    )
    masked = col(Business.standing) == "masked"
    return (
        col(Business.id) == business_id,
        col(BusinessVersion.business_id) == business_id,
        col(Business.standing) != "unidentified",
        ~and_(masked, col(BusinessVersion.kind) == "natural_person"),
        col(Business.id).not_in(merged_at(known_at)),
        *_begun(BusinessVersion, as_of, known_at),
        ~superseding.exists(),
    )


def _begun(version: type[BusinessVersion], as_of: date, known_at: datetime) -> tuple[Condition, ...]:
    begun = or_(col(version.held_from_on).is_(None), col(version.held_from_on) <= as_of)
    return (col(version.recorded_at) <= known_at, begun)


class _Source(NamedTuple):
    """One kind of fact: where its columns stand, and when a row of it is final and effective."""

    business_id: SQLColumnExpression[Any]
    fact_id: SQLColumnExpression[Any]
    kind: SQLColumnExpression[Any]
    counts_from: SQLColumnExpression[Any]
    held_to: SQLColumnExpression[Any]
    quantity: SQLColumnExpression[Any]
    conditions: tuple[Condition, ...]


def _sources(known_at: datetime) -> tuple[_Source, ...]:
    return (
        _Source(
            business_id=col(Pledge.business_id),
            fact_id=col(Pledge.pledge_id),
            kind=literal("pledge"),
            counts_from=col(Pledge.held_from_on),
            held_to=_or_forever(Pledge.held_to_on),
            quantity=literal(1),
            conditions=_known(Pledge, known_at),
        ),
        _Source(
            business_id=col(Pledge.business_id),
            fact_id=col(Pledge.pledge_id),
            kind=literal("pledge.broken"),
            counts_from=col(Pledge.broken_on),
            held_to=literal(FOREVER, Date),
            quantity=literal(1),
            conditions=_known(Pledge, known_at),
        ),
        _Source(
            business_id=col(DemonstrationUnit.business_id),
            fact_id=col(DemonstrationUnit.designation_id),
            kind=literal("designation"),
            counts_from=col(DemonstrationUnit.held_from_on),
            held_to=_or_forever(DemonstrationUnit.held_to_on),
            quantity=literal(1),
            conditions=_known(DemonstrationUnit, known_at),
        ),
        _violations(known_at),
        _verifications_on_time(known_at),
    )


def _violations(known_at: datetime) -> _Source:
    annulled_on_a_day = and_(
        col(PenaltyDecision.standing) == "annulled", col(PenaltyDecision.held_to_on).is_not(None)
    )
    return _Source(
        business_id=col(Violation.business_id),
        fact_id=col(Violation.violation_id),
        kind=literal("violation.").concat(col(Violation.type_code)),
        counts_from=col(PenaltyDecision.decided_on),
        held_to=_earliest(
            _or_forever(Violation.held_to_on),
            _or_forever(Violation.repaired_on),
            _or_forever(PenaltyDecision.held_to_on),
        ),
        quantity=col(Violation.quantity),
        conditions=(
            col(PenaltyDecision.decision_id) == col(Violation.decision_id),
            *_known(Violation, known_at),
            *_known(PenaltyDecision, known_at),
            col(Violation.type_code).is_not(None),
            col(PenaltyDecision.decided_precision) == Precision.DAY.value,
            or_(col(PenaltyDecision.standing) == "in_force", annulled_on_a_day),
        ),
    )


def _verifications_on_time(known_at: datetime) -> _Source:
    """Return the verifications that were passed in time, each until the next one or until it runs out.

    In time is a verification by the last day of one that the instrument passed before; or by the day on
    which the instrument went into use, where that day is on record.
    """
    verified_on, through = col(Verification.verified_on), col(Verification.valid_through)
    before_use = and_(
        col(Instrument.in_use_precision) == Precision.DAY.value, col(Instrument.in_use_on) >= verified_on
    )
    return _Source(
        business_id=col(Instrument.business_id),
        fact_id=col(Verification.verification_id),
        kind=literal(ON_TIME),
        counts_from=verified_on,
        held_to=_earliest(
            case((through < literal(FOREVER, Date), FollowingDay(through)), else_=literal(FOREVER, Date)),
            _or_forever(Verification.annulled_on),
            _or_forever(Instrument.retired_on),
            func.coalesce(_next_made(known_at), literal(FOREVER, Date)),
        ),
        quantity=literal(1),
        conditions=(
            col(Instrument.instrument_id) == col(Verification.instrument_id),
            *_known(Instrument, known_at),
            *_passed(Verification, known_at),
            or_(before_use, _one_ran(known_at)),
        ),
    )


def _one_ran(known_at: datetime) -> Condition:
    """Say that a verification which the instrument had passed still ran on the day of this one."""
    earlier, verified_on = aliased(Verification), col(Verification.verified_on)
    running = select(literal(1)).where(
        col(earlier.instrument_id) == col(Verification.instrument_id),
        col(earlier.verified_on) < verified_on,
        *_passed(earlier, known_at),
        col(earlier.valid_through) >= verified_on,
        or_(col(earlier.annulled_on).is_(None), col(earlier.annulled_on) > verified_on),
    )
    return running.exists()


def _next_made(known_at: datetime) -> ColumnElement[Any]:
    """Return the day of the next verification of the instrument; of one day one counts, see `governing`."""
    later, verified_on = aliased(Verification), col(Verification.verified_on)
    same_day = and_(
        col(later.verified_on) == verified_on,
        col(later.result) != "unqualified",
        col(later.verification_id) > col(Verification.verification_id),
    )
    following = select(func.min(col(later.verified_on))).where(
        col(later.instrument_id) == col(Verification.instrument_id),
        or_(col(later.verified_on) > verified_on, same_day),
        col(later.annulled_on).is_(None),
        *_known(later, known_at),
    )
    return following.scalar_subquery()


def in_time_through(session: Session, business_id: str, as_of: date, known_at: datetime) -> date | None:
    """Return the last day up to which some instrument of a business can be verified in time again.

    Returns:
        None: no verification of an instrument in use runs on the day, so the next one comes too late.
    """
    query = select(func.max(col(Verification.valid_through))).where(
        col(Instrument.business_id) == business_id,
        col(Instrument.instrument_id) == col(Verification.instrument_id),
        or_(col(Instrument.retired_on).is_(None), col(Instrument.retired_on) > as_of),
        *_known(Instrument, known_at),
        *_passed(Verification, known_at),
        col(Verification.verified_on) < as_of,
        col(Verification.valid_through) >= as_of,
        or_(col(Verification.annulled_on).is_(None), col(Verification.annulled_on) > as_of),
    )
    found: date | None = session.execute(query).scalar_one()
    return found


def _passed(table: type[Verification], known_at: datetime) -> tuple[Condition, ...]:
    """Return the conditions that pick known verifications that were passed, with a last day."""
    return (
        *_known(table, known_at),
        col(table.result) != "unqualified",
        col(table.valid_through).is_not(None),
    )


def _known(table: type[FactVersion], known_at: datetime) -> tuple[Condition, ...]:
    """Return the conditions that pick the one version of each fact that was known."""
    superseded_at = col(table.superseded_at)
    return (col(table.recorded_at) <= known_at, or_(superseded_at.is_(None), superseded_at > known_at))


def _or_forever(day: date | None) -> ColumnElement[Any]:
    return func.coalesce(col(day), literal(FOREVER, Date))


def _earliest(*days: ColumnElement[Any]) -> ColumnElement[Any]:
    first = days[0]
    for day in days[1:]:  # LEAST and SQLite's MIN are two words for this; CASE is one
        first = case((day < first, day), else_=first)
    return first
