"""Which measures an entry attaches on a day (pure): those of its list, by law, and no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.lists.rules import legal_basis
from registry.rulebook import ListRegime, Measure, Rulebook
from registry.rulebook.periods import quoted


@dataclass(frozen=True)
class Attached:
    """A measure that a list attaches.

    Attributes:
        basis: Instrument and article of the measure itself.
    """

    code: str
    kind: str
    scope: str
    name_zh: str
    name_en: str
    basis: str


def attached(
    rulebook: Rulebook, regime: str, region: str, on: date, *, named: Iterable[str] | None = None
) -> tuple[Attached, ...]:
    """Return the measures that a list attaches in a region on a day.

    Args:
        rulebook: The law.
        regime: Code of the list.
        region: GB/T 2260 of the entry.
        on: Legal day.
        named: Only those that the entry named when it was made; None: all of the list.

    Returns:
        Nothing where the list is not in force, has no legal basis or is a board; a measure whose own
        row is not in force, or names no instrument, is left out.
    """
    law = rulebook.in_force(ListRegime, region, on).get(regime)
    if law is None or legal_basis(law) is None:
        return ()
    known = rulebook.in_force(Measure, region, on)
    codes = law.measures if named is None else tuple(code for code in law.measures if code in set(named))
    rows = [known[code] for code in codes if code in known and known[code].source is not None]
    return tuple(
        Attached(row.code, row.kind, row.scope, row.name_zh, row.name_en, quoted(row)) for row in rows
    )
