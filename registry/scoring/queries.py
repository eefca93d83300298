"""Nouns about scores: what is on record of a business, and the runs that the next one starts from.

What an unfinished run has written is no score yet: all but `latest_versions` read the last completed run.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false
from sqlmodel import Session, col, func, or_, select

from registry.businesses.tables import BusinessVersion
from registry.regions import prefix
from registry.scoring.tables import Score, ScoreRun


def current_score(session: Session, business_id: str) -> Score | None:
    """Return the score on record of a business, or None where it has none."""
    return session.exec(select(Score).where(Score.business_id == business_id, _held(session))).one_or_none()


def latest_versions(session: Session, business_ids: Sequence[str]) -> dict[str, int]:
    """Return the last version of those businesses that ever had a score."""
    return dict(
        session.exec(
            select(Score.business_id, func.max(Score.version))
            .where(col(Score.business_id).in_(business_ids))
            .group_by(col(Score.business_id))
        ).all()
    )


def last_run(session: Session) -> ScoreRun | None:
    """Return the run that was completed last, or None before the first."""
    completed = select(ScoreRun).where(col(ScoreRun.completed_at).is_not(None))
    return session.exec(completed.order_by(col(ScoreRun.recorded_at).desc()).limit(1)).one_or_none()


def unfinished_run(session: Session) -> ScoreRun | None:
    """Return the run that has begun to write and was not completed, or None."""
    return session.exec(select(ScoreRun).where(col(ScoreRun.completed_at).is_(None))).one_or_none()


def written_since(session: Session, instant: datetime | None) -> set[str]:
    """Return the businesses whose score was written or closed after an instant; None: at any."""
    query = select(Score.business_id).distinct()
    if instant is not None:
        query = query.where(or_(col(Score.recorded_at) > instant, col(Score.superseded_at) > instant))
    return set(session.exec(query))


def grade_histogram(session: Session, at: datetime | None = None) -> dict[str, int]:
    """Return how many businesses have each grade on record; `unset` where they have none.

    Args:
        session: An open transaction.
        at: Instant of the run to read; None: the last completed one.
    """
    rows = session.exec(
        select(Score.grade, func.count())
        .where(_held(session, at))
        .group_by(col(Score.grade))
        .order_by(col(Score.grade))
    ).all()
    return {grade or "unset": count for grade, count in rows}


def grades_by_region(session: Session, within: str) -> dict[tuple[str, str | None], int]:
    """Return how many businesses have each grade on record, by their region and grade; None for no grade.

    Args:
        session: An open transaction.
        within: GB/T 2260, whole or a prefix.
    """
    place = col(BusinessVersion.region)
    rows = session.exec(
        select(place, Score.grade, func.count())
        .join(BusinessVersion, col(BusinessVersion.business_id) == col(Score.business_id))
        .where(
            col(BusinessVersion.superseded_at).is_(None), place.startswith(prefix(within), autoescape=True)
        )
        .where(_held(session))
        .group_by(place, col(Score.grade))
        .order_by(place, col(Score.grade))
    ).all()
    return {(region, grade): count for region, grade, count in rows}


def points_histogram(session: Session, width: int, at: datetime | None = None) -> dict[str, int]:
    """Return how many businesses have a score in each class, by the class's lower end in points.

    Args:
        session: An open transaction.
        width: Of a class, in hundredths of a point.
        at: As of `grade_histogram`.
    """
    points = col(Score.points)
    lower = points - (points % width + width) % width  # floor on both databases, negatives too
    rows = session.exec(
        select(lower, func.count()).where(_held(session, at)).group_by(lower).order_by(lower)
    ).all()
    return {str(start // 100): count for start, count in rows}


def _held(session: Session, at: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition of the scores that held after a run; None: the last completed one."""
    last = last_run(session) if at is None else None
    instant = last.recorded_at if last is not None else at
    if instant is None:
        return false()
    ended = col(Score.superseded_at)
    return and_(col(Score.recorded_at) <= instant, or_(ended.is_(None), ended > instant))
