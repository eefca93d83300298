"""The figures of a folder: what the main job made, counted from the database and the index."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from jobs.demo.provinces import PROVINCES
from jobs.demo.town import REGION
from registry.businesses.tables import Business
from registry.complaints.tables import Complaint
from registry.demonstration.tables import DemonstrationUnit
from registry.instruments.queries import counted
from registry.instruments.tables import Verification
from registry.lists.tables import ListEntry
from registry.pledges.tables import Pledge
from registry.publication.tables import Edition
from registry.reports.tables import DisclosureRequest, Report
from registry.reports.vault import Vault
from registry.rewards.tables import Reward, RewardShare
from registry.scoring.queries import grade_histogram, grades_by_region, points_histogram
from registry.statistics.tables import Statistic
from registry.violations.tables import Violation
from search_index.protocol import Index

POINTS_WIDTH = 1000


def figures(session: Session, on: date, index: Index) -> dict[str, Any]:
    """Return the figures of a folder, in JSON's types."""
    return {
        "as_of_on": on.isoformat(),
        "businesses": _pairs(
            session.exec(select(Business.standing, func.count()).group_by(Business.standing)).all()
        ),
        "pledges": _current(session, Pledge),
        "designations": _current(session, DemonstrationUnit),
        "verifications": _current(session, Verification),
        "instruments_by_status": _instruments(session, on),
        "statistics": session.exec(select(func.count()).select_from(Statistic)).one(),
        "violations_by_code": _pairs(
            (code or "none", count)
            for code, count in session.exec(
                select(Violation.type_code, func.count())
                .where(col(Violation.superseded_at).is_(None))
                .group_by(Violation.type_code)
            ).all()
        ),
        "incomplete_facts": _incomplete(session),
        "grades": grade_histogram(session),
        "grades_by_region": _graded(session),
        "points": points_histogram(session, POINTS_WIDTH),
        "list_entries": _entries(session),
        "complaints": _pairs(
            session.exec(select(Complaint.state, func.count()).group_by(Complaint.state)).all()
        ),
        "editions": {
            f"{edition.regime}/{edition.region}/{edition.version}": edition.entries
            for edition in session.exec(select(Edition).order_by(col(Edition.recorded_at))).all()
        },
        "index_documents": index.count(),
    }


def sealed_figures(session: Session, vault: Vault) -> dict[str, dict[str, int]]:
    """Return how many reports and rewards stand in each state, in JSON's types."""
    shares = session.exec(select(RewardShare.state, func.count()).group_by(RewardShare.state)).all()
    asked = select(DisclosureRequest.state, func.count()).group_by(DisclosureRequest.state)
    return {
        "reports": _pairs(
            vault.session.exec(select(Report.state, func.count()).group_by(Report.state)).all()
        ),
        "disclosures": _pairs(vault.session.exec(asked).all()),
        "rewards": _pairs(session.exec(select(Reward.state, func.count()).group_by(Reward.state)).all()),
        "reward_shares": _pairs(shares),
    }


def _entries(session: Session) -> dict[str, int]:
    counted = (
        select(ListEntry.regime, ListEntry.state, func.count())
        .where(col(ListEntry.superseded_at).is_(None))
        .group_by(ListEntry.regime, ListEntry.state)
    )
    return _pairs((f"{regime}.{state}", count) for regime, state, count in session.exec(counted).all())


def _graded(session: Session) -> dict[str, dict[str, int]]:
    """Return how many businesses of each of the demonstration's towns have each grade; `unset` for none."""
    towns = (REGION, *(place.region for place in PROVINCES))
    return {
        town: {grade or "unset": count for (_, grade), count in grades_by_region(session, town).items()}
        for town in towns
    }


def _instruments(session: Session, on: date) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, status), number in counted(session, on, None).items():
        found[status] += number
    return dict(sorted(found.items()))


def _current(session: Session, table: type[Pledge | DemonstrationUnit | Verification]) -> int:
    query = select(func.count()).select_from(table).where(col(table.superseded_at).is_(None))
    return session.exec(query).one()


def _incomplete(session: Session) -> dict[str, int]:
    found: Counter[str] = Counter()
    for table in (Pledge, DemonstrationUnit, Violation, Verification):
        query = select(table.incomplete).where(col(table.superseded_at).is_(None))
        for codes in session.exec(query.where(col(table.incomplete).is_not(None))):
            found.update(str(codes).split(","))
    return dict(sorted(found.items()))


def _pairs(rows: Any) -> dict[str, int]:
    counted: Sequence[tuple[str, int]] = sorted(rows)
    return dict(counted)
