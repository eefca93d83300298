"""Nouns about statistics."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from registry.statistics.tables import Statistic

AT_ONCE = 4000


def by_source_keys(session: Session, source_keys: Iterable[str]) -> dict[str, Statistic]:
    """Return the aggregates on record from these sources."""
    asked = sorted(source_keys)
    found: dict[str, Statistic] = {}
    for start in range(0, len(asked), AT_ONCE):
        some = col(Statistic.source_key).in_(asked[start : start + AT_ONCE])
        found |= {row.source_key: row for row in session.exec(select(Statistic).where(some)).all()}
    return found


def statistics(
    session: Session, *, region: str = "", record_kind: str | None = None, limit: int, after: str = ""
) -> Sequence[Statistic]:
    """Return aggregates in the order of their source keys.

    Those whose region has no code are among them only where the whole country is asked for.
    """
    statement = select(Statistic).where(col(Statistic.source_key) > after)
    if region:
        statement = statement.where(col(Statistic.region).startswith(region, autoescape=True))
    if record_kind is not None:
        statement = statement.where(Statistic.record_kind == record_kind)
    return session.exec(statement.order_by(col(Statistic.source_key)).limit(limit)).all()
