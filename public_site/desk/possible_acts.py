"""What may be done with an entry, an objection or an application, and why not by who looks at it."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.audit.work import Work
from registry.errors import Refusal
from registry.repair.steps import refuse_person


@dataclass(frozen=True)
class PossibleAct:
    """An act that the thing is ready for; its words are `desk.act.<name>`.

    Attributes:
        refusal: Why this person may not do it; None: he may.
        awaited: True where the office itself is to go on with it.
    """

    name: str
    refusal: Refusal | None
    awaited: bool = False


def possible_act(
    work: Work,
    name: str,
    role: str,
    region: str,
    *,
    barred: Iterable[str | None] = (),
    awaited: bool = False,
) -> PossibleAct:
    """Return an act as it stands for who looks.

    Args:
        work: Of the person.
        name: Of the act.
        role: What the person must hold on the region.
        region: Of the thing.
        barred: Persons who had a part in what is to be decided.
        awaited: True where the office itself is to go on with it.
    """
    try:
        work.require(role, region)
        refuse_person(work, barred)
    except Refusal as refused:
        return PossibleAct(name, refused, awaited)
    return PossibleAct(name, None, awaited)


def one_of(acts: Iterable[PossibleAct], name: str) -> PossibleAct | None:
    """Return the act of a name, or None where the thing is not ready for it."""
    return next((act for act in acts if act.name == name), None)
