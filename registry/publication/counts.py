"""How much the public view shows, counted: what no page would show counts nowhere."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlmodel import Session, col

from registry.businesses.persons import PERHAPS_PERSONS
from registry.businesses.tables import Business, BusinessVersion
from registry.demonstration.tables import DemonstrationUnit
from registry.lists.tables import ListEntry
from registry.pledges.tables import Pledge
from registry.publication.answers import RegistryState
from registry.publication.gathering import (
    designation_stands,
    entry_shown,
    known_businesses,
    pledge_stands,
    shown_violations,
)
from registry.violations.tables import Violation

PARTS = "abcdefghijklmnopqrstuvwxyz234567"
"""The first characters of identifiers, which part the registry evenly."""
LENGTH, LEAST, MOST = 26, "2", "z"  # of identifiers, and of their characters, in the order of any database
Entries = Counter[tuple[str, str, str, str]]
"""Number of entries by regime, colour, region of the entry and sector of the business ("" where unknown)."""


def entries_counted(session: Session, on: date) -> Entries:
    """Return how many entries are shown on a day.

    Only where a business may be a natural person, whom the list may not name, is its name looked at.
    """
    sector = func.coalesce(col(BusinessVersion.sector), "")
    columns = (col(ListEntry.regime), col(ListEntry.colour), col(ListEntry.region), sector)
    shown = (
        select(*columns)
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(ListEntry.business_id))
        .join(Business, col(Business.id) == col(ListEntry.business_id))
        .where(entry_shown(on), _visible(), col(BusinessVersion.superseded_at).is_(None))
    )
    of_person = and_(
        col(ListEntry.persons_named).is_(false()), col(BusinessVersion.kind).in_(PERHAPS_PERSONS)
    )
    run = session.connection().execute
    found: Entries = Counter()
    plain = shown.where(~of_person).add_columns(func.count()).group_by(*columns)
    for regime, colour, region, sector_of, number in run(plain):
        found[regime, colour, region, sector_of] = number
    doubtful = run(shown.where(of_person).add_columns(col(ListEntry.business_id))).all()
    known = known_businesses(session, {row.business_id for row in doubtful})
    for regime, colour, region, sector_of, business_id in doubtful:
        if business_id in known and not known[business_id].identity.natural_person:
            found[regime, colour, region, sector_of] += 1
    return found


def named_businesses(session: Session, part: str) -> Sequence[str]:
    """Return those of the businesses shown of a part of the registry that are surely no natural persons."""
    query = (
        select(col(Business.id))
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Business.id))
        .where(col(BusinessVersion.superseded_at).is_(None), _visible())
        .where(col(BusinessVersion.kind).not_in(PERHAPS_PERSONS))
        .where(col(Business.id).between(part.ljust(LENGTH, LEAST), part.ljust(LENGTH, MOST)))
        .order_by(col(Business.id))
    )
    return session.connection().execute(query).scalars().all()


def state_of_the_registry(session: Session, on: date, entries: Entries) -> RegistryState:
    """Return how much stands in the registry on a day, and of the entries how many of each colour."""

    def count(query: Select[*tuple[Any, ...]]) -> int:
        return int(session.connection().execute(query).scalar_one())

    colours: Counter[str] = Counter()
    for (_, colour, _, _), number in entries.items():
        colours[colour] += number
    pledges = select(func.count()).select_from(Pledge).where(pledge_stands(on))
    units = select(func.count()).select_from(DemonstrationUnit).where(designation_stands(on))
    return RegistryState(
        on=on,
        businesses=count(select(func.count()).select_from(Business).where(_visible())),
        pledges=count(pledges.where(of_visible(Pledge.business_id))),
        designations=count(units.where(of_visible(DemonstrationUnit.business_id))),
        violations=count(shown_violations(func.count(), on=on).where(of_visible(Violation.business_id))),
        red=colours["red"],
        black=colours["black"],
        board=colours["board"],
    )


def of_visible(bearer: Any) -> ColumnElement[bool]:
    """Say in SQL that the business named in a column is shown."""
    return select(1).where(col(Business.id) == col(bearer), _visible()).exists()


def _visible() -> ColumnElement[bool]:
    """Say in SQL that a business is shown, by whichever name: only who is unidentified has none."""
    return and_(col(Business.merged_into_id).is_(None), col(Business.standing) != "unidentified")
