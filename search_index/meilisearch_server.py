"""Asking a Meilisearch server, within a time limit: its answers are shown to somebody who waits.

Writing is done by the server's official client; that has no pool of connections, so that every search
would begin with another handshake.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from registry.errors import Broken
from search_index.documents import SearchDocument
from search_index.meilisearch_rows import DOCUMENT, ORDER, short_order
from search_index.protocol import IndexSilent

log = logging.getLogger("honest_metrology")

_CONNECTING = 0.5

Placed = tuple[int, SearchDocument]


@dataclass(frozen=True)
class Address:
    """Where an index is.

    Attributes:
        url: Address of the server.
        uid: Name of the index.
        key: What opens it, if anything does.
        seconds: Within which the server must answer a search.
        silence: Seconds for which a server that failed is not asked again, so that nobody waits in vain.
        patience: Seconds within which a write must be done; a large one waits for those before it.
    """

    url: str
    uid: str
    key: str | None = None
    seconds: float = 2.0
    silence: float = 5.0
    patience: float = 3600.0


@dataclass(frozen=True)
class Found:
    """What the server answered to one question.

    Attributes:
        total: Number of all rows that pass the filter.
        facets: Numbers by field and value, where they were asked.
        documents: The rows that were asked for, each with its order key.
    """

    total: int
    facets: dict[str, dict[str, int]]
    documents: tuple[Placed, ...]


class IndexMissing(IndexSilent):
    """The server answers, and has no such index."""


class Server:
    """A connection to a server, shared by threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        headers = {"Authorization": f"Bearer {address.key}"} if address.key else {}
        limit = httpx.Timeout(address.seconds, connect=min(_CONNECTING, address.seconds))
        # a search server is reached as it was set, not through whatever proxy the machine browses by
        self._http = httpx.Client(base_url=address.url, headers=headers, timeout=limit, trust_env=False)
        self._asked_again_at = 0.0
        self.failures = 0  # questions that the database had to answer

    def ask(self, questions: Sequence[dict[str, Any]]) -> list[Found]:
        """Return the answers to some questions, in their order, by one request.

        Raises:
            IndexSilent: The server does not answer in time, refuses, or has no such index.
        """
        asked = [question_of(self.address.uid, one) for one in questions]
        try:
            told = self._request("POST", "/multi-search", {"queries": asked})
        except IndexSilent:
            self.failures += 1
            raise
        return [_found(one) for one in told["results"]]

    def state(self) -> tuple[str, str]:
        """Return what differs whenever the index was written or swapped.

        Raises:
            IndexSilent: The server does not answer in time, or has no such index.
        """
        told = self._request("GET", f"/indexes/{self.address.uid}", None)
        return told["createdAt"], told["updatedAt"]

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def _request(self, method: str, path: str, body: Any) -> Any:
        if time.monotonic() < self._asked_again_at:
            raise IndexSilent("the search server did not answer a moment ago")
        try:
            answer = self._http.request(method, path, json=body)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code == httpx.codes.NOT_FOUND:
                raise IndexMissing(f"the search server has no index {self.address.uid}") from refused
            self._fell_silent(f"{refused.response.status_code}: {refused.response.text[:300]}")
            raise IndexSilent(f"the search server refuses: {refused.response.status_code}") from refused
        except (httpx.HTTPError, ValueError, Broken) as broken:  # Broken: this process opens no connection
            self._fell_silent(repr(broken))
            raise IndexSilent("the search server does not answer") from broken

    def _fell_silent(self, why: str) -> None:
        self._asked_again_at = time.monotonic() + self.address.silence
        log.warning("the search server at %s does not answer: %s", self.address.url, why)


def question_of(uid: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a question in full: no words, and no more of a row than its document."""
    plain = {
        "indexUid": uid,
        "q": "",
        "limit": 0,
        "attributesToRetrieve": [DOCUMENT],
        "sort": [f"{ORDER}:asc"],
    }
    return {**plain, **asked}


def _found(told: dict[str, Any]) -> Found:
    documents = [SearchDocument.read(hit[DOCUMENT]) for hit in told["hits"]]
    return Found(
        total=told["estimatedTotalHits"],
        facets=told.get("facetDistribution") or {},
        documents=tuple((short_order(one), one) for one in documents),
    )
