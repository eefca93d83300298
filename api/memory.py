"""Public answers remembered for as long as nothing has changed at all.

Before an answer is given again the database is asked whether anything was committed since it was
made; a withdrawal, like every act, makes all answers anew. So the database still decides what may be
seen, at the moment in which it is read. The day is part of the question: at midnight nothing is left.
"""

from collections import OrderedDict
from typing import Any

from litestar import Litestar
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Message, Receive, Scope, Send
from sqlalchemy.exc import DBAPIError, TimeoutError

from api.edge import Edge
from api.headers import at_desk

MOST_BYTES = 16_777_216
LARGEST = 262_144
AROUND = 2048  # bytes that an answer takes beside its body: headers, and the objects that hold them
# what tells of the process, and a file that is released after the commit that made it
NEVER = ("/healthz", "/readyz", "/metrics", "/api/v1/log/checkpoint")

Key = tuple[str, bytes]
Sent = tuple[Any, Any]


class Memory:
    """Gives an answer again while the state that it was made from stands."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self._answers: OrderedDict[Key, Sent] = OrderedDict()
        self._bytes = 0
        self._state: object = None

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
        if state is not None and key in self._answers:
            self._answers.move_to_end(key)
            for message in self._answers[key]:
                await send(dict(message))  # type: ignore[arg-type]  # a copy: outer layers complete it
            return
        await self.app(scope, receive, _Noted(self, state, key, send).send)

    def _edge(self) -> Edge:
        edge: Edge = self.app.state.edge
        return edge

    async def _now(self) -> object:
        """Return what every public answer depends on, or None where the database does not tell."""
        edge = self._edge()
        try:
            mark = await sync_to_thread(edge.watch.mark) if edge.watch.waits else edge.watch.mark()
        except (DBAPIError, TimeoutError):  # the handler meets it too, and answers for it
            return None
        indexed = await sync_to_thread(edge.index.mark) if edge.index.waits else edge.index.mark()
        return edge.watch, mark, indexed, edge.today()

    def keep(self, state: object, key: Key, sent: Sent) -> None:
        """Remember an answer, unless the state has changed while it was made."""
        if state is None or state != self._state or key in self._answers or _size(key, sent) > LARGEST:
            return
        self._answers[key] = sent
        self._bytes += _size(key, sent)
        while self._bytes > MOST_BYTES:
            self._bytes -= _size(*self._answers.popitem(last=False))


class _Noted:
    """An answer on its way out, noted if it comes whole."""

    def __init__(self, memory: Memory, state: object, key: Key, onward: Send) -> None:
        self.memory, self.state, self.key, self.onward = memory, state, key, onward
        self.start: Any = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = dict(message) if message["status"] == 200 else None
        elif message["type"] == "http.response.body" and self.start is not None:
            if not message.get("more_body"):
                self.memory.keep(self.state, self.key, (self.start, dict(message)))
            self.start = None
        await self.onward(message)


def _size(key: Key, sent: Sent) -> int:
    return len(sent[1]["body"]) + len(key[0]) + len(key[1]) + AROUND


def _may_be_kept(scope: HTTPScope) -> bool:
    keyed = any(name == b"authorization" for name, _ in scope["headers"])
    for_all = not keyed and not at_desk(scope["path"])
    return scope["method"] == "GET" and for_all and scope["path"] not in NEVER
