"""The rulebook: all rows of law that are known, asked by table, region and day."""

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Self, TypeVar

import rfc8785
from pydantic import ValidationError

from registry.errors import Malformed, RuleRefused
from registry.regions import ancestors
from registry.rulebook import (
    complaint_rows,
    instrument_rows,
    law_rows,
    penalty_rows,
    pledge_rows,
    reward_rows,
    score_rows,
)
from registry.rulebook.model import Row
from registry.rulebook.score_rows import SchemeRow, ScoreScheme

R = TypeVar("R", bound=Row)

TABLES: tuple[type[Row], ...] = (
    law_rows.ViolationType,
    law_rows.Conduct,
    penalty_rows.PenaltyRange,
    penalty_rows.PenaltyTier,
    law_rows.SummaryProcedure,
    law_rows.Severity,
    law_rows.PublicityPeriod,
    law_rows.RepairCondition,
    law_rows.Choice,
    law_rows.ListRegime,
    law_rows.ListingTest,
    law_rows.Deadline,
    law_rows.WithdrawalGround,
    law_rows.DeclineGround,
    law_rows.Measure,
    law_rows.Term,
    law_rows.PaperNumber,
    pledge_rows.PledgeText,
    reward_rows.RewardRule,
    complaint_rows.RefusalGround,
    complaint_rows.Threshold,
    instrument_rows.InstrumentKind,
    score_rows.ScoreScheme,
    score_rows.ScoreDimension,
    score_rows.ScorePoint,
    score_rows.GradeBand,
    score_rows.SamplingRatio,
)
_BY_NAME: Mapping[str, type[Row]] = {table.table: table for table in TABLES}
_REMEMBERED = 4096


def parse_row(table: str, raw: Mapping[str, Any]) -> Row:
    """Read a row of a table from plain values, as an officer's override gives it.

    Args:
        table: Name of the table, e.g. `score_points`.
        raw: Fields by name; dates as dates or ISO text.

    Raises:
        Malformed: `rule.table_unknown`, or `rule.malformed` for the first field that is wrong.
    """
    shape = _BY_NAME.get(table)
    if shape is None:
        raise Malformed("rule.table_unknown", field="rule_table", table=table)
    try:
        return read_row(shape, raw)
    except ValidationError as invalid:
        field, reason = row_faults(invalid)[0]
        raise Malformed("rule.malformed", field=field or "row", table=table, reason=reason) from invalid


def read_row(shape: type[R], raw: Mapping[str, Any]) -> R:
    """Read a row by way of JSON, where strict validation still takes lists and ISO dates."""
    return shape.model_validate_json(json.dumps(raw, default=date.isoformat))


def row_faults(invalid: ValidationError) -> list[tuple[str, str]]:
    """Return field and reason of every fault of a row."""
    return [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in invalid.errors()]


