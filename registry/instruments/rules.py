"""How long a verification runs, and how an instrument stands on a day (pure)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple, Protocol, TypeVar

from registry.calendar import add_months
from registry.rulebook import Choice, Deadline, InstrumentKind, Rulebook

Result = Literal["qualified", "unqualified", "limited"]
Status = Literal[
    "valid",
    "due_soon",
    "undetermined",
    "overdue",
    "unqualified",
    "unknown",
    "retired",
]
DUE = "verification.due"
LAST_DAY = "certificate.last_day"


class Certified(Protocol):
    """What the standing of an instrument depends on."""

    verification_id: str
    result: str
    verified_on: date
    valid_through: date | None
    possibly_through: date | None
    annulled_on: date | None


Proved = TypeVar("Proved", bound=Certified)


class Run(NamedTuple):
    """How long a verification runs by the rulebook.

    Attributes:
        through: Inclusive last day; None: no interval is known.
        possibly: The later last day where sources differ; None: they do not.
        longest: The last day that a certificate may state, whichever way days are counted.
        binding: True where the interval has a source and no tag, so that a longer one is refused.
    """

    through: date | None
    possibly: date | None
    longest: date | None
    binding: bool


def run_of(rulebook: Rulebook, kind: str, region: str, verified_on: date) -> Run:
    """Return how long a verification runs by the law of its day.

    Args:
        rulebook: Its rows `instrument_kinds` and its choice `certificate.last_day`.
        kind: Code of the kind of instrument.
        region: GB/T 2260 of the business that uses it.
        verified_on: Legal day of the verification; an instrument that is verified once counts from it too.
    """
    row = rulebook.in_force(InstrumentKind, region, verified_on).get(kind)
    if row is None or row.months is None:
        return Run(None, None, None, False)
    choice = rulebook.in_force(Choice, region, verified_on).get(LAST_DAY)
    earlier = timedelta(days=1 if choice is None or choice.value == "day_before" else 0)
    through = add_months(verified_on, row.months)
    longest = add_months(verified_on, row.longer_months or row.months)
    possibly = longest - earlier if row.longer_months is not None else None
    return Run(through - earlier, possibly, longest, row.source is not None and row.tag is None)


def due_from(rulebook: Rulebook, region: str, on: date) -> date | None:
    """Return the last day up to which a verification that runs out counts as due soon on a day.

    Returns:
        None: no such period is in force there and then, so nothing is due soon.
    """
    row = rulebook.in_force(Deadline, region, on).get(DUE)
    return None if row is None or row.amount is None else on + timedelta(days=row.amount)


def governing(verifications: Iterable[Proved], on: date) -> Proved | None:
    """Return the verification that speaks on a day: the latest one made by then that is not annulled.

    Of one day a passed one counts before a failed one: who fails is repaired and verified again.

    Args:
        verifications: Of one instrument.
        on: Legal day.
    """
    made = [
        one
        for one in verifications
        if one.verified_on <= on and (one.annulled_on is None or one.annulled_on > on)
    ]
    return max(
        made,
        key=lambda one: (one.verified_on, one.result != "unqualified", one.verification_id),
        default=None,
    )


def status_on(
    verification: Certified | None, on: date, due: date | None, retired_on: date | None = None
) -> Status:
    """Return how an instrument stands on a day; what is not on record is unknown, never overdue.

    Args:
        verification: The governing one; None: none is on record.
        on: Legal day.
        due: As `due_from` says.
        retired_on: First day on which the instrument is out of use.
    """
    if retired_on is not None and retired_on <= on:
        return "retired"
    if verification is None:
        return "unknown"
    if verification.result == "unqualified":
        return "unqualified"
    through, possibly = verification.valid_through, verification.possibly_through
    if through is None:
        return "unknown"
    if through >= on:
        return "due_soon" if due is not None and through <= due else "valid"
    return "undetermined" if possibly is not None and possibly >= on else "overdue"
