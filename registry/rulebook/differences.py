"""What differs between the law of two places, of two days, or of two rulebooks (pure)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.rulebook.book import TABLES, Rulebook
from registry.rulebook.model import Row
from registry.rulebook.score_rows import SchemeRow, ScoreScheme

_WHERE_AND_WHEN = frozenset({"code", "jurisdiction", "in_force_from", "in_force_to", "note", "scheme"})


@dataclass(frozen=True)
class Standpoint:
    """The law of a place on a day.

    Attributes:
        region: GB/T 2260, whole or a prefix; empty for the nation.
        on: Legal day.
    """

    rulebook: Rulebook
    region: str
    on: date


@dataclass(frozen=True)
class Difference:
    """A rule that holds at one standpoint only, or says otherwise at the other.

    Attributes:
        before: The row at the first standpoint; None: there is none.
        after: The row at the second one.
        fields: Fields that say otherwise, `source` and `tag` last; none where a rule was added or ended.
    """

    before: Row | None
    after: Row | None
    fields: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["added", "ended", "changed"]:
        """Say what became of the rule."""
        if self.before is None:
            return "added"
        return "ended" if self.after is None else "changed"

    @property
    def row(self) -> Row:
        """Return the row as it is now, or as it was where it ended."""
        row = self.after or self.before
        if row is None:
            raise AssertionError("a difference has one row at least")
        return row

    @property
    def from_on(self) -> date | None:
        """Return the first day of the new rule; of one that ended, the first day without it, if any."""
        return self.row.in_force_from if self.after is not None else self.row.in_force_to


def differences(
    one: Standpoint, other: Standpoint, tables: Collection[type[Row]] = TABLES
) -> tuple[Difference, ...]:
    """Return what differs from one standpoint to another, table by table, by code.

    Where a rule was replaced by one that says the same in every respect, nothing differs.
    """
    return tuple(found for table in tables for found in _in_table(table, one, other))


def _in_table(table: type[Row], one: Standpoint, other: Standpoint) -> Iterator[Difference]:
    before, after = _held(table, one), _held(table, other)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            yield Difference(was, now)
        elif fields := _changed(was, now):
            yield Difference(was, now, fields)


def _held(table: type[Row], at: Standpoint) -> Mapping[tuple[str, str], Row]:
    """Return the rows in force by scheme and code; rows of no scheme under the empty one."""
    if not issubclass(table, SchemeRow):
        return {("", code): row for code, row in at.rulebook.in_force(table, at.region, at.on).items()}
    schemes = {scheme.code for scheme in at.rulebook.rows(ScoreScheme)}
    return {
        (scheme, code): row
        for scheme in sorted(schemes)
        for code, row in at.rulebook.in_force(table, at.region, at.on, scheme=scheme).items()
    }


def said_fields(row: Row) -> tuple[str, ...]:
    """Return the fields by which a row says something, its basis last."""
    own = [name for name in type(row).model_fields if name not in (*_WHERE_AND_WHEN, "source", "tag")]
    return (*own, "source", "tag")


def _changed(was: Row, now: Row) -> tuple[str, ...]:
    return tuple(name for name in said_fields(now) if getattr(was, name) != getattr(now, name))
