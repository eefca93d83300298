"""Nouns about law and calendar as they are or were effective."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from registry.errors import Broken, Malformed, NotFound
from registry.overrides.tables import CalendarOverride, RulebookArchive, RulebookEffect, RulebookOverride
from registry.rulebook import Rulebook, parse_row

_REMEMBERED = 8


def effective_rulebook(session: Session, package: Rulebook) -> Rulebook:
    """Return the law that is effective now: the package and the approved overrides over it.

    Raises:
        Broken: An approved override does not fit the tables of this release.
    """
    approved = session.exec(
        select(RulebookOverride)
        .where(col(RulebookOverride.approved_at).is_not(None))
        .order_by(col(RulebookOverride.approved_at), col(RulebookOverride.id))
    ).all()
    if not approved:
        return package
    return _laid_over(package, tuple((one.id, one.rule_table, json.dumps(one.row)) for one in approved))


def open_overrides(session: Session) -> Sequence[RulebookOverride]:
    """Return the overrides that nobody has approved yet, oldest first."""
    return session.exec(
        select(RulebookOverride)
        .where(col(RulebookOverride.approved_at).is_(None))
        .order_by(col(RulebookOverride.proposed_at), col(RulebookOverride.id))
    ).all()


def rulebook_at(session: Session, known_at: datetime) -> Rulebook:
    """Return the rulebook that was effective at an instant, from the archive.

    Raises:
        NotFound: None had taken effect by then.
    """
    content = session.exec(
        select(RulebookArchive.content)
        .join(RulebookEffect, col(RulebookEffect.hash) == col(RulebookArchive.hash))
        .where(col(RulebookEffect.took_effect_at) <= known_at)
        .order_by(col(RulebookEffect.took_effect_at).desc(), col(RulebookEffect.seq).desc())
    ).first()
    if content is None:
        raise NotFound("rulebook.none_at", field="known_at", known_at=known_at.isoformat())
    return _read(content)


def calendar_overrides(session: Session) -> Mapping[date, bool]:
    """Return the days that an office set against the installed calendar; True works."""
    return {row.day_on: row.working for row in session.exec(select(CalendarOverride)).all()}


@lru_cache(maxsize=_REMEMBERED)
def _laid_over(package: Rulebook, approved: tuple[tuple[str, str, str], ...]) -> Rulebook:
    """Return the package with overrides; remembered, because every request asks for it."""
    rows = []
    for override_id, table, row in approved:
        try:
            rows.append(parse_row(table, json.loads(row)))
        except Malformed as misfit:
            problem = f"override {override_id}: {misfit}"
            raise Broken("an override does not fit this release", problems=[problem]) from misfit
    return package.with_rows(rows)


@lru_cache(maxsize=_REMEMBERED)
def _read(content: str) -> Rulebook:
    return Rulebook.from_json(content)
