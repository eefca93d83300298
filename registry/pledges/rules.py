"""What a pledge can be about, and from when it is running out."""

from datetime import date, timedelta
from typing import Literal

from registry.rulebook import Deadline, Rulebook

DUE = "pledge.due"

Matter = Literal[
    "honest_metrology",
    "retail_weighing",
    "fuel",
    "net_content",
    "optometry",
    "medical",
    "taxi",
    "utility_meters",
]


def due_from(rulebook: Rulebook, region: str, on: date) -> date | None:
    """Return the last day up to which a pledge that runs out counts as running out on a day.

    Returns:
        None: no such period is in force there and then.
    """
    row = rulebook.in_force(Deadline, region, on).get(DUE)
    return None if row is None or row.amount is None else on + timedelta(days=row.amount)
