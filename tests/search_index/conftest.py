"""One index of each kind, for the laws that hold for all of them.

Another engine joins by a line in `OPENERS`; every test that asks for `index` then runs on it too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search_index.embedded import EmbeddedIndex
from search_index.protocol import Index


def _open_embedded(folder: Path) -> Index:
    return EmbeddedIndex.open(folder / "index", write=True)


OPENERS: dict[str, Callable[[Path], Index]] = {"embedded": _open_embedded}


@pytest.fixture(params=OPENERS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """A fresh empty index, of each kind in turn."""
    opened = OPENERS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an embedded index, not made yet."""
    return tmp_path / "index"
