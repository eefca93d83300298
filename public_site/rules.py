"""The rules in force by place and day: every figure that decides about a listing, with its source."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TypeVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.edge import Edge
from public_site.lists import PLACES
from public_site.names import region_words
from public_site.reader import Reader
from public_site.texts import Words
from registry.lists.rules import SEVERITIES
from registry.regions import prefix, region
from registry.rulebook import (
    TABLES,
    Choice,
    Deadline,
    InstrumentKind,
    ListRegime,
    Measure,
    PenaltyRange,
    PublicityPeriod,
    RepairCondition,
    Row,
    Rulebook,
    SamplingRatio,
    SchemeRow,
    ScoreScheme,
    Severity,
    ViolationType,
    allowed,
)
from registry.rulebook.differences import Standpoint, differences
from registry.rulebook.wording import Wording
from registry.scoring.answers import scheme_on
from registry.scoring.rules import rules_in

R = TypeVar("R", bound=Row)
Classed = TypeVar("Classed", PublicityPeriod, Severity, RepairCondition)
NATION = "000000"
PREVAILS = "publicity.prevails"
INTERNAL = (ScoreScheme, SchemeRow)  # what a grade is worked out by, and how often it is inspected
TOLD: tuple[type[Row], ...] = (
    ListRegime,
    Deadline,
    PenaltyRange,
    PublicityPeriod,
    Severity,
    RepairCondition,
    Measure,
    InstrumentKind,
    ScoreScheme,
    SamplingRatio,
)


@get("/rules", sync_to_thread=True, include_in_schema=False)
def rules(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    where: FromQuery[str] = NATION,
    on: FromQuery[str] = "",
) -> Response[str]:
    """Show the rules in force in a region on a day; what is no region or day is the nation, or today."""
    rulebook, place = edge.rulebook(), where if region(where) is not None else NATION
    day = _day(on, edge.today())
    scoring = rules_in(rulebook, place, day)
    choice = rulebook.in_force(Choice, place, day).get(PREVAILS)
    return reader.page(
        "rules.html",
        where=place,
        place=_place(reader.t, place),
        on=day,
        choices=[(code, _place(reader.t, code)) for code in _places(rulebook, place)],
        regimes=sorted(_rows(rulebook, ListRegime, place, day), key=lambda row: PLACES.index(row.colour)),
        deadlines=_by_part(_rows(rulebook, Deadline, place, day)),
        ranges=allowed(rulebook, rulebook.in_force(ViolationType, place, day), place, day),
        periods=by_class(_rows(rulebook, PublicityPeriod, place, day)),
        prevails=choice.value if choice else None,
        severities=by_class(_rows(rulebook, Severity, place, day)),
        repairs=by_class(_rows(rulebook, RepairCondition, place, day)),
        measures=_rows(rulebook, Measure, place, day),
        instruments=_rows(rulebook, InstrumentKind, place, day),
        scoring=scoring,
        scheme=scheme_on(scoring.scheme, day) if scoring is not None else None,
        ratios=_rows(rulebook, SamplingRatio, place, day),
        names=reader.names(rulebook, day),
        hash=rulebook.hash,
    )


@get("/rules/diff", sync_to_thread=True, include_in_schema=False)
def rules_compared(
    edge: NamedDependency[Edge],
    reader: NamedDependency[Reader],
    *,
    where: FromQuery[str] = NATION,
    on: FromQuery[str] = "",
    other: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Response[str]:
    """Show what differs from the rules of one place and day to those of another; scores are internal."""
    rulebook, today = edge.rulebook(), edge.today()
    one = _standpoint(rulebook, where, on, today)
    second = _standpoint(rulebook, other or where, day, today)
    found = differences(one, second, [table for table in TABLES if not issubclass(table, INTERNAL)])
    return reader.page(
        "rules_diff.html",
        one=one,
        other=second,
        choices=[(code, _place(reader.t, code)) for code in _places(rulebook, one.region, second.region)],
        tables=[(table, list(rows)) for table, rows in groupby(found, key=lambda each: each.row.table)],
        counts=Counter(each.kind for each in found),
        words=Wording(rulebook, reader.t.language),
    )


def _standpoint(rulebook: Rulebook, where: str, on: str, today: date) -> Standpoint:
    return Standpoint(rulebook, where if region(where) is not None else NATION, _day(on, today))


def _day(asked: str, today: date) -> date:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return today


def _rows(rulebook: Rulebook, table: type[R], place: str, on: date) -> list[R]:
    return list(rulebook.in_force(table, place, on).values())


def by_class(rows: Sequence[Classed]) -> list[Classed]:
    """Return rows of one law together, the slightest class first, what has no class last."""
    return sorted(
        rows,
        key=lambda row: (
            getattr(row, "regime_of_law", ""),
            SEVERITIES.index(row.severity) if row.severity else len(SEVERITIES),
        ),
    )


def _by_part(rows: Sequence[Deadline]) -> Mapping[str, list[Deadline]]:
    """Return the periods by what they belong to: the first part of their code."""
    parts: dict[str, list[Deadline]] = {}
    for row in rows:
        parts.setdefault(row.code.partition(".")[0], []).append(row)
    return parts


def _places(rulebook: Rulebook, *asked: str) -> list[str]:
    """Return the nation, every place with rules of its own, and the places that were asked for."""
    own = {row.jurisdiction.ljust(6, "0") for table in TOLD for row in rulebook.rows(table)}
    return sorted({NATION, *own, *(prefix(one).ljust(6, "0") for one in asked)})


def _place(t: Words, code: str) -> str:
    return t("repair.nation") if code == NATION else region_words(code)
