"""One index of each kind, for the laws that hold for all of them.

Every test that asks for `index` runs on each kind: in process, on a server that only keeps to the
contract, and on a real server where one is given by `HM_TEST_MEILISEARCH_URL` or installed here.
"""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from search_index.embedded import EmbeddedIndex
from search_index.meilisearch import MeilisearchIndex
from search_index.meilisearch_server import Address
from search_index.protocol import Index
from tests.search_index.fake_meilisearch import FakeMeilisearch, listening
from tests.search_index.live_meilisearch import removed, served

_PATIENCE = 60.0  # seconds; what is tested here is what is found, not how soon


@contextmanager
def _embedded(folder: Path) -> Iterator[Index]:
    opened = EmbeddedIndex.open(folder / "index", write=True)
    yield opened
    opened.close()


@contextmanager
def _on_a_fake(_folder: Path) -> Iterator[Index]:
    with listening(FakeMeilisearch()) as url:
        opened = MeilisearchIndex(Address(url, "businesses", seconds=_PATIENCE), write=True)
        yield opened
        opened.close()


@contextmanager
def _live(folder: Path) -> Iterator[Index]:
    with served(folder) as (url, key):
        uid = f"test_{uuid.uuid4().hex}"
        opened = MeilisearchIndex(Address(url, uid, key, _PATIENCE), write=True)
        yield opened
        opened.close()
        removed(url, key, uid)


KINDS: dict[str, Callable[[Path], AbstractContextManager[Index]]] = {
    "embedded": _embedded,
    "meilisearch contract": _on_a_fake,
}
if os.environ.get("HM_TEST_MEILISEARCH_URL") or shutil.which("meilisearch"):
    KINDS["meilisearch live"] = _live


@pytest.fixture(params=KINDS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """A fresh empty index, of each kind in turn."""
    with KINDS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an embedded index, not made yet."""
    return tmp_path / "index"
