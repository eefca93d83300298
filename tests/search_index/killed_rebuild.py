"""A process that rebuilds an index and is killed at a step; run by the tests of rebuilding."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from search_index.documents import SearchDocument
from search_index.embedded import EmbeddedIndex
from search_index.generations import Generations
from search_index.rebuild import rebuild
from tests.search_index.given import document

DOCUMENTS = 3000


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def stream(step: str) -> Iterator[SearchDocument]:
    """Yield the documents of the new index, and die on the way if that is the step."""
    for number in range(DOCUMENTS):
        if (step, number) in {("first document", 0), ("half the documents", DOCUMENTS // 2)}:
            die()
        yield document(f"new{number}", f"新店{number}")


def main(folder: Path, step: str) -> None:
    """Rebuild the index in a folder and die at a step."""
    point = Generations.use
    sweep = Generations.sweep

    def use(self: Generations, generation: Path) -> None:
        if step == "before the swap":
            die()
        point(self, generation)
        if step == "after the swap":
            die()

    index = EmbeddedIndex.open(folder, write=True)
    Generations.use = use  # type: ignore[method-assign]
    Generations.sweep = lambda self, keep: die() if step == "before the sweep" else sweep(self, keep)  # type: ignore[method-assign]
    rebuild(index, stream(step))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
