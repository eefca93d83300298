"""Nouns about scores: what is on record of a business, and the run that the next one starts from."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from registry.scoring.tables import Score, ScoreRun


def current_score(session: Session, business_id: str) -> Score | None:
    """Return the score on record of a business, or None where it has none."""
    return session.exec(
        select(Score).where(Score.business_id == business_id).where(col(Score.superseded_at).is_(None))
    ).one_or_none()


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
    """Return the run that was recorded last, or None before the first."""
    return session.exec(
        select(ScoreRun).order_by(col(ScoreRun.recorded_at).desc(), col(ScoreRun.id)).limit(1)
    ).one_or_none()


def grade_histogram(session: Session) -> dict[str, int]:
    """Return how many businesses have each grade on record; `unset` where they have none."""
    rows = session.exec(
        select(Score.grade, func.count())
        .where(col(Score.superseded_at).is_(None))
        .group_by(col(Score.grade))
        .order_by(col(Score.grade))
    ).all()
    return {grade or "unset": count for grade, count in rows}


def points_histogram(session: Session, width: int) -> dict[str, int]:
    """Return how many businesses have a score in each class, by the class's lower end in points.

    Args:
        session: An open transaction.
        width: Of a class, in hundredths of a point.
    """
    points = col(Score.points)
    lower = points - (points % width + width) % width  # floor on both databases, negatives too
    rows = session.exec(
        select(lower, func.count()).where(col(Score.superseded_at).is_(None)).group_by(lower).order_by(lower)
    ).all()
    return {str(start // 100): count for start, count in rows}
