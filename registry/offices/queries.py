"""Nouns about offices."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, or_, select

from registry.offices.tables import Office, OfficeName


def current_name(session: Session, code: str) -> OfficeName | None:
    """Return the name that an office bears now."""
    return session.exec(
        select(OfficeName).where(OfficeName.office_code == code).where(col(OfficeName.held_to_on).is_(None))
    ).one_or_none()


def offices_within(session: Session, within: Iterable[str]) -> Sequence[str]:
    """Return the codes of the offices of regions, given by their prefixes, and below them."""
    places = (col(Office.region).startswith(one, autoescape=True) for one in within)
    return session.exec(select(Office.code).where(or_(*places)).order_by(col(Office.code))).all()


def named_on(session: Session, code: str, on: date) -> OfficeName | None:
    """Return name and mark that an office bore on a day."""
    names = session.exec(
        select(OfficeName)
        .where(OfficeName.office_code == code)
        .where(col(OfficeName.held_from_on) <= on)
        .order_by(col(OfficeName.held_from_on).desc())
    ).first()
    return names if names is not None and (names.held_to_on is None or on < names.held_to_on) else None


def name_on(session: Session, code: str, on: date) -> str | None:
    """Return the name that an office bore on a day."""
    named = named_on(session, code, on)
    return named.name if named is not None else None
