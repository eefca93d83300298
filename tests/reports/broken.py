"""The product with one thing broken or made cheap: in such a build the trial of a promise must fail.

    python -m tests.reports.broken BUILD[,BUILD…] WORDS…

WORDS are a command line of the product.
"""

import functools
import sys
from collections.abc import Callable
from tempfile import NamedTemporaryFile
from typing import Any

from api.intake import reception, visiting
from jobs import cli
from registry.reports import stretching
from registry.reports.codes import Derived
from registry.reports.intake import Item, by_locator

LIGHT_MEMORY = 8192  # bytes, the least that Argon2id takes
LIGHT_BEAT = 0.1  # seconds, many times what is left to be done


def cheap() -> None:
    """Stretch codes at next to no cost, so that what is done after it is nearly all that takes time."""
    stretching.PASSES, stretching.MEMORY = 1, LIGHT_MEMORY
    reception.ANSWERED_EVERY = LIGHT_BEAT  # type: ignore[attr-defined]
    reception.Turns = functools.partial(reception.Turns, 1000)  # type: ignore[attr-defined, misc]


def early() -> None:
    """Answer a code as soon as its answer is made, without the beat that hides how long that took."""

    async def at_once(_reception: Any, _began: float) -> None:
        return

    reception.Reception.on_beat = at_once  # type: ignore[method-assign]


def hurried() -> None:
    """Look no further once a code finds nothing, as a handler does that returns early."""
    looked_up, nothing = visiting.looked_up, list[Any]()

    def unless_absent(at: reception.Reception, reporter: Derived) -> tuple[bool, Any]:
        with at.edge.reports.reading(at.edge.today()) as vault:
            if by_locator(vault, reporter.locator) is None and nothing:
                return False, nothing[0]
        found, shown = looked_up(at, reporter)
        nothing[:] = [shown]
        return found, shown

    visiting.looked_up = unless_absent


def spools() -> None:
    """Keep each piece in a temporary file before it is sealed, as the readers of frameworks do."""
    sealing = Item.feed

    def spooled(item: Item, piece: bytes) -> None:
        with NamedTemporaryFile() as spool:
            spool.write(piece)
            spool.flush()
            sealing(item, piece)

    Item.feed = spooled  # type: ignore[method-assign]


BUILDS: dict[str, Callable[[], None]] = {one.__name__: one for one in (cheap, early, hurried, spools)}

if __name__ == "__main__":
    for build in sys.argv[1].split(","):
        BUILDS[build]()
    sys.argv = ["honest-metrology", *sys.argv[2:]]
    cli.main()
