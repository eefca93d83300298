"""When credit may be repaired, and what is still unmet (pure).

Two days may govern: that of the decision or listing, and that of the application; the choice
`repair.law` says which. Of one day's law the row that fits best governs. A missing figure or class
is never guessed: it is named as unknown, and neither grant nor refusal can rest on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from registry.calendar import add_months
from registry.rulebook import Choice, PenaltyField, RepairCondition, RepairNeed, Rulebook, SeverityClass
from registry.rulebook.periods import quoted
from registry.violations.rules import PenaltyFacts, severity_of

_NEXT_DAY = timedelta(days=1)
EarlyEnd = date | Literal["never", "unknown"]
PAPER_KINDS: Mapping[str, tuple[str, ...]] = {
    "application": ("statement", "other"),
    "pledge": ("pledge",),
    "performance": ("evidence", "other"),
    "identity": ("evidence", "other"),
}


@dataclass(frozen=True)
class Subject:
    """What is to be repaired, with the days that a period may count from.

    Attributes:
        region: GB/T 2260 of the deciding authority, or of the entry.
        begun_on: Day of the decision or of the listing: its law is the first that may govern.
        days: Day of the events `decision`, `publication`, `listing`; None: not known.
        regime: Of an entry, the code of its list.
        penalty: Of a penalty record, what was imposed.
        severity_stated: Class that the deciding office set.
        field: Field of the penalty.
    """

    region: str
    begun_on: date | None
    days: Mapping[str, date | None]
    regime: str | None = None
    penalty: PenaltyFacts | None = None
    severity_stated: SeverityClass | None = None
    field: PenaltyField = "metrology"


@dataclass(frozen=True)
class Unmet:
    """A condition that is not met.

    Attributes:
        need: `period`, `early` (no early end at all), `figure` (the law's figure is unknown), or a
            need of the rulebook.
        rule: Code of the row.
        source: Instrument and article, or the tag.
        until: For `period`: the first day on which it is over.
    """

    need: str
    rule: str
    source: str
    until: date | None = None


@dataclass(frozen=True)
class Conditions:
    """The rows that may govern a repair, that of the earlier law first; one suffices.

    Attributes:
        open: True where the law of one of the days could not be told: it has classes and that of the
            penalty is unknown, or no law was found at all.
    """

    rows: tuple[RepairCondition, ...]
    open: bool


def conditions(rulebook: Rulebook, subject: Subject, asked_on: date) -> Conditions:
    """Return what may govern a repair that is applied for on a day.

    Source: rulebook `repair_conditions`; choices `repair.law` and `publicity.prevails`.
    """
    law = rulebook.find(Choice, "repair.law", subject.region, asked_on).value
    days: list[date | None] = [subject.begun_on] if law != "application" else []
    if law != "decision":
        days.append(asked_on)
    found = [None if day is None else _row(rulebook, subject, day) for day in days]
    rows = tuple(dict.fromkeys(row for row in found if row is not None))
    return Conditions(rows, open=not rows or found[-1] is None)


def possible_from(row: RepairCondition, subject: Subject) -> date | None:
    """Return the first day on which the shortest period of a row is over; None: never, or unknown."""
    start = subject.days.get(row.counts_from or "")
    if not row.early or row.min_months is None or start is None:
        return None
    return add_months(start, row.min_months) + _NEXT_DAY


def early_end(rulebook: Rulebook, subject: Subject, on: date) -> EarlyEnd:
    """Return the first day on which a repair is possible, or why there is none to be told.

    `never`: every row that governs lets it stand to the end of its period; `unknown`: the figure, the
    class or the law itself was not found.

    Args:
        rulebook: The law.
        subject: What would be repaired.
        on: Day on which an application would be made.
    """
    law = conditions(rulebook, subject, on)
    days = [day for row in law.rows if (day := possible_from(row, subject)) is not None]
    if days:
        return min(days)
    return "unknown" if law.open or any(row.early for row in law.rows) else "never"


def repairable_from(rulebook: Rulebook, subject: Subject, on: date) -> date | None:
    """Return the first day on which a repair is possible; None: never, or unknown."""
    found = early_end(rulebook, subject, on)
    return found if isinstance(found, date) else None


def papers_missing(rows: Sequence[RepairCondition], given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the papers that are missing by the row that asks for the fewest more."""
    lacking: list[tuple[str, ...]] = [
        tuple(paper for paper in row.papers if paper not in given) for row in rows
    ]
    return () if not lacking else min(lacking, key=len)


def unmet(
    row: RepairCondition,
    subject: Subject,
    on: date,
    found: Mapping[RepairNeed, bool],
    given: Mapping[str, str],
) -> tuple[Unmet, ...]:
    """Return what of a row is not met on a day.

    Args:
        row: The conditions.
        subject: What is to be repaired.
        on: Legal day of the decision.
        found: What was found of each need; what was not looked at counts as not met.
        given: Documents by what they are.
    """
    if not row.early:
        return (Unmet("early", row.code, quoted(row)),)
    lacking: list[Unmet] = []
    possible = possible_from(row, subject)
    if possible is None:
        lacking.append(Unmet("figure", row.code, quoted(row)))
    elif on < possible:
        lacking.append(Unmet("period", row.code, quoted(row), possible))
    lacking += [Unmet(need, row.code, quoted(row)) for need in row.needs if not found.get(need, False)]
    lacking += [Unmet(paper, row.code, quoted(row)) for paper in row.papers if paper not in given]
    return tuple(lacking)


def _row(rulebook: Rulebook, subject: Subject, day: date) -> RepairCondition | None:
    """Return the row of one day's law that fits best, or None."""
    rows = tuple(rulebook.in_force(RepairCondition, subject.region, day).values())
    if subject.penalty is None:
        return next((row for row in rows if subject.regime in row.regimes), None)
    of_penalties = [row for row in rows if row.applies_to == "penalty"]
    if len({row.regime_of_law for row in of_penalties}) > 1:
        prevails = rulebook.find(Choice, "publicity.prevails", subject.region, day).value
        of_penalties = [row for row in of_penalties if row.regime_of_law == prevails]
    severity = subject.severity_stated or severity_of(subject.penalty, rulebook, subject.region, day)
    fitting = [
        row
        for row in of_penalties
        if (not row.any_kinds or subject.penalty.kinds & set(row.any_kinds))
        and (not row.fields or subject.field in row.fields)
        and row.severity in (None, severity)
    ]
    return min(
        fitting, key=lambda row: (not row.any_kinds, not row.fields, row.severity is None), default=None
    )
