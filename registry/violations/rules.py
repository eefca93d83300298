"""What a conduct is in law, how grave its penalty is, and how long the decision may be shown.

The day of the decision chooses the law. Nothing is guessed: where the class, the period or the
event that it counts from is unknown, the record waits, is shown to officers and is not published.
Where several penalties were imposed and the class of one is open, the gravest known class stands if
it is at least general, so that what is open can only shorten what the public sees.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from registry.calendar import add_months
from registry.errors import Malformed
from registry.rulebook import (
    Choice,
    Conduct,
    PenaltyKind,
    Procedure,
    PublicityPeriod,
    Rulebook,
    Severity,
    SeverityClass,
    SummaryProcedure,
)

_GRAVITY: Mapping[SeverityClass, int] = {"slight": 1, "general": 2, "serious": 3}
_NEXT_DAY = timedelta(days=1)

Reason = Literal[
    "decision.undated",
    "penalty.unknown",
    "procedure.unknown",
    "severity.unknown",
    "publicity.period_unknown",
    "publicity.unpublished",
    "publicity.withheld",
]


@dataclass(frozen=True, slots=True)
class PenaltyFacts:
    """What a decision imposed (行政处罚种类).

    Attributes:
        kinds: Kinds of penalty; `fine` where nobody said whether it is small, larger or huge.
        procedure: None: not stated.
        fine_fen: None: not stated.
    """

    kinds: frozenset[PenaltyKind]
    procedure: Procedure | None = None
    fine_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Publicity:
    """From when until when a decision may be shown, or why it may not.

    Attributes:
        severity: Class of the decision; None: not set by any rule found.
        publish_from: First day on which it may be shown.
        publish_until: First day on which it is hidden again.
        regime: Regime of law that governs; None: none is in force.
        reasons: Why it may not be shown; empty: it may. `publicity.withheld` is the law's own
            will, or its time had passed before it was first shown; everything else is something
            that an officer can add.
    """

    severity: SeverityClass | None
    publish_from: date | None
    publish_until: date | None
    regime: str | None
    reasons: tuple[Reason, ...]

    @property
    def incomplete(self) -> tuple[Reason, ...]:
        """Return what is missing; a decision that the law withholds misses nothing."""
        return tuple(reason for reason in self.reasons if reason != "publicity.withheld")


def violation_types_for(conduct_code: str, rulebook: Rulebook, region: str, on: date) -> tuple[str, ...]:
    """Return the violation types that a conduct was in a region on a day; the first one scores.

    Returns:
        Nothing where the conduct is no violation that scores, or no law was found for that day.

    Raises:
        Malformed: `conduct.unknown`: the rulebook knows no such conduct at any time.
    """
    row = rulebook.in_force(Conduct, region, on).get(conduct_code)
    if row is None and all(known.code != conduct_code for known in rulebook.rows(Conduct)):
        raise Malformed("conduct.unknown", field="conduct_code", value=conduct_code)
    return row.violation_types if row is not None else ()


def procedure_of(
    penalty: PenaltyFacts, rulebook: Rulebook, region: str, decided_on: date
) -> Procedure | None:
    """Return the procedure as stated, or `ordinary` where the penalty exceeds what is decided on the spot.

    Returns:
        None where it is not stated and either is possible.

    Source: rulebook `summary_procedures`; Penalty Law (行政处罚法), art. 51.
    """
    rule = rulebook.in_force(SummaryProcedure, region, decided_on).get("summary")
    if penalty.procedure is not None or rule is None:
        return penalty.procedure
    most = max(rule.person_fine_max_fen, rule.organisation_fine_max_fen)
    exceeds = not penalty.kinds <= set(rule.kinds) or (penalty.fine_fen or 0) > most
    return "ordinary" if exceeds else None


def severity_of(
    penalty: PenaltyFacts, rulebook: Rulebook, region: str, decided_on: date
) -> SeverityClass | None:
    """Return the class of a decision by its penalties, in the law of its day.

    Returns:
        None where no rule of that day sets it: an officer says more of the penalty, or the
        jurisdiction adds a row.

    Source: rulebook `severities`.
    """
    rows = tuple(rulebook.in_force(Severity, region, decided_on).values())
    procedure = procedure_of(penalty, rulebook, region, decided_on)
    possible: tuple[Procedure, ...] = (procedure,) if procedure else ("summary", "ordinary")
    classes = {_severity(replace(penalty, procedure=either), rows) for either in possible}
    return classes.pop() if len(classes) == 1 else None


def publicity_of(
    penalty: PenaltyFacts,
    severity: SeverityClass | None,
    rulebook: Rulebook,
    region: str,
    decided_on: date | None,
    *,
    published_on: date | None = None,
    restarted_on: date | None = None,
) -> Publicity:
    """Return when a decision may be shown.

    The decision's day governs class and longest period; where a law that came later would end it
    earlier, it ends then, though never before that law took effect.

    Args:
        penalty: What was imposed.
        severity: As `severity_of` or the deciding office says.
        rulebook: The law known today.
        region: GB/T 2260 of the deciding authority.
        decided_on: None: not known to the day.
        published_on: First day on which it was or will be shown; None: not yet.
        restarted_on: Day on which its period began anew, because a repair was revoked.

    Source: rulebook `publicity_periods`; choice `publicity.prevails`.
    """
    if decided_on is None:
        return _not_shown(severity, "decision.undated")
    if not penalty.kinds:
        return _not_shown(severity, "penalty.unknown")
    period, unclear = _period_in_any_procedure(penalty, severity, rulebook, region, decided_on)
    if period is None:
        return _not_shown(severity, unclear)
    if not period.shown:
        return _not_shown(severity, "publicity.withheld", regime=period.regime_of_law)
    begun_on, shown_on = restarted_on or decided_on, restarted_on or published_on
    if reasons := _missing(period, severity, shown_on):
        return _not_shown(severity, *reasons, regime=period.regime_of_law)
    later = _later_ends(penalty, rulebook, region, decided_on, begun_on=begun_on, published_on=shown_on)
    return _shown(severity, period, begun_on, shown_on, later)


def _shown(
    severity: SeverityClass | None,
    period: PublicityPeriod,
    decided_on: date,
    published_on: date | None,
    later: Iterable[date],
) -> Publicity:
    """Return the days on which a complete decision is shown, cut by law that came later."""
    until = min(day for day in (_end(period.max_months, period, decided_on, published_on), *later) if day)
    if published_on is not None and published_on >= until:
        return _not_shown(severity, "publicity.withheld", regime=period.regime_of_law)
    return Publicity(
        severity=severity,
        publish_from=published_on or decided_on,
        publish_until=until,
        regime=period.regime_of_law,
        reasons=(),
    )


def _not_shown(severity: SeverityClass | None, *reasons: Reason, regime: str | None = None) -> Publicity:
    return Publicity(severity, None, None, regime, reasons)


def _end(
    months: int | None, period: PublicityPeriod, decided_on: date, published_on: date | None
) -> date | None:
    """Return the first day after so many months from the event that the period counts from."""
    starts = {"decision": decided_on, "publication": published_on}.get(period.counts_from or "")
    return None if months is None or starts is None else add_months(starts, months) + _NEXT_DAY


def _severity(penalty: PenaltyFacts, rows: Iterable[Severity]) -> SeverityClass | None:
    """Return the class under the rows of one day, the procedure being known."""
    fitting = [
        row for row in rows if row.procedure in (None, penalty.procedure) and _amount_fits(row, penalty)
    ]
    whole = [row.severity for row in fitting if not row.kinds]
    if whole:
        return whole[0]
    by_kind = {kind: _gravest(row.severity for row in fitting if kind in row.kinds) for kind in penalty.kinds}
    gravest = _gravest(by_kind.values())
    if None in by_kind.values() and gravest == "slight":
        return None
    return gravest


def _amount_fits(row: Severity, penalty: PenaltyFacts) -> bool:
    """Say whether a row about fines of some amount speaks of this fine."""
    if row.fine_from_fen is None and row.fine_below_fen is None:
        return True
    fine = penalty.fine_fen
    if fine is None or (row.fine_from_fen is not None and fine < row.fine_from_fen):
        return False
    return row.fine_below_fen is None or fine < row.fine_below_fen


def _gravest(classes: Iterable[SeverityClass | None]) -> SeverityClass | None:
    return max((c for c in classes if c is not None), key=_GRAVITY.__getitem__, default=None)


def _period_in_any_procedure(
    penalty: PenaltyFacts, severity: SeverityClass | None, rulebook: Rulebook, region: str, on: date
) -> tuple[PublicityPeriod | None, Reason]:
    """Return the row that governs, or why none does; an unstated procedure must not matter."""
    rows = _one_regime(rulebook, region, on)
    procedure = procedure_of(penalty, rulebook, region, on)
    possible: tuple[Procedure, ...] = (procedure,) if procedure else ("summary", "ordinary")
    periods = [_period(replace(penalty, procedure=either), severity, rows) for either in possible]
    if any(period != periods[0] for period in periods):
        return None, "procedure.unknown"
    return periods[0], "severity.unknown" if rows and severity is None else "publicity.period_unknown"


def _one_regime(rulebook: Rulebook, region: str, on: date) -> tuple[PublicityPeriod, ...]:
    """Return the rows of the regime of law in force; of several, the one that prevails."""
    rows = tuple(rulebook.in_force(PublicityPeriod, region, on).values())
    if len({row.regime_of_law for row in rows}) <= 1:
        return rows
    prevails = rulebook.find(Choice, "publicity.prevails", region, on).value
    return tuple(row for row in rows if row.regime_of_law == prevails)


def _period(
    penalty: PenaltyFacts, severity: SeverityClass | None, rows: Iterable[PublicityPeriod]
) -> PublicityPeriod | None:
    """Return the row that fits best: by procedure, by kinds, by class, or the rest."""
    fitting = [
        row
        for row in rows
        if row.procedure in (None, penalty.procedure)
        and (not row.only_kinds or penalty.kinds <= set(row.only_kinds))
        and row.severity in (None, severity)
    ]
    return min(fitting, key=_specificity, default=None)


def _specificity(row: PublicityPeriod) -> tuple[bool, bool, int, bool]:
    return (row.procedure is None, not row.only_kinds, len(row.only_kinds), row.severity is None)


def _missing(
    period: PublicityPeriod, severity: SeverityClass | None, published_on: date | None
) -> tuple[Reason, ...]:
    """Return what keeps a decision of this period from being shown."""
    reasons: list[Reason] = []
    if severity is None:
        reasons.append("severity.unknown")
    if period.max_months is None or period.counts_from is None:
        reasons.append("publicity.period_unknown")
    elif period.counts_from == "publication" and published_on is None:
        reasons.append("publicity.unpublished")
    return tuple(reasons)


def _later_ends(
    penalty: PenaltyFacts,
    rulebook: Rulebook,
    region: str,
    decided_on: date,
    *,
    begun_on: date,
    published_on: date | None,
) -> Iterable[date]:
    """Yield the first hidden day under each law that took effect after the decision and ends it by itself."""
    for day in _days_of_change(rulebook):
        if day <= decided_on:
            continue
        severity = severity_of(penalty, rulebook, region, day)
        period, _ = _period_in_any_procedure(penalty, severity, rulebook, region, day)
        if severity is not None and period is not None and period.stops_automatically:
            end = _end(period.max_months, period, begun_on, published_on)
            if end is not None:
                yield max(day, end)


@lru_cache(maxsize=8)
def _days_of_change(rulebook: Rulebook) -> tuple[date, ...]:
    """Return the days on which the law of publicity changes; an import asks for every row."""
    return tuple(sorted({row.in_force_from for row in rulebook.rows(PublicityPeriod)}))
