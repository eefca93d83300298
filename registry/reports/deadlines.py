"""What the office owes a reporter, by which day: a pure function of legal days, without content or name.

A report is known here by days alone: what it says and who sent it stay sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.rulebook import Rulebook
from registry.rulebook.law_rows import Deadline
from registry.rulebook.periods import Due, Pause, due

LOCAL = {  # what some provinces ask for beside the nation, and the fact that meets it
    "report.accept": "accepted_on",
    "report.answer": "answered_on",
}


@dataclass(frozen=True, slots=True)
class Handling:
    """The handling of one report (举报), as its legal days.

    Attributes:
        region: GB/T 2260 of the office that has it.
        received_on: Day on which that office received it.
        accepted_on: Day on which it was decided to take it up.
        extended_on: Day on which the time for verifying was extended.
        decided_on: Day on which it was decided whether a case is filed; verifying ends with it.
        told_on: Day on which the reporter was told of that decision.
        answered_on: Day on which the reporter was answered; None: the day of `told_on`.
        without_authority_on: Day on which it was found that another office has authority.
        transferred_on: Day on which it was handed over.
        disputed_on: Day on which another office disputed authority.
        agreed_on: Day on which the offices agreed, or the level above had decided.
        real_name: True where the reporter gave a name.
        testing: Time that testing took.
    """

    region: str
    received_on: date
    accepted_on: date | None = None
    extended_on: date | None = None
    decided_on: date | None = None
    told_on: date | None = None
    answered_on: date | None = None
    without_authority_on: date | None = None
    transferred_on: date | None = None
    disputed_on: date | None = None
    agreed_on: date | None = None
    real_name: bool = False
    testing: tuple[Pause, ...] = ()


def dues(rulebook: Rulebook, handling: Handling, calendar: Mapping[date, bool]) -> tuple[Due, ...]:
    """Return what the office owes in a report, in the order in which it began.

    A report that another office has authority for is owed its transfer and nothing more here.

    Args:
        rulebook: The law; the day on which a period begins chooses the row.
        handling: What happened so far.
        calendar: Days that an office set against the installed calendar.

    Source: rulebook `deadlines`, `report.*`.
    """

    def owed(rule: str, since: date, met: date | None) -> Due:
        return due(rulebook, rule, handling.region, since, calendar, met_on=met, pauses=handling.testing)

    found: list[Due] = []
    if handling.disputed_on is not None:
        found.append(owed("report.jurisdiction", handling.disputed_on, handling.agreed_on))
    if handling.without_authority_on is not None:
        found.append(owed("report.transfer", handling.received_on, handling.transferred_on))
        return tuple(found)
    law = rulebook.in_force(Deadline, handling.region, handling.received_on)
    for rule, fact in LOCAL.items():
        if rule in law:
            met = getattr(handling, fact) or (handling.told_on if fact == "answered_on" else None)
            found.append(owed(rule, handling.received_on, met))
    found.append(_verified(rulebook, handling, calendar))
    if handling.decided_on is not None and handling.real_name:
        found.append(owed("report.told_filing", handling.decided_on, handling.told_on))
    return tuple(sorted(found, key=lambda one: one.opened_on))


def _verified(rulebook: Rulebook, handling: Handling, calendar: Mapping[date, bool]) -> Due:
    """Return the time for verifying; an extension counts only if it was decided before the time was over."""
    first = due(
        rulebook,
        "report.verify",
        handling.region,
        handling.received_on,
        calendar,
        met_on=handling.decided_on,
        pauses=handling.testing,
    )
    if handling.extended_on is None or first.due_on is None or handling.extended_on > first.due_on:
        return first
    return due(
        rulebook,
        "report.verify_extension",
        handling.region,
        first.due_on,
        calendar,
        met_on=handling.decided_on,
        pauses=handling.testing,
    )
