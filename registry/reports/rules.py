"""What may be done with a report in which state, and what becomes of it."""

from collections.abc import Mapping
from typing import Literal

from registry.errors import RuleRefused

State = Literal["received", "triaged", "assigned", "filed", "referred", "merged", "closed"]
Act = Literal["triage", "merge", "assign", "ask", "extend", "file", "refer", "close"]
Outcome = Literal["penalised", "corrected", "unfounded", "insufficient", "not_ours", "repeated"]

OPEN: frozenset[State] = frozenset({"received", "triaged", "assigned", "filed", "referred"})

BECOMES: Mapping[Act, tuple[frozenset[State], State | None]] = {
    "triage": (frozenset({"received"}), "triaged"),
    "merge": (frozenset({"received", "triaged"}), "merged"),
    "assign": (frozenset({"triaged", "assigned", "filed"}), "assigned"),
    "ask": (OPEN | {"closed"}, None),
    "extend": (frozenset({"received", "triaged", "assigned"}), None),
    "file": (frozenset({"assigned"}), "filed"),
    "refer": (frozenset({"received", "triaged", "assigned"}), "referred"),
    "close": (frozenset({"triaged", "assigned", "filed", "referred"}), "closed"),
}
"""By act: the states in which it may be done, and the state that follows; None: the same."""


def next_state(state: str, act: Act) -> State:
    """Return what a report becomes by an act.

    Raises:
        RuleRefused: It cannot be done now.
    """
    allowed, becomes = BECOMES[act]
    now = next((one for one in allowed if one == state), None)
    if now is None:
        raise RuleRefused("report.not_now", report_act=act, report_state=state)
    if act == "assign" and now == "filed":
        return now  # another team takes the case over
    return becomes or now


def possible(state: str) -> list[Act]:
    """Return what may be done in a state, in the order of handling."""
    return [act for act, (allowed, _) in BECOMES.items() if state in allowed]
