"""Names of the people who act, for those who read what was done."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from registry.accounts.tables import Person


def person_names(session: Session, person_ids: Iterable[str]) -> dict[str, str]:
    """Return the name of each person, by identifier; unknown identifiers are left out."""
    query = select(Person).where(col(Person.id).in_(sorted(set(person_ids))))
    return {person.id: person.name for person in session.exec(query)}
