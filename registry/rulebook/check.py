"""What makes a rulebook unusable, and what an officer should know of one that is usable."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Literal

from registry.rulebook.book import TABLES, Rulebook
from registry.rulebook.law_rows import (
    Conduct,
    ListRegime,
    Measure,
    RepairCondition,
    ViolationType,
)
from registry.rulebook.model import Row
from registry.rulebook.penalty_rows import PenaltyRange
from registry.rulebook.score_rows import (
    GradeBand,
    SamplingRatio,
    SchemeRow,
    ScoreDimension,
    ScorePoint,
    ScoreScheme,
)

Remark = Literal["default", "recalled", "unknown", "contested", "overlap", "unscored", "beyond"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and where it stands, e.g. `deadlines.toml: row 3 (black.statement)`."""

    place: str
    row: Row


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row makes the rulebook unusable."""

    place: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What an officer should know of a row.

    Attributes:
        kind: The tag of the row; `overlap` where two rows hold at once; `unscored` where a kind of
            violation has no points in the nation's scheme `default`; `beyond` where a local range for an
            act of its own allows more than the wider ones for that violation.
        sourced: True where the row names an instrument all the same.
    """

    table: str
    code: str
    jurisdiction: str
    in_force_from: date
    kind: Remark
    sourced: bool
    note: str | None


def faults(placed: Iterable[Placed]) -> list[Fault]:
    """Return every fault that reads across rows: overlaps, unknown codes, ranges beyond wider ones."""
    entries = list(placed)
    known = _known_codes(entry.row for entry in entries)
    found = [fault for entry in entries for fault in _unknown_codes(entry, known)]
    found += _exceeding(entries)
    by_identity: dict[tuple[str, ...], list[Placed]] = defaultdict(list)
    for entry in entries:
        by_identity[(entry.row.table, *entry.row.identity)].append(entry)
    for same in by_identity.values():
        for one, other in combinations(same, 2):
            if _overlap(one.row, other.row):
                reason = f"overlaps in time with {one.place}"
                found.append(Fault(other.place, "in_force_from", reason))
    return found


def problems(rulebook: Rulebook) -> list[Problem]:
    """Return what is tagged, overlapping or unscored, table by table."""
    return [found for table in TABLES for found in _problems(rulebook, table)]


def _problems(rulebook: Rulebook, table: type[Row]) -> Iterator[Problem]:
    rows = rulebook.rows(table)
    for row in rows:
        if row.tag is not None:
            yield _problem(row, row.tag, row.note)
    for one, other in pairwise(rows):
        if one.identity == other.identity and _overlap(one, other):
            yield _problem(other, "overlap", f"{one.in_force_from.isoformat()}")
    if table is PenaltyRange:
        yield from (_problem(row, "beyond", row.name_en) for row in _beyond(rulebook.rows(PenaltyRange)))
    if table is ViolationType:
        scored = {point.code for point in rulebook.rows(ScorePoint) if not point.jurisdiction}
        latest = {row.code: row for row in rows if f"violation.{row.code}" not in scored}
        yield from (_problem(row, "unscored", None) for row in latest.values())


def _exceeding(entries: Iterable[Placed]) -> Iterator[Fault]:
    """Yield a fault for every local range that leaves the wider one whose place it takes."""
    ranges = [(entry.place, entry.row) for entry in entries if isinstance(entry.row, PenaltyRange)]
    by_code: dict[str, list[PenaltyRange]] = defaultdict(list)
    for _, row in ranges:
        by_code[row.code].append(row)
    for place, row in ranges:
        for wider in by_code[row.code]:
            field = row.exceeds(wider) if _narrows(row, wider) else None
            if field is not None:
                of = wider.jurisdiction or "the nation"
                reason = f"leaves the range of {of} for {wider.code} from {wider.in_force_from.isoformat()}"
                yield Fault(place, field, reason)


def _narrows(row: PenaltyRange, wider: PenaltyRange) -> bool:
    """Say whether two rows hold on a common day, one of them within the place of the other."""
    local = len(row.jurisdiction) > len(wider.jurisdiction)
    return local and row.jurisdiction.startswith(wider.jurisdiction) and _overlap(row, wider)


def _beyond(rows: Iterable[PenaltyRange]) -> Iterator[PenaltyRange]:
    """Yield the local ranges that allow more than every wider one for the same violation."""
    held = list(rows)
    for row in held:
        wider = [one for one in held if one.violation_type == row.violation_type and _narrows(row, one)]
        known = [one for one in wider if one.fine_max_fen is not None or one.gains_max_bp is not None]
        if known and all(row.exceeds(one) in ("fine_max_fen", "gains_max_bp") for one in known):
            yield row


def _problem(
    row: Row,
    kind: Remark,
    note: str | None,
) -> Problem:
    return Problem(
        table=row.table,
        code=row.code,
        jurisdiction=row.jurisdiction,
        in_force_from=row.in_force_from,
        kind=kind,
        sourced=row.source is not None,
        note=note,
    )


def _overlap(one: Row, other: Row) -> bool:
    """Say whether two rows are in force on a common day."""
    return one.ends_after(other.in_force_from) and other.ends_after(one.in_force_from)


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes that other rows may name."""

    violations: frozenset[str]
    measures: frozenset[str]
    lists: frozenset[str]
    schemes: frozenset[str]
    dimensions: frozenset[tuple[str, str]]
    grades: frozenset[tuple[str, str]]


def _known_codes(rows: Iterable[Row]) -> _Codes:
    held: Mapping[type[Row], list[Row]] = defaultdict(list)
    for row in rows:
        held[type(row)].append(row)
    return _Codes(
        violations=frozenset(row.code for row in held[ViolationType]),
        measures=frozenset(row.code for row in held[Measure]),
        lists=frozenset(row.code for row in held[ListRegime]),
        schemes=frozenset(row.code for row in held[ScoreScheme]),
        dimensions=frozenset(
            (d.scheme, d.code) for d in held[ScoreDimension] if isinstance(d, ScoreDimension)
        ),
        grades=frozenset((b.scheme, b.grade) for b in held[GradeBand] if isinstance(b, GradeBand)),
    )


def _unknown_codes(entry: Placed, known: _Codes) -> Iterator[Fault]:
    """Yield a fault for every code that the row names and no row defines."""
    for field, code, defined in _named_codes(entry.row, known):
        if not defined:
            yield Fault(entry.place, field, f"{code} is defined by no row")


def _named_codes(row: Row, known: _Codes) -> Iterator[tuple[str, str, bool]]:
    """Yield field, code and whether it is defined, for every code that a row names."""
    match row:
        case Conduct():
            yield from (("violation_types", code, code in known.violations) for code in row.violation_types)
        case PenaltyRange():
            yield "violation_type", row.violation_type, row.violation_type in known.violations
        case ListRegime():
            yield from (("measures", code, code in known.measures) for code in row.measures)
            if row.colour != "red":
                yield from (("grounds", code, code in known.violations) for code in row.grounds)
        case RepairCondition():
            yield from (("regimes", code, code in known.lists) for code in row.regimes)
        case ScorePoint():
            yield "dimension", row.dimension, (row.scheme, row.dimension) in known.dimensions
            if row.direct_grade is not None:
                yield "direct_grade", row.direct_grade, (row.scheme, row.direct_grade) in known.grades
            if row.code.startswith("violation."):
                yield "code", row.code, row.code.removeprefix("violation.") in known.violations
        case SamplingRatio():
            yield "grade", row.grade, (row.scheme, row.grade) in known.grades
        case _:
            pass
    if isinstance(row, SchemeRow):
        yield "scheme", row.scheme, row.scheme in known.schemes
