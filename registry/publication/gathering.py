"""Reading what public answers are made of, for many businesses at once, in few queries.

Only `public_view` and the makers of editions read from here. Columns that must never be public
(phone, folded names, source keys) are not selected at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.businesses.tables import Alias, Business, BusinessVersion, Market
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.rules import SHOWN_STATES
from registry.lists.tables import ListEntry
from registry.pledges.tables import Pledge
from registry.publication.answers import OnList
from registry.publication.rules import Identity, identity_of, words_about
from registry.violations.publicity import violation_shown
from registry.violations.tables import PenaltyDecision, Violation

AT_ONCE = 1000
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DAYS = 8  # statements are kept for today, and for the few days that are asked beside it
NAMES = ("former_name", "trade_name", "short_name")


@dataclass(frozen=True)
class Known:
    """A business that may be shown, with its raw names for taking them out of free texts."""

    id: str
    version: int
    raw_name: str | None
    raw_names: tuple[str | None, ...]
    uscc_check_ok: bool | None
    identity: Identity
    kind: str
    sector: str | None
    region: str
    market: str | None
    stall: str | None
    status: str
    recorded_at: datetime

    def words(self, said: Any) -> Any:
        """Return what is said about it, however deep, with hidden names and numbers taken out of texts."""
        if isinstance(said, str):
            return words_about(said, self.raw_names, self.identity)
        if isinstance(said, dict):
            return {key: self.words(value) for key, value in said.items()}
        return [self.words(value) for value in said] if isinstance(said, list) else said


def known_businesses(session: Session, ids: Iterable[str]) -> dict[str, Known]:
    """Return those of the businesses that may be shown at all, by identifier."""
    found: dict[str, Known] = {}
    for some in in_parts(ids):
        rows = session.connection().execute(_named_businesses(), {"ids": some}).all()
        found |= _known(session, rows)
    return found


def all_businesses(session: Session) -> Iterator[dict[str, Known]]:
    """Yield every business that may be shown, in parts, in order of identifier."""
    after = ""
    while True:
        part = (
            _businesses()
            .where(col(BusinessVersion.business_id) > after)
            .order_by(col(BusinessVersion.business_id))
            .limit(AT_ONCE)
        )
        rows = session.connection().execute(part).all()
        if not rows:
            return
        yield _known(session, rows)
        after = rows[-1].business_id


def in_parts(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield identifiers in parts that fit one statement."""
    asked = sorted(set(ids))
    for start in range(0, len(asked), AT_ONCE):
        yield asked[start : start + AT_ONCE]


@lru_cache(maxsize=1)
def _named_businesses() -> Select[*tuple[Any, ...]]:
    return _businesses().where(col(Business.id).in_(_IDS))


def _businesses() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(BusinessVersion.business_id),
            col(BusinessVersion.version),
            col(BusinessVersion.name),
            col(BusinessVersion.kind),
            col(BusinessVersion.uscc),
            col(BusinessVersion.uscc_check_ok),
            col(BusinessVersion.sector),
            col(BusinessVersion.region),
            col(BusinessVersion.address),
            col(BusinessVersion.stall),
            col(BusinessVersion.status),
            col(BusinessVersion.recorded_at),
            col(Business.standing),
            col(Market.name).label("market"),
        )
        .join(Business, col(Business.id) == col(BusinessVersion.business_id))
        .outerjoin(Market, col(Market.id) == col(BusinessVersion.market_id))
        .where(col(BusinessVersion.superseded_at).is_(None))
        .where(col(Business.merged_into_id).is_(None))
        .where(col(Business.standing) != "unidentified")
    )


