"""Writing to a Meilisearch server by its official client: every write is a task, and each is awaited.

A write is accepted at once and done later; nothing is taken for done before its task has succeeded.
Who waits lets go when the process ends: what was not told to be done is delivered again.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)
from meilisearch.index import Index
from meilisearch.models.task import Task, TaskInfo

from search_index.documents import SearchDocument
from search_index.meilisearch_filters import among
from search_index.meilisearch_rows import DIGEST, FILLED, KEY, business_of, row, settings_of
from search_index.meilisearch_server import Address
from search_index.protocol import IndexSilent, Progress

Some = TypeVar("Some")

BATCH = 1000
_REQUEST_SECONDS = 10  # a write is only taken in; what it costs, its task does
_AT_A_TIME_MS = 500  # for which one waits without asking whether the process ends
_LOOK_MS = 10


class _Direct(HttpRequests):
    """Requests to the server as it was set, not through whatever proxy the machine browses by."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.config)
        self._session = requests.Session()
        self._session.trust_env = False

    def send_request(self, http_method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Send by a session of our own what the client would send by one that reads the environment."""
        return super().send_request(getattr(self._session, http_method.__name__), *given, **named)


class Writer:
    """What changes the indexes of a server; used by one thread at a time."""

    def __init__(self, address: Address) -> None:
        self._client = Client(address.url, address.key, timeout=_REQUEST_SECONDS)
        self._client.http = self._client.task_handler.http = _Direct(self._client)
        self._live = address.uid
        self._beside = f"{address.uid}_next"
        self._patience = address.patience
        self._ending = threading.Event()

    def end(self) -> None:
        """Let whoever waits for a task go, now and from here on."""
        self._ending.set()

    def begin(self) -> None:
        """Begin an empty index where there is none; without its settings the server would begin another."""
        with _told():
            if not self._has(self._live):
                self._begin(self._live, filled=False)

    def is_filled(self) -> bool:
        """Say whether the index in use was filled from the database."""
        with _told():
            return self._has(self._live) and FILLED in self._index(self._live).get_displayed_attributes()

    def write(self, changes: dict[str, SearchDocument | None], *, beside: bool = False) -> None:
        """Put documents in the place of those with the same identifiers, and remove those that are None."""
        index = self._index(self._beside if beside else self._live)
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
            found = self._index(self._live).get_documents(asked).results
        return [(business_of(one.id), one.digest) for one in found]

    def _index(self, uid: str) -> Index:
        """Return one index of the server, asked as the client is."""
        index = self._client.index(uid)
        index.http = index.task_handler.http = self._client.http
        return index

    def _has(self, uid: str) -> bool:
        try:
            self._client.get_raw_index(uid)
        except MeilisearchApiError as refused:
            if refused.code == "index_not_found":
                return False
            raise
        return True

    def _begin(self, uid: str, *, filled: bool) -> None:
        # the client would ask for this by a request of its own, which goes through the proxies
        accepted = self._client.http.post("indexes", {"uid": uid, "primaryKey": KEY})
        self._await(TaskInfo(**accepted))
        self._await(self._index(uid).update_settings(settings_of(filled=filled)))

    def _remove(self, uid: str) -> None:
        if self._has(uid):
            self._await(self._client.delete_index(uid))

    def _await(self, accepted: TaskInfo) -> None:
        """Return when a task has succeeded.

        Raises:
            IndexSilent: It failed, on a full disk for one, or was cancelled, or took too long, or this
                process ends; the rest of the work goes on.
        """
        task = self._done(accepted.task_uid)
        if task.status != "succeeded":
            raise IndexSilent(f"the search server did not carry out {task.type}: {task.status}, {task.error}")

    def _done(self, number: int) -> Task:
        until = time.monotonic() + self._patience
        while not self._ending.is_set() and time.monotonic() < until:
            try:
                return self._client.wait_for_task(number, _AT_A_TIME_MS, _LOOK_MS)
            except MeilisearchTimeoutError:
                continue
        why = "this process ends" if self._ending.is_set() else f"not done in {self._patience:.0f} s"
        raise IndexSilent(f"task {number} of the search server is not waited for any longer: {why}")


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
