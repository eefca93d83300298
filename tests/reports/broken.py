"""The product with one thing broken or made cheap: in such a build the trial of a promise must fail.

    python -m tests.reports.broken BUILD[,BUILD…] WORDS…

WORDS are a command line of the product.
"""

import functools
import sys
from collections.abc import Callable
from tempfile import NamedTemporaryFile
from typing import Any

from api.intake import reception
from jobs import cli
from registry.reports import stretching
from registry.reports.intake import Item

LIGHT_MEMORY = 8192  # bytes, the least that Argon2id takes
LIGHT_BEAT = 0.1  # seconds, many times what is left to be done


def cheap() -> None:
    """Stretch codes at next to no cost, so that what is done after it is nearly all that takes time."""
    stretching.PASSES, stretching.MEMORY = 1, LIGHT_MEMORY
    reception.ANSWERED_EVERY = LIGHT_BEAT  # type: ignore[attr-defined]
    reception.Turns = functools.partial(reception.Turns, 1000)  # type: ignore[attr-defined, misc]


def early() -> None:
    """Answer a code as soon as its answer is known, as a handler does that returns early."""

    async def at_once(_reception: Any, _began: float) -> None:
        return

    reception.Reception.on_beat = at_once  # type: ignore[method-assign]


def spools() -> None:
    """Keep each piece in a temporary file before it is sealed, as the readers of frameworks do."""
    sealing = Item.feed

    def spooled(item: Item, piece: bytes) -> None:
        with NamedTemporaryFile() as spool:
            spool.write(piece)
            spool.flush()
            sealing(item, piece)

    Item.feed = spooled  # type: ignore[method-assign]


BUILDS: dict[str, Callable[[], None]] = {one.__name__: one for one in (cheap, early, spools)}

if __name__ == "__main__":
    for build in sys.argv[1].split(","):
        BUILDS[build]()
    sys.argv = ["honest-metrology", *sys.argv[2:]]
    cli.main()
