"""Which complaints or reports are about the same thing, so that it counts once (pure).

They are told alike by what they are about: business, instrument, place, matter and day. Who wrote them
is never looked at: many people may be wronged by one scale, and that is no malice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Clue:
    """What a complaint or report is about.

    Attributes:
        id: Own identifier.
        business: Identifier, or the name as stated; None: not known.
        instrument: Identifier; None: not known.
        place: As stated; None: not known.
        matter: Code.
        on: Day on which it happened, else on which it came in.
    """

    id: str
    business: str | None
    instrument: str | None
    place: str | None
    matter: str
    on: date


def clusters(clues: Iterable[Clue], days_apart: int) -> list[tuple[str, ...]]:
    """Return groups of identifiers that are about the same thing, each in the order of its days.

    Two belong together when instrument, or else business, or else place, is the same, the matter too,
    and no more than so many days lie from one to the next. What names none of the three stands alone.

    Args:
        clues: In any order.
        days_apart: Most days from one to the next; 0: the same day only.
    """
    ordered = sorted(clues, key=lambda one: (_about(one), one.on, one.id))
    found: list[tuple[str, ...]] = []
    for about, group in groupby(ordered, key=_about):
        same = list(group)
        found += _by_day(same, days_apart) if about[1] else [(one.id,) for one in same]
    return sorted(found)


def _about(clue: Clue) -> tuple[str, str, str]:
    """Return the narrowest thing that a clue names, and the matter."""
    for sort in ("instrument", "business", "place"):
        value = getattr(clue, sort)
        if value:
            return (sort, "".join(value.split()).casefold(), clue.matter)
    return ("", "", clue.matter)


def _by_day(same: Sequence[Clue], days_apart: int) -> list[tuple[str, ...]]:
    groups: list[list[Clue]] = []
    for one in same:
        if groups and (one.on - groups[-1][-1].on).days <= days_apart:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [tuple(one.id for one in group) for group in groups]
