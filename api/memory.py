"""Public answers remembered for as long as nothing has changed that any of them may show.

Before an answer is given again the database is asked whether anything was committed since it was made
but sessions and the like (`registry.store.changes`); a withdrawal, like every act, makes all answers
anew. So the database still decides what may be seen, at the moment in which it is read. The day is part
of the question: at midnight nothing is left.
"""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from sqlalchemy.exc import DBAPIError, TimeoutError

from api.edge import Edge
from api.headers import at_desk, of_reporters, tag_of
from registry.store.watch import one_state

MOST_BYTES = 16_777_216
LARGEST = 262_144  # as it was sent
PACKED_FROM = 4096  # bytes; to unpack a smaller one costs more than its room is worth
AROUND = 1024  # bytes that an answer takes beside its body: headers, and the objects that hold them
# what tells of the process, and a file that is released after the commit that made it
NEVER = ("/healthz", "/readyz", "/metrics", "/api/v1/log/checkpoint")

Key = tuple[str, bytes]


class Kept(NamedTuple):
    """A whole answer with status 200, large ones packed."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    packed: bool


class Memory:
    """Gives an answer again while the state that it was made from stands."""

    def __init__(self, app: ASGIApp, edge: Callable[[], Edge]) -> None:
        self.app = app
        self._edge = edge
        self._answers: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._state: object = None
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[object] | None = None  # a question that has not begun yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the application answer and remember it."""
        if scope["type"] != ScopeType.HTTP or not _may_be_kept(scope):
            await self.app(scope, receive, send)
            if str(scope["type"]) == "lifespan":
                self._edge().watch.close()
            return
        state = await self._now()
        if state != self._state:
            self._answers.clear()
            self._state, self._bytes = state, 0
        key = (scope["path"], scope["query_string"])
        known = self._answers.get(key) if state is not None else None
        if known is None:
            with one_state({} if state is None else {state[0]: state[1]}):
                await self.app(scope, receive, _Noted(self, state, key, send).send)
            return
        self._answers.move_to_end(key)
        body = zlib.decompress(known.body) if known.packed else known.body
        await send({"type": "http.response.start", "status": 200, "headers": [*known.headers]})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _now(self) -> Any:
        """Return what every public answer depends on, or None where the database does not tell."""
        edge = self._edge()
        try:
            mark = await self._mark(edge) if edge.watch.waits else edge.watch.mark()
        except (DBAPIError, TimeoutError):  # the handler meets it too, and answers for it
            return None
        indexed = await sync_to_thread(edge.index.mark) if edge.index.waits else edge.index.mark()
        return edge.watch, mark, indexed, edge.today()

    async def _mark(self, edge: Edge) -> object:
        """Return the mark of a question that was begun after this call, the same for all who wait for it."""

        async def ask() -> object:
            async with self._turn:
                self._next = None  # it begins: whoever comes from here on waits for the one after it
                return await sync_to_thread(edge.watch.mark)

        if self._next is None:
            self._next = asyncio.create_task(ask())
        return await asyncio.shield(self._next)  # who leaves does not take it from the others

    def keep(self, state: object, key: Key, start: Any, body: bytes) -> None:
        """Remember an answer, unless the state has changed while it was made."""
        if state is None or state != self._state or key in self._answers or len(body) > LARGEST:
            return
        packed = len(body) >= PACKED_FROM
        kept = Kept(tuple(start["headers"]), zlib.compress(body, 1) if packed else body, packed)
        self._answers[key] = kept
        self._bytes += _size(key, kept)
        while self._bytes > MOST_BYTES:
            self._bytes -= _size(*self._answers.popitem(last=False))


class _Noted:
    """An answer on its way out, tagged and noted if it comes whole."""

    def __init__(self, memory: Memory, state: object, key: Key, onward: Send) -> None:
        self.memory, self.state, self.key, self.onward = memory, state, key, onward
        self.start: Any = None

    async def send(self, message: Any) -> None:
        """Hold the head back until the first body tells whether it is all."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        start, self.start = self.start, None
        if start is not None:
            if _is_whole(start, message):
                start = {**start, "headers": _tagged(start["headers"], message["body"])}
                self.memory.keep(self.state, self.key, start, message["body"])
            await self.onward(start)
        await self.onward(message)


def _is_whole(start: Any, message: Any) -> bool:
    is_body = message["type"] == "http.response.body"
    return is_body and start["status"] == 200 and not message.get("more_body")


def _tagged(headers: Any, body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers with the entity tag, so that it need not be found again each time."""
    if any(name.lower() == b"etag" for name, _ in headers):
        return [*headers]
    return [*headers, (b"etag", tag_of(body).encode())]


def _size(key: Key, kept: Kept) -> int:
    return len(kept.body) + len(key[0]) + len(key[1]) + AROUND


def _may_be_kept(scope: HTTPScope) -> bool:
    path = scope["path"]
    keyed = any(name == b"authorization" for name, _ in scope["headers"])
    for_all = not keyed and not at_desk(path) and not of_reporters(path)
    return scope["method"] == "GET" and for_all and path not in NEVER
