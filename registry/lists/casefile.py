"""Reading the file of a case: its periods, the points raised in it and their answers (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol


class Taken(Protocol):
    """A step as it stands on file."""

    seq: int
    step: str
    taken_on: date
    detail: dict[str, Any]


class Period(NamedTuple):
    """A period that a step opened: its rule, the day of the event, and its inclusive last day."""

    rule: str
    opened_on: date
    last_on: date


def period(steps: Sequence[Taken], rule: str) -> Period | None:
    """Return the period of a rule that was opened last, or None where none was."""
    for step in reversed(steps):
        last_on = step.detail.get("periods", {}).get(rule)
        if last_on is not None:
            return Period(rule, step.taken_on, date.fromisoformat(last_on))
    return None


def points(steps: Iterable[Taken]) -> dict[str, str]:
    """Return every point that was raised, by its number; a hearing asked for too late is one."""
    found: dict[str, str] = {}
    for step in steps:
        for number, words in enumerate(step.detail.get("points", ()), start=1):
            found[f"{step.seq}.{number}"] = words
    return found


def answers(steps: Iterable[Taken]) -> dict[str, Mapping[str, Any]]:
    """Return the answers given, by the number of the point."""
    return {given["point"]: given for step in steps for given in step.detail.get("answers", ())}


def unanswered(steps: Sequence[Taken]) -> list[str]:
    """Return the numbers of the points that no answer was given to, in order of raising."""
    known = answers(steps)
    return [number for number in points(steps) if number not in known]


def accepted(steps: Sequence[Taken]) -> list[str]:
    """Return the numbers of the points that were accepted."""
    return [number for number, given in answers(steps).items() if given["accepted"]]


def hearing_asked(steps: Sequence[Taken]) -> bool:
    """Say whether a hearing was asked for in time and was not given up since."""
    asked = False
    for step in steps:
        if step.step == "request_hearing" and not step.detail.get("late"):
            asked = True
        elif step.step == "withdraw_hearing":
            asked = False
    return asked


def hearing_held(steps: Iterable[Taken]) -> bool:
    """Say whether a hearing was held."""
    return any(step.step == "hold_hearing" for step in steps)


def listed_on(steps: Sequence[Taken]) -> date | None:
    """Return the day on which another authority listed the party, where the case points to that."""
    stated = steps[0].detail.get("decision") if steps else None
    return date.fromisoformat(stated["decided_on"]) if stated else None


def notice(steps: Iterable[Taken]) -> Mapping[str, Any] | None:
    """Return what the notice told the party, or None where the case has none."""
    return next((step.detail["notice"] for step in steps if "notice" in step.detail), None)


def facts_told(steps: Iterable[Taken]) -> dict[str, list[str]]:
    """Return what the notice said of each fact; nothing where the case has no notice."""
    told = notice(steps)
    return {} if told is None else dict(told["facts"])


def measures_told(steps: Iterable[Taken], measures: Sequence[str]) -> list[str]:
    """Return those of a list's measures of which the party was told; all where there is no notice."""
    told = notice(steps)
    return [code for code in measures if told is None or code in told["measures"]]


def called_for(steps: Sequence[Taken]) -> date | None:
    """Return the day for which a hearing was called last, or None."""
    for step in reversed(steps):
        if step.step == "serve_hearing_notice":
            return date.fromisoformat(step.detail["held_on"])
    return None
