"""Counts of complaints: for the public by region and only against what could be complained of; for
officers, how often what was said of a business was borne out. Nothing here tells who complained, and
no public count tells of a business.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.audit.work import Work
from registry.businesses.bearers import Bearers
from registry.businesses.tables import BusinessVersion
from registry.complaints.clusters import clusters
from registry.complaints.queries import CLOSE_BY, clue
from registry.complaints.tables import Complaint
from registry.instruments.tables import Instrument
from registry.rulebook import Rulebook, Threshold

LEAST_SHOWN = "complaints.least_shown"
LEAST_RATE = "substantiation.least"
WHOLE = 10_000  # basis points; also what rates are given per


@dataclass(frozen=True, slots=True)
class Cell:
    """Complaints of a region in a year, beside what could be complained of there today.

    Attributes:
        region: Prefix of GB/T 2260.
        complaints: Accepted in the year, those about one thing once; None: too few to be shown, or
            left out so that another one stays hidden.
        agreed_bp: Of the mediations that ended, those with an agreement; None: too few.
        per_businesses: Complaints for every 10,000 businesses; None: not shown.
        per_instruments: Complaints for every 10,000 instruments; None: not shown.
    """

    region: str
    businesses: int
    instruments: int
    complaints: int | None
    agreed_bp: int | None
    per_businesses: int | None
    per_instruments: int | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What could be complained of, by region of six digits.

    Attributes:
        businesses: How many are open.
        instruments: How many are in use.
    """

    businesses: Mapping[str, int]
    instruments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Substantiation:
    """How often what was said of a business was borne out; for officers alone.

    Attributes:
        matters: What was complained of, what is about one thing counted once.
        looked_into: Of these, the ones that were borne out or not.
        borne_out: Of these, the ones that were.
        rate_bp: None: fewer were looked into than make a rate.
    """

    matters: int
    looked_into: int
    borne_out: int
    rate_bp: int | None


def complaint_cells(
    session: Session, rulebook: Rulebook, exposure: Exposure, year: int, within: str = ""
) -> tuple[Cell, ...]:
    """Return the complaints of a year, by the regions one level below.

    Args:
        session: Read only.
        rulebook: Says from which number on a count is shown.
        exposure: What could be complained of.
        year: Of the legal days of acceptance.
        within: Prefix of GB/T 2260: empty, a province's or a city's.

    Source: rulebook `thresholds`, `complaints.least_shown`.
    """
    length = len(within) + 2
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = _accepted(session, within, first, last)
    businesses = _summed(exposure.businesses, within, length)
    instruments = _summed(exposure.instruments, within, length)
    least = rulebook.find(Threshold, LEAST_SHOWN, within, last).amount
    apart = rulebook.find(Threshold, CLOSE_BY, within, last).amount or 0
    by_region: dict[str, list[Complaint]] = {}
    for row in rows:
        by_region.setdefault(row.region[:length], []).append(row)
    counts = {region: len(clusters(map(clue, some), apart)) for region, some in by_region.items()}
    places = sorted({*businesses, *counts})
    shown = shown_counts({place: counts.get(place, 0) for place in places}, least)
    return tuple(
        Cell(
            region=place,
            businesses=businesses[place],
            instruments=instruments[place],
            complaints=shown[place],
            agreed_bp=None if shown[place] is None else _agreed(by_region[place], least),
            per_businesses=_rate(shown[place], businesses[place], least),
            per_instruments=_rate(shown[place], instruments[place], least),
        )
        for place in places
    )


def exposure(session: Session) -> Exposure:
    """Count what could be complained of today; it reads through every business and instrument."""
    place = col(BusinessVersion.region)
    current = (col(BusinessVersion.superseded_at).is_(None), col(BusinessVersion.status) != "closed")
    run = session.connection().execute
    businesses = run(select(place, func.count()).where(*current).group_by(place)).all()
    instruments = run(
        select(place, func.count())
        .join(Instrument, col(Instrument.business_id) == col(BusinessVersion.business_id))
        .where(*current, col(Instrument.superseded_at).is_(None), col(Instrument.retired_on).is_(None))
        .group_by(place)
    ).all()
    counts = ({str(region): int(number) for region, number in rows} for rows in (businesses, instruments))
    return Exposure(*counts)


def shown_counts(counts: Mapping[str, int], least: int | None) -> dict[str, int | None]:
    """Return which counts may be shown.

    Where just one is too small, the next smaller one is left out too: else the sum of the level above
    would give it away.

    Args:
        counts: By what they count.
        least: The smallest that may be shown; None: not known, so none may.
    """
    if least is None:
        return dict.fromkeys(counts)
    small = {name for name, number in counts.items() if number < least}
    others = sorted((number, name) for name, number in counts.items() if name not in small)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return {name: None if name in small else number for name, number in counts.items()}


def substantiation(work: Work, business_id: str) -> Substantiation:
    """Return how often what was complained of a business was borne out, records merged into it included.

    Source: rulebook `thresholds`, `substantiation.least`.
    """
    bearers = Bearers(work.session, [business_id])
    query = select(Complaint).where(col(Complaint.business_id).in_(sorted({business_id, *bearers.ids})))
    rows = {row.id: row for row in work.session.execute(query).scalars() if row.transferred_on is None}
    region = next((row.region for row in rows.values()), "")
    apart = work.rulebook.find(Threshold, CLOSE_BY, region, work.today).amount or 0
    least = work.rulebook.find(Threshold, LEAST_RATE, region, work.today).amount
    groups = clusters(map(clue, rows.values()), apart)
    found = [{rows[one].finding for one in group} for group in groups]
    borne_out = sum("borne_out" in each for each in found)
    looked_into = sum(bool(each & {"borne_out", "not_borne_out"}) for each in found)
    enough = least is not None and looked_into >= max(least, 1)
    rate = borne_out * WHOLE // looked_into if enough else None
    return Substantiation(len(groups), looked_into, borne_out, rate)


def _accepted(session: Session, within: str, first: date, last: date) -> Iterable[Complaint]:
    query = (
        select(Complaint)
        .where(col(Complaint.region).startswith(within, autoescape=True))
        .where(col(Complaint.decided_on).between(first, last), col(Complaint.ground).is_(None))
    )
    return session.execute(query).scalars().all()


def _summed(counts: Mapping[str, int], within: str, length: int) -> Counter[str]:
    """Return counts within a region by the first digits of their regions."""
    found: Counter[str] = Counter()
    for region, number in counts.items():
        if region.startswith(within):
            found[region[:length]] += number
    return found


def _agreed(rows: Iterable[Complaint], least: int | None) -> int | None:
    ended = [row for row in rows if row.ended_on is not None]
    if least is None or not ended or len(ended) < least:
        return None
    return sum(row.outcome == "agreed" for row in ended) * WHOLE // len(ended)


def _rate(count: int | None, exposure: int, least: int | None) -> int | None:
    """Return a count for every 10,000 of what could be complained of; None where either is too small."""
    if count is None or least is None or exposure < max(least, 1):
        return None
    return count * WHOLE // exposure