class Rulebook:
    """Law as dated data: immutable, and known by the hash of its whole content.

    Attributes:
        hash: SHA-256, in hex, of the canonical JSON (RFC 8785) of all rows.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        """Hold the rows; `load_rulebook` is how they are checked."""
        tables: dict[type[Row], list[Row]] = {table: [] for table in TABLES}
        for row in rows:
            tables[type(row)].append(row)
        self._tables: Mapping[type[Row], tuple[Row, ...]] = {
            table: tuple(sorted(held, key=_order)) for table, held in tables.items()
        }
        self._canonical = rfc8785.dumps(
            {
                table.table: [row.model_dump(mode="json") for row in held]
                for table, held in self._tables.items()
            }
        )
        self.hash: str = hashlib.sha256(self._canonical).hexdigest()
        self._jurisdictions = {row.jurisdiction for held in self._tables.values() for row in held}
        self._changes = sorted(
            {day for held in self._tables.values() for row in held for day in row.changes_on}
        )
        self._resolved = lru_cache(maxsize=_REMEMBERED)(self._resolve)
        self._within = lru_cache(maxsize=_REMEMBERED)(self._places)

    def rows(self, table: type[R]) -> tuple[R, ...]:
        """Return all rows of a table, of every place and time, in a fixed order."""
        return self._tables[table]  # type: ignore[return-value]  # rows are filed under their own type

    def in_force(self, table: type[R], region: str, on: date, *, scheme: str = "default") -> Mapping[str, R]:
        """Return the rows in force in a region on a legal day, by code; the narrowest place wins.

        Args:
            table: Class of the rows.
            region: GB/T 2260, whole or a prefix; empty for the nation.
            on: Legal day.
            scheme: For rows of the score: whose. They come from the jurisdiction of that scheme and
                below, never from a wider one.
        """
        return self._resolved(table, self._within(region), self.unchanged_since(on), scheme)  # type: ignore[return-value]  # as above

    def lawgiver(self, region: str) -> str:
        """Return the narrowest place around a region that has rows of its own: its law is the region's.

        Args:
            region: GB/T 2260, whole or a prefix.

        Returns:
            A prefix of the region; empty for the nation.
        """
        return self._within(region)[-1]

    def unchanged_since(self, on: date) -> date:
        """Return the day on which a row last began or ended, up to a day: the law of both is the same."""
        at = bisect_right(self._changes, on)
        return self._changes[at - 1] if at else date.min

    def find(
        self,
        table: type[R],
        code: str,
        region: str,
        on: date,
        *,
        scheme: str = "default",
        field: str | None = None,
    ) -> R:
        """Return the row of a code in force in a region on a legal day.

        Args:
            table: Class of the rows.
            code: Of the row.
            region: GB/T 2260, whole or a prefix; empty for the nation.
            on: Legal day.
            scheme: As of `in_force`.
            field: Input that gave the code; None: the law itself asks for the row.

        Raises:
            RuleRefused: `rule.absent`: no such row is in force there and then.
        """
        row = self.in_force(table, region, on, scheme=scheme).get(code)
        if row is None:
            raise RuleRefused(
                "rule.absent",
                field=field,
                table=table.table,
                row=code,
                region=region or "000000",
                on=on.isoformat(),
            )
        return row

    def with_rows(self, rows: Iterable[Row]) -> "Rulebook":
        """Return a rulebook with overrides added; give all at once, in the order they were approved.

        Of rows with the same code and jurisdiction (and scheme), the one that began last holds; one
        that begins on the same day as another replaces it. So a later row closes an earlier one,
        and an earlier one that outlasts it holds again from its end.
        """
        held: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for table, kept in self._tables.items():
            for row in kept:
                held[(table.table, *row.identity)].append(row)
        touched: set[tuple[str, ...]] = set()
        for row in rows:
            key = (row.table, *row.identity)
            held[key] = [one for one in held[key] if one.in_force_from != row.in_force_from] + [row]
            touched.add(key)
        for key in touched:
            held[key] = _one_at_a_time(held[key])
        return Rulebook(row for kept in held.values() for row in kept)

    def to_json(self) -> str:
        """Return the whole content; its SHA-256 is `hash`, so it is archived under that name."""
        return self._canonical.decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read an archived rulebook back; its hash is the one that it was archived under."""
        content: dict[str, list[dict[str, Any]]] = json.loads(text)
        return cls(read_row(_BY_NAME[table], raw) for table, rows in content.items() for raw in rows)

    def _places(self, region: str) -> tuple[str, ...]:
        """Return the places around a region that have rows of their own, wider ones first."""
        return ("", *(place for place in ancestors(region) if place and place in self._jurisdictions))

    def _resolve(self, table: type[Row], places: tuple[str, ...], on: date, scheme: str) -> Mapping[str, Row]:
        """Return the rows in force by code, wider places first so that narrower ones replace them."""
        if issubclass(table, SchemeRow):
            founding = self._resolved(ScoreScheme, places, on, scheme).get(scheme)
            places = places[places.index(founding.jurisdiction) :] if founding else ()
        found: dict[str, Row] = {}
        for row in sorted(self._tables[table], key=lambda row: len(row.jurisdiction)):
            ours = not isinstance(row, SchemeRow) or row.scheme == scheme
            if ours and row.jurisdiction in places and row.holds(on):
                found[row.code] = row
        return MappingProxyType(found)


def _order(row: Row) -> tuple[tuple[str, ...], date]:
    return (row.identity, row.in_force_from)


def _one_at_a_time(rows: list[Row]) -> list[Row]:
    """Cut rows that overlap so that on every day only the one that began last is left."""
    changes = sorted({day for row in rows for day in (row.in_force_from, row.in_force_to) if day is not None})
    pieces: list[Row] = []
    for begins, ends in zip(changes, [*changes[1:], None], strict=True):
        holding = [row for row in rows if row.holds(begins)]
        if holding:
            last = max(holding, key=lambda row: row.in_force_from)
            pieces.append(last.model_copy(update={"in_force_from": begins, "in_force_to": ends}))
    return _joined(pieces)


def _joined(pieces: list[Row]) -> list[Row]:
    """Join pieces of one row that follow each other without a gap."""
    joined: list[Row] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and before.in_force_to == piece.in_force_from:
            longer = before.model_copy(update={"in_force_to": piece.in_force_to})
            if longer == piece.model_copy(update={"in_force_from": before.in_force_from}):
                joined[-1] = longer
                continue
        joined.append(piece)
    return joined
