"""How to apply for repair of credit and how to object: the conditions as the rulebook has them today."""

from dataclasses import dataclass
from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency

from api.edge import Edge
from public_site.names import region_words
from public_site.reader import Reader
from public_site.rules import by_class
from registry.rulebook import Deadline, ListRegime, RepairCondition, Row, Rulebook
from registry.rulebook.periods import quoted

DECIDED = ("repair.decide",)
OBJECTED = ("objection.decide", "objection.decide_assisted")


@dataclass(frozen=True)
class Period:
    """A period for a decision, where it holds; amount None: not known there."""

    where: str
    rule: str
    amount: int | None
    unit: str
    source: str


@get("/repair", sync_to_thread=True, include_in_schema=False)
def how_to(edge: NamedDependency[Edge], reader: NamedDependency[Reader]) -> Response[str]:
    """Tell how to apply for repair and how to object, with conditions, papers and periods."""
    rulebook, today = edge.rulebook(), edge.today()
    rows = [row for row in rulebook.rows(RepairCondition) if row.holds(today)]
    return reader.page(
        "repair.html",
        penalties=by_class([row for row in rows if row.applies_to == "penalty"]),
        lists=[(row, _lists(rulebook, row, today)) for row in rows if row.applies_to == "entry"],
        decided=_periods(rulebook, DECIDED, today),
        objected=_periods(rulebook, OBJECTED, today),
        names=reader.names(rulebook, today),
    )


def _lists(rulebook: Rulebook, condition: RepairCondition, on: date) -> list[ListRegime]:
    """Return the lists in force that a condition speaks of."""
    return [row for row in rulebook.rows(ListRegime) if row.code in condition.regimes and row.holds(on)]


def _periods(rulebook: Rulebook, rules: tuple[str, ...], on: date) -> list[Period]:
    """Return what each place says of a period, the nation first."""
    rows = [row for row in rulebook.rows(Deadline) if row.code in rules and row.holds(on)]
    return [
        Period(_place(row), row.code, row.amount, row.unit, quoted(row))
        for row in sorted(rows, key=lambda row: (row.jurisdiction, row.code))
    ]


def _place(row: Row) -> str:
    return region_words(row.jurisdiction.ljust(6, "0")) if row.jurisdiction else ""
