"""Writing to a Meilisearch server by its official client: every write is a task, and each is awaited.

A write is accepted at once and done later; nothing is taken for done before its task has succeeded.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from meilisearch import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)
from meilisearch.models.task import TaskInfo

from search_index.documents import SearchDocument
from search_index.meilisearch_filters import among
from search_index.meilisearch_rows import DIGEST, FILLED, KEY, business_of, row, settings_of
from search_index.meilisearch_server import Address
from search_index.protocol import IndexSilent, Progress

Some = TypeVar("Some")

BATCH = 1000
_REQUEST_SECONDS = 60
_TASK_MS = 3_600_000  # a large batch waits for those before it
_LOOK_MS = 10


class Writer:
    """What changes the indexes of a server; used by one thread at a time."""

    def __init__(self, address: Address) -> None:
        self._client = Client(address.url, address.key, timeout=_REQUEST_SECONDS)
        self._live = address.uid
        self._beside = f"{address.uid}_next"

    def begin(self) -> None:
        """Begin an empty index where there is none; without its settings the server would begin another."""
        with _told():
            if not self._has(self._live):
                self._begin(self._live, filled=False)

    def is_filled(self) -> bool:
        """Say whether the index in use was filled from the database."""
        with _told():
            return (
                self._has(self._live) and FILLED in self._client.index(self._live).get_displayed_attributes()
            )

    def write(self, changes: dict[str, SearchDocument | None], *, beside: bool = False) -> None:
        """Put documents in the place of those with the same identifiers, and remove those that are None."""
        index = self._client.index(self._beside if beside else self._live)
        with _told():
            tasks = []
            for part in _parts((one for one in changes.values() if one is not None), BATCH):
                rows = json.dumps([row(one) for one in part], ensure_ascii=False)
                tasks.append(index.add_documents_json(rows.encode(), KEY))
            for gone in _parts((one for one, kept in changes.items() if kept is None), BATCH):
                tasks.append(index.delete_documents(filter=among(gone)))
            for task in tasks:
                self._await(task)

    def fill_beside(self, documents: Iterable[SearchDocument], progress: Progress | None) -> None:
        """Fill a new index beside the one in use."""
        with _told():
            self._remove(self._beside)
            self._begin(self._beside, filled=True)
        done = 0
        for part in _parts(documents, BATCH):
            self.write({one.business_id: one for one in part}, beside=True)
            done += len(part)
            if progress is not None:
                progress(done)

    def swap(self) -> None:
        """Put the new index in the place of the one in use, and remove that one."""
        with _told():
            self._await(self._client.swap_indexes([{"indexes": [self._live, self._beside]}]))
            self._remove(self._beside)

    def drop_beside(self) -> None:
        """Remove the new index."""
        with _told():
            self._remove(self._beside)

    def digests(self, ids: Sequence[str] | None) -> Iterator[tuple[str, str]]:
        """Yield identifier and digest of the named businesses or of all; none where there is no index."""
        with _told():
            found = self._has(self._live)
        if not found:
            return
        if ids is None:
            offset = 0
            while part := self._digests({"offset": offset}):
                yield from part
                offset += len(part)
        else:
            for some in _parts(ids, BATCH):
                yield from self._digests({"filter": among(some)})

    def _digests(self, which: dict[str, Any]) -> list[tuple[str, str]]:
        with _told():
            asked = {**which, "fields": [KEY, DIGEST], "limit": BATCH}
            found = self._client.index(self._live).get_documents(asked).results
        return [(business_of(one.id), one.digest) for one in found]

    def _has(self, uid: str) -> bool:
        try:
            self._client.get_raw_index(uid)
        except MeilisearchApiError as refused:
            if refused.code == "index_not_found":
                return False
            raise
        return True

    def _begin(self, uid: str, *, filled: bool) -> None:
        self._await(self._client.create_index(uid, {"primaryKey": KEY}))
        self._await(self._client.index(uid).update_settings(settings_of(filled=filled)))

    def _remove(self, uid: str) -> None:
        if self._has(uid):
            self._await(self._client.delete_index(uid))

    def _await(self, accepted: TaskInfo) -> None:
        """Return when a task has succeeded.

        Raises:
            IndexSilent: It failed, on a full disk for one, or was cancelled; the rest of the work goes on.
        """
        task = self._client.wait_for_task(accepted.task_uid, _TASK_MS, _LOOK_MS)
        if task.status != "succeeded":
            raise IndexSilent(f"the search server did not carry out {task.type}: {task.status}, {task.error}")


@contextmanager
def _told() -> Iterator[None]:
    """Tell of what the client meets in words of ours.

    Raises:
        IndexSilent: The server does not answer, or refuses.
    """
    try:
        yield
    except (MeilisearchCommunicationError, MeilisearchTimeoutError) as silent:
        raise IndexSilent("the search server does not answer") from silent
    except MeilisearchApiError as refused:
        raise IndexSilent(f"the search server refuses: {refused.status_code} {refused.message}") from refused


def _parts(several: Iterable[Some], most: int) -> Iterator[list[Some]]:
    """Yield what there is in lists of a bounded length."""
    left = iter(several)
    while part := list(islice(left, most)):
        yield part
