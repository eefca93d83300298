"""A small server that keeps the part of Meilisearch's HTTP contract that the index relies on.

It imitates: tasks that are queued, done one after another by another thread and told with fractional
seconds; indexes, settings, swaps; rows put, deleted by filter and read; searches without words, by
filter, in the order of a number, with facets, and hits (not totals) that stop at `maxTotalHits`; the
key. A filter on an attribute that is not filterable is refused, as it is there. Values are compared without
width and case. It does not imitate words, ranking, typos or anything that the index never asks for:
that is refused with 501, so that no test can rest on it.
"""

import json
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tests.search_index.fake_filters import Refused, keep

Row = dict[str, Any]

_QUEUED = 0.002  # seconds for which every task waits before it is done


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "123Z")


class Held:
    """One index."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.rows: dict[str, Row] = {}
        self.settings: dict[str, Any] = {}
        self.created = self.updated = _now()

    def filtered(self, filter_: str | None) -> list[Row]:
        """Return the rows that a filter lets pass."""
        if filter_ is None:
            return list(self.rows.values())
        patterns = [
            pattern for one in self.settings["filterableAttributes"] for pattern in one["attributePatterns"]
        ]
        return keep(list(self.rows.values()), filter_, patterns)


class Refusal(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class FakeMeilisearch:
    """The state of the server, and what it answers."""

    def __init__(self, key: str | None = None) -> None:
        self.key = key
        self.indexes: dict[str, Held] = {}
        self.tasks: list[dict[str, Any]] = []
        self.refusing = False
        self.stalled = False  # tasks are taken, and not begun
        self.asked: list[str] = []
        self._turn = threading.RLock()
        self._queue: SimpleQueue[tuple[int, Callable[[], None]] | None] = SimpleQueue()
        self._worker = threading.Thread(target=self._work)
        self._worker.start()

    def stop(self) -> None:
        """End the thread that does the tasks."""
        self.stalled = False
        self._queue.put(None)
        self._worker.join()

    def answer(self, method: str, path: str, asked: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """Return status and body for a request.

        Raises:
            Refusal: The server refuses.
        """
        parts = path.strip("/").split("/")
        with self._turn:
            match method, parts:
                case "POST", ["multi-search"]:
                    return 200, {"results": [self._search(one) for one in body["queries"]]}
                case "POST", ["indexes"]:
                    return self._accept(body["uid"], "indexCreation", lambda: self._create(body))
                case "POST", ["swap-indexes"]:
                    return self._accept(None, "indexSwap", lambda: self._swap(body))
                case "DELETE", ["indexes", uid]:
                    return self._accept(uid, "indexDeletion", lambda: self._delete(uid))
                case "GET", ["indexes", uid]:
                    held = self._held(uid)
                    about = {"uid": uid, "primaryKey": held.key}
                    return 200, {**about, "createdAt": held.created, "updatedAt": held.updated}
                case _:
                    return self._other(method, parts, asked, body)

    def _other(
        self, method: str, parts: list[str], asked: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        match method, parts:
            case "GET", ["tasks", number]:
                return 200, self.tasks[int(number)]
            case "GET", ["indexes", uid, "settings", "displayed-attributes"]:
                return 200, self._held(uid).settings.get("displayedAttributes", ["*"])
            case "PATCH", ["indexes", uid, "settings"]:
                return self._accept(uid, "settingsUpdate", lambda: self._held(uid).settings.update(body))
            case "POST", ["indexes", uid, "documents"]:
                key = asked["primaryKey"][0]
                return self._accept(uid, "documentAdditionOrUpdate", lambda: self._put(uid, key, body))
            case "POST", ["indexes", uid, "documents", "delete"]:
                return self._accept(uid, "documentDeletion", lambda: self._drop(uid, body["filter"]))
            case "POST", ["indexes", uid, "documents", "fetch"]:
                return 200, self._fetch(uid, body)
        raise Refusal(501, "not_imitated")

    def _accept(self, uid: str | None, kind: str, do: Callable[[], None]) -> tuple[int, Any]:
        number = len(self.tasks)
        task = {"uid": number, "indexUid": uid, "status": "enqueued", "type": kind, "enqueuedAt": _now()}
        self.tasks.append(task)
        self._queue.put((number, do))
        return 202, {**task, "taskUid": number}

    def _work(self) -> None:
        while (queued := self._queue.get()) is not None:
            time.sleep(_QUEUED)
            while self.stalled:
                time.sleep(_QUEUED)
            number, do = queued
            with self._turn:
                told: dict[str, Any] = {"status": "succeeded"}
                try:
                    do()
                except (Refusal, Refused) as refused:
                    told = {"status": "failed", "error": {"code": str(refused)}}
                self.tasks[number] = {**self.tasks[number], **told, "finishedAt": _now()}

    def _held(self, uid: str) -> Held:
        if uid not in self.indexes:
            raise Refusal(404, "index_not_found")
        return self.indexes[uid]

    def _create(self, body: Any) -> None:
        if body["uid"] in self.indexes:
            raise Refusal(409, "index_already_exists")
        self.indexes[body["uid"]] = Held(body["primaryKey"])

    def _delete(self, uid: str) -> None:
        self._held(uid)
        del self.indexes[uid]

    def _swap(self, body: Any) -> None:
        for pair in body:
            one, other = pair["indexes"]
            self.indexes[one], self.indexes[other] = self._held(other), self._held(one)

    def _put(self, uid: str, key: str, body: Any) -> None:
        held = self._held(uid)
        for one in body:
            if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in one[key]):
                raise Refusal(400, "invalid_document_id")
            held.rows[one[key]] = one
        held.updated = _now()

    def _drop(self, uid: str, filter_: str) -> None:
        held = self._held(uid)
        for one in held.filtered(filter_):
            del held.rows[one[held.key]]
        held.updated = _now()

    def _fetch(self, uid: str, body: Any) -> dict[str, Any]:
        rows = self._held(uid).filtered(body.get("filter"))
        offset, limit = body.get("offset", 0), body.get("limit", 20)
        told = [{name: one[name] for name in body["fields"]} for one in rows[offset : offset + limit]]
        return {"results": told, "offset": offset, "limit": limit, "total": len(rows)}

    def _search(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["q"] or set(asked) - {
            "indexUid", "q", "filter", "limit", "attributesToRetrieve", "sort", "facets",
        }:  # fmt: skip
            raise Refusal(501, "not_imitated")
        held = self._held(asked["indexUid"])
        rows = held.filtered(asked.get("filter"))
        for one in asked.get("sort", []):
            name = one.removesuffix(":asc")
            if name not in held.settings["sortableAttributes"]:
                raise Refusal(400, "invalid_search_sort")
            rows.sort(key=lambda row, by=name: float(row[by]))  # type: ignore[misc]  # read at once
        most = held.settings.get("pagination", {}).get("maxTotalHits", 1000)
        shown = rows[: min(asked.get("limit", 20), most)]
        hits = [{name: row[name] for name in asked["attributesToRetrieve"]} for row in shown]
        told: dict[str, Any] = {"hits": hits, "estimatedTotalHits": len(rows)}
        if "facets" in asked:
            told["facetDistribution"] = {name: _counted(rows, name) for name in asked["facets"]}
        return told


def _counted(rows: list[Row], name: str) -> dict[str, int]:
    return dict(Counter(_shown(value) for row in rows for value in _values(row.get(name))))


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _shown(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else unicodedata.normalize("NFC", str(value))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        fake = cast("_Listening", self.server).fake
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        fake.asked.append(address.path)
        try:
            if fake.refusing:
                raise Refusal(503, "out_of_service")
            if fake.key is not None and self.headers.get("Authorization") != f"Bearer {fake.key}":
                raise Refusal(403, "invalid_api_key")
            given = json.loads(body) if body else None
            status, told = fake.answer(self.command, address.path, parse_qs(address.query), given)
        except Refusal as refusal:
            status, told = refusal.status, {"message": refusal.code, "code": refusal.code}
        except Refused as refused:
            status, told = 400, {"message": str(refused), "code": "invalid_search_filter"}
        sent = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 - as the base class calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fake: FakeMeilisearch) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake


@contextmanager
def listening(fake: FakeMeilisearch) -> Iterator[str]:
    """Serve a fake on a free port of this machine, and return its address."""
    server = _Listening(fake)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        fake.stop()
