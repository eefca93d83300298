"""How many businesses of each grade a plan of inspections draws, by the ratios of their own place.

A grade without a ratio, or with an unknown one, is told with its number of businesses and no number to
inspect; nobody is drawn by a ratio that nobody knows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from registry.rulebook import Rulebook, SamplingRatio, Source, Tag
from registry.rulebook.score_rows import WHOLE_BP
from registry.scoring.queries import grades_by_region


@dataclass(frozen=True)
class Draw:
    """The businesses of one grade under one ratio.

    Attributes:
        jurisdiction: Of the row that sets the ratio; None where no row does.
        grade: None for businesses without a grade.
        bp: Share to be drawn in basis points; None: there is none, or it is unknown.
        to_inspect: Of the businesses, the share rounded up; None with `bp`.
        source: Ground of the ratio.
        tag: How sure it is.
    """

    jurisdiction: str | None
    grade: str | None
    businesses: int
    bp: int | None
    to_inspect: int | None
    source: Source | None
    tag: Tag | None


def plan(session: Session, rulebook: Rulebook, within: Iterable[str], on: date) -> tuple[Draw, ...]:
    """Return how many businesses of each grade are to be inspected in some regions, by place and grade.

    Args:
        session: An open transaction.
        rulebook: The effective one.
        within: GB/T 2260, whole or prefixes, none below another; businesses follow the ratios of their own
            place.
        on: Legal day whose ratios hold; the grades are those on record.
    """
    counted: Counter[tuple[str | None, SamplingRatio | None]] = Counter()
    counts = (one for region in within for one in grades_by_region(session, region).items())
    for (place, grade), number in counts:
        ratios = rulebook.in_force(SamplingRatio, place, on).values()
        row = next((ratio for ratio in ratios if ratio.grade == grade), None)
        counted[grade, row] += number
    draws = (_draw(grade, row, number) for (grade, row), number in counted.items())
    return tuple(sorted(draws, key=lambda one: (one.jurisdiction or "", one.grade or "~")))


def _draw(grade: str | None, row: SamplingRatio | None, businesses: int) -> Draw:
    bp = row.bp if row is not None else None
    return Draw(
        jurisdiction=row.jurisdiction if row is not None else None,
        grade=grade,
        businesses=businesses,
        bp=bp,
        to_inspect=None if bp is None else -(-businesses * bp // WHOLE_BP),
        source=row.source if row is not None else None,
        tag=row.tag if row is not None else None,
    )