def _known(session: Session, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[str, Known]:
    names = _other_names(session, [row.business_id for row in rows])
    found = {}
    for row in rows:
        others = names.get(row.business_id, {})
        identity = identity_of(
            standing=row.standing,
            kind=row.kind,
            name=row.name,
            uscc=row.uscc,
            uscc_check_ok=row.uscc_check_ok,
            address=row.address,
            former_names=others.get("former_name", ()),
            trade_names=[*others.get("trade_name", ()), *others.get("short_name", ())],
        )
        if identity is not None:
            others_said = [name for kind in NAMES for name in others.get(kind, ())]
            found[row.business_id] = _one(row, identity, (row.name, *others_said))
    return found


def _one(row: Row[*tuple[Any, ...]], identity: Identity, raw_names: tuple[str | None, ...]) -> Known:
    return Known(
        id=row.business_id,
        version=row.version,
        raw_name=row.name,
        raw_names=raw_names,
        uscc_check_ok=row.uscc_check_ok,
        identity=identity,
        kind=row.kind,
        sector=row.sector,
        region=row.region,
        market=row.market,
        stall=row.stall,
        status=row.status,
        recorded_at=row.recorded_at,
    )


def _other_names(session: Session, ids: list[str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in session.connection().execute(_aliases(), {"ids": ids}):
        found[row.business_id][row.kind].append(row.value)
    return found


@lru_cache(maxsize=1)
def _aliases() -> Select[*tuple[Any, ...]]:
    query = select(col(Alias.business_id), col(Alias.kind), col(Alias.value))
    return query.where(col(Alias.business_id).in_(_IDS)).order_by(col(Alias.id))


@lru_cache(maxsize=_DAYS)
def entry_shown(on: date) -> ColumnElement[bool]:
    """Say in SQL that a list entry may be shown on a day; a board's only while its record may be.

    A market's card is shown only while the business trades in that market.
    """
    violation, decision = aliased(Violation), aliased(PenaltyDecision)
    record_shown = exists(
        select(1)
        .where(col(violation.violation_id) == col(ListEntry.violation_id))
        .where(col(violation.business_id) == col(ListEntry.business_id))
        .where(col(violation.decision_id) == col(decision.decision_id))
        .where(col(violation.superseded_at).is_(None))
        .where(col(decision.superseded_at).is_(None))
        .where(col(decision.standing) != "annulled")
        .where(or_(col(violation.repaired_on).is_(None), col(violation.repaired_on) > on))
        .where(col(violation.publish_until) > on)
    )
    trader = aliased(BusinessVersion)
    in_that_market = exists(
        select(1)
        .where(col(trader.business_id) == col(ListEntry.business_id), col(trader.superseded_at).is_(None))
        .where(col(trader.market_id) == col(ListEntry.market_id))
    )
    return and_(
        col(ListEntry.superseded_at).is_(None),
        col(ListEntry.withdrawn_on).is_(None),
        col(ListEntry.state).in_(SHOWN_STATES),
        col(ListEntry.publish_from) <= on,
        or_(col(ListEntry.publish_until).is_(None), col(ListEntry.publish_until) > on),
        or_(col(ListEntry.violation_id).is_(None), record_shown),
        or_(col(ListEntry.market_id).is_(None), in_that_market),
    )


@lru_cache(maxsize=_DAYS)
def pledge_stands(on: date) -> ColumnElement[bool]:
    """Say in SQL that a pledge stands on a day."""
    return and_(
        col(Pledge.superseded_at).is_(None),
        col(Pledge.incomplete).is_(None),
        col(Pledge.pledged_on) <= on,
        or_(col(Pledge.valid_through).is_(None), col(Pledge.valid_through) >= on),
        or_(col(Pledge.broken_on).is_(None), col(Pledge.broken_on) > on),
        or_(col(Pledge.withdrawn_on).is_(None), col(Pledge.withdrawn_on) > on),
    )


@lru_cache(maxsize=_DAYS)
def designation_stands(on: date) -> ColumnElement[bool]:
    """Say in SQL that a designation stands on a day."""
    return and_(
        col(DemonstrationUnit.superseded_at).is_(None),
        col(DemonstrationUnit.incomplete).is_(None),
        col(DemonstrationUnit.designated_on) <= on,
        or_(col(DemonstrationUnit.valid_through).is_(None), col(DemonstrationUnit.valid_through) >= on),
        or_(col(DemonstrationUnit.cancelled_on).is_(None), col(DemonstrationUnit.cancelled_on) > on),
    )


def shown_violations(*columns: Any, on: date) -> Select[*tuple[Any, ...]]:
    """Return columns of the violations, with their decisions, that may be shown on a day."""
    return (
        select(*columns)
        .select_from(Violation)
        .join(PenaltyDecision, col(PenaltyDecision.decision_id) == col(Violation.decision_id))
        .where(violation_shown(on))
    )


class _Statements(NamedTuple):
    """What is asked of the businesses `ids` on one day; putting them together costs more than asking."""

    listed: Select[*tuple[Any, ...]]
    pledged: Select[*tuple[Any, ...]]
    designated: Select[*tuple[Any, ...]]
    counted: Select[*tuple[Any, ...]]


@lru_cache(maxsize=_DAYS)
def _statements(on: date) -> _Statements:
    listed = select(
        col(ListEntry.business_id),
        col(ListEntry.regime),
        col(ListEntry.colour),
        col(ListEntry.persons_named),
    )
    listed = listed.where(col(ListEntry.business_id).in_(_IDS), entry_shown(on)).distinct()
    unit = col(DemonstrationUnit.business_id)
    counted = shown_violations(Violation.business_id, func.count(), on=on).group_by(Violation.business_id)
    return _Statements(
        listed=listed.order_by(col(ListEntry.regime)),
        pledged=select(col(Pledge.business_id)).where(col(Pledge.business_id).in_(_IDS), pledge_stands(on)),
        designated=select(unit).where(unit.in_(_IDS), designation_stands(on)),
        counted=counted.where(col(Violation.business_id).in_(_IDS)),
    )


class Standing:
    """What stands of many businesses on a day, read with one query each."""

    def __init__(self, session: Session, ids: list[str], on: date) -> None:
        asked, named, run = _statements(on), {"ids": ids}, session.connection().execute
        self._lists: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
        for row in run(asked.listed, named):
            self._lists[row.business_id].append(row)
        self.pledged = set(run(asked.pledged, named).scalars())
        self.designated = set(run(asked.designated, named).scalars())
        self.violations: dict[str, int] = dict(run(asked.counted, named).all())

    def lists(self, known: Known) -> list[OnList]:
        """Return the lists that a business may be shown on."""
        return [
            OnList(regime=row.regime, colour=row.colour)
            for row in self._lists.get(known.id, ())
            if row.persons_named or not known.identity.natural_person
        ]
