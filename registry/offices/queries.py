"""Nouns about offices."""

from datetime import date

from sqlmodel import Session, col, select

from registry.offices.tables import OfficeName


def current_name(session: Session, code: str) -> OfficeName | None:
    """Return the name that an office bears now."""
    return session.exec(
        select(OfficeName).where(OfficeName.office_code == code).where(col(OfficeName.held_to_on).is_(None))
    ).one_or_none()


def name_on(session: Session, code: str, on: date) -> str | None:
    """Return the name that an office bore on a day."""
    names = session.exec(
        select(OfficeName)
        .where(OfficeName.office_code == code)
        .where(col(OfficeName.held_from_on) <= on)
        .order_by(col(OfficeName.held_from_on).desc())
    ).first()
    return names.name if names is not None and (names.held_to_on is None or on < names.held_to_on) else None
