"""Which step may follow in a procedure, and the state that it reaches (pure)."""

from registry.errors import RuleRefused
from registry.lists.procedures import DECIDED, PROCEDURES, Step

HEARING_DUE = ("hearing_requested", "hearing_notified")
_AFTER_HEARING = ("note_silence", "review", "consent", "decide", "serve_decision", "publish")


def opening_step(colour: str, origin: str) -> Step:
    """Return the step that opens a proposal.

    Raises:
        RuleRefused: The colour has no such step: a board takes no proposals at all.
    """
    for step in PROCEDURES[colour]:
        if step.name == origin and not step.before:
            return step
    raise RuleRefused("listing.no_such_opening", field="origin", origin=origin, colour=colour)


def following_step(colour: str, name: str, state: str, *, consent_required: bool) -> Step:
    """Return a step that may be taken from a state.

    Raises:
        RuleRefused: The procedure does not allow it from there; a hearing that was asked for in time
            was not held, or the consent is still missing.
    """
    step = next((one for one in PROCEDURES[colour] if one.name == name and one.before), None)
    if state in HEARING_DUE and name in _AFTER_HEARING:
        raise RuleRefused("hearing.skipped", field="step", step=name)
    if step is None or state not in step.before:
        raise RuleRefused("step.out_of_order", field="step", step=name, state=state)
    if step.name == "decide" and consent_required and state != "consented":
        raise RuleRefused("step.consent_missing", field="step", step=name)
    return step


def steps_from(colour: str, state: str, *, consent_required: bool) -> tuple[Step, ...]:
    """Return the steps that a procedure offers from a state; a state that closes a case offers none."""
    steps = (step for step in PROCEDURES[colour] if state in step.before)
    unasked = "consent" if not consent_required else None
    waiting = "decide" if consent_required and state != "consented" else None
    return tuple(step for step in steps if step.name not in (unasked, waiting))


def state_after(step: Step, state: str, *, late: bool) -> str:
    """Return the state that a step leads to from another.

    What is said in time is heard before anything is decided: it opens a decided case again. What is
    said late is answered: by the review where nothing is decided yet, by `answer` afterwards. A
    hearing that was asked in time is held, whatever else is said meanwhile.
    """
    if step.after is None or (step.within is not None and late and state in DECIDED):
        return state
    if step.name == "request_hearing" and late:
        return "heard"
    if step.name == "record_statement" and state.startswith("hearing_"):
        return state
    return step.after
