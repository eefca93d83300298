"""The application driven in process, request by request in one event loop: thousands in seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from api.app import served
from tests.api.building import built

PROBLEM = b"application/problem+json"
INSIDE = (b"Traceback", b"sqlalchemy", b"psycopg", b"pydantic", b"msgspec")


class Sent(NamedTuple):
    """One request, as a server hands it on: the address as it was sent, the body in pieces.

    Attributes:
        whole: False where the client goes away before the body ends.
    """

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: tuple[bytes, ...] = (b"",)
    whole: bool = True


@dataclass
class Answer:
    """What came back; `status` is 0 where nothing did."""

    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    starts: int = 0


def drive(requests: Iterable[Sent], heed: Callable[[Sent, Answer], object], app: Any | None = None) -> None:
    """Send requests one after another and show each answer to `heed`."""
    layers = app or served(built())

    async def all_of_them() -> None:
        for sent in requests:
            heed(sent, await _asked(layers, sent))

    asyncio.run(all_of_them())


async def _asked(app: Any, sent: Sent) -> Answer:
    answer = Answer()
    pieces = [
        {"type": "http.request", "body": piece, "more_body": not sent.whole or n < len(sent.body)}
        for n, piece in enumerate(sent.body, start=1)
    ]

    async def receive() -> dict[str, Any]:
        return pieces.pop(0) if pieces else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.starts += 1
            answer.status, answer.headers = message["status"], tuple(message["headers"])
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    asked: Callable[..., Awaitable[None]] = app
    await asked(_scope(sent), receive, send)
    return answer


def _scope(sent: Sent) -> dict[str, Any]:
    path, _, query = sent.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": unquote(path.decode("latin-1"), errors="replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in sent.headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


def sound(sent: Sent, answer: Answer) -> None:
    """Hold an answer to what every answer must be: one, none of 5xx, nothing of our inside."""
    assert answer.starts == 1, sent
    assert answer.status < 500, (sent, answer.body)
    if answer.status >= 400 and sent.target.startswith(b"/api/") and sent.method != "HEAD":
        assert dict(answer.headers)[b"content-type"] == PROBLEM, (sent, answer)
        for word in INSIDE:
            assert word not in answer.body, (sent, answer.body)
