"""What may be done with a complaint, on which ground it is refused, what is owed by which day (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.calendar import add_months
from registry.errors import RuleRefused
from registry.rulebook import Deadline, RefusalGround, Rulebook
from registry.rulebook.periods import Due, Pause, due, quoted

State = Literal["received", "accepted", "refused", "ended", "withdrawn", "transferred"]
Step = Literal[
    "accept",
    "refuse",
    "tell",
    "mediate",
    "suspend",
    "resume",
    "end",
    "withdraw",
    "transfer",
    "dispute",
    "agree",
    "split",
    "grade",
]
Matter = Literal[
    "short_weight",
    "net_content",
    "instrument_wrong",
    "instrument_cheats",
    "unverified",
    "utility_meter",
    "fuel",
    "taximeter",
    "other",
]
Outcome = Literal["agreed", "not_agreed", "absent", "expired"]
Finding = Literal["borne_out", "not_borne_out", "open"]
UNTOLD: frozenset[State] = frozenset({"accepted", "refused", "ended"})
OPEN: frozenset[State] = frozenset({"received", "accepted"})

BECOMES: Mapping[Step, tuple[frozenset[State], State | None]] = {
    "accept": (frozenset({"received"}), "accepted"),
    "refuse": (frozenset({"received"}), "refused"),
    "tell": (UNTOLD, None),
    "mediate": (frozenset({"accepted"}), None),
    "suspend": (frozenset({"accepted"}), None),
    "resume": (frozenset({"accepted"}), None),
    "end": (frozenset({"accepted"}), "ended"),
    "withdraw": (OPEN, "withdrawn"),
    "transfer": (frozenset({"received"}), "transferred"),
    "dispute": (frozenset({"received"}), None),
    "agree": (frozenset({"received"}), None),
    "split": (OPEN, None),
    "grade": (OPEN | UNTOLD, None),
}
"""By step: the states in which it may be taken, and the state that follows; None: the same."""

NEEDS: Mapping[Step, tuple[str, ...]] = {
    "refuse": ("ground", "note"),
    "mediate": ("note",),
    "end": ("outcome", "finding"),
    "transfer": ("office_code",),
    "dispute": ("note",),
    "split": ("request", "facts"),
    "grade": ("proof",),
}
"""By step: what must be stated with it; nothing else may."""
MAY: Mapping[Step, tuple[str, ...]] = {
    "accept": ("note",),
    "tell": ("note",),
    "suspend": ("note",),
    "resume": ("note",),
    "end": ("note",),
    "withdraw": ("note",),
    "transfer": ("note",),
    "agree": ("note",),
}
"""By step: what may be stated with it."""


@dataclass(frozen=True, slots=True)
class Handling:
    """The handling of a complaint, as its legal days.

    Attributes:
        region: GB/T 2260 of the office that has it.
        accepted: None: not decided yet.
        fell_away_on: Day on which it was withdrawn or handed over: what was open is owed no more.
        testing: Time that testing took.
    """

    region: str
    received_on: date
    decided_on: date | None = None
    accepted: bool | None = None
    decision_told_on: date | None = None
    ended_on: date | None = None
    end_told_on: date | None = None
    fell_away_on: date | None = None
    transferred: bool = False
    disputed_on: date | None = None
    agreed_on: date | None = None
    testing: tuple[Pause, ...] = ()


def dues(rulebook: Rulebook, handling: Handling, calendar: Mapping[date, bool]) -> tuple[Due, ...]:
    """Return what the office owes in a complaint, in the order in which it began.

    Acceptance or refusal is decided and told within one period. A complaint that is handed over is owed
    its transfer instead. Some provinces ask for an answer beside the periods of the nation.

    Args:
        rulebook: The law; the day on which a period begins chooses the row.
        handling: What happened so far.
        calendar: Days that an office set against the installed calendar.

    Source: rulebook `deadlines`, `complaint.*`.
    """
    over = handling.fell_away_on

    def owed(rule: str, since: date, met: date | None) -> Due:
        return due(
            rulebook, rule, handling.region, since, calendar, met_on=met or over, pauses=handling.testing
        )

    found: list[Due] = []
    if handling.disputed_on is not None:
        found.append(owed("complaint.jurisdiction", handling.disputed_on, handling.agreed_on))
    if handling.transferred:
        return (*found, owed("complaint.transfer", handling.received_on, over))
    found.append(owed("complaint.accept", handling.received_on, handling.decision_told_on))
    if "complaint.answer" in rulebook.in_force(Deadline, handling.region, handling.received_on):
        answered = handling.end_told_on if handling.accepted else handling.decision_told_on
        found.append(owed("complaint.answer", handling.received_on, answered))
    if handling.accepted and handling.decided_on is not None:
        found.append(owed("complaint.mediate", handling.decided_on, handling.ended_on))
    if handling.ended_on is not None:
        found.append(owed("complaint.told_end", handling.ended_on, handling.end_told_on))
    return tuple(sorted(found, key=lambda one: one.opened_on))


def next_state(state: str, step: Step) -> State:
    """Return what a complaint becomes by a step.

    Raises:
        RuleRefused: It cannot be taken now.
    """
    allowed, becomes = BECOMES[step]
    now = next((one for one in allowed if one == state), None)
    if now is None:
        raise RuleRefused("complaint.not_now", field="step", complaint_step=step, complaint_state=state)
    return becomes or now


def possible_steps(state: str, handling: Handling) -> tuple[Step, ...]:
    """Return the steps that may be taken now, in the order of handling."""
    testing = any(pause.until_on is None for pause in handling.testing)
    disputed = handling.disputed_on is not None and handling.agreed_on is None
    told = handling.decision_told_on is not None
    if handling.ended_on is not None:
        told = handling.end_told_on is not None
    not_now = {
        "tell": told,
        "suspend": testing,
        "resume": not testing,
        "end": testing,
        "dispute": disputed,
        "agree": not disputed,
    }
    return tuple(
        step for step, (allowed, _) in BECOMES.items() if state in allowed and not not_now.get(step, False)
    )


def refuse_ground(
    rulebook: Rulebook,
    region: str,
    received_on: date,
    ground: str,
    *,
    known_on: date | None,
    lacking: tuple[str, ...],
) -> RefusalGround:
    """Return the rule on which a complaint is refused, if it fits.

    Args:
        rulebook: The law.
        region: Of the office.
        received_on: Day whose law governs.
        ground: Code of the ground.
        known_on: Day on which the complainant came to know.
        lacking: What a complaint must state and this one does not.

    Raises:
        RuleRefused: There is no such ground, the time is not over, or nothing is missing.
    """
    row = rulebook.find(RefusalGround, ground, region, received_on, field="ground")
    if row.months is not None:
        last_on = None if known_on is None else add_months(known_on, row.months)
        if last_on is None or received_on <= last_on:
            raise RuleRefused("complaint.in_time", field="ground", months=row.months, source=quoted(row))
    if row.papers and not lacking:
        raise RuleRefused("complaint.complete", field="ground", source=quoted(row))
    return row
