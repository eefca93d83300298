"""The plainest questions of all, answered without the framework: `GET …?q=` and nothing beside it.

To find the route, read the query into arguments, resolve what the handler needs and wrap what it returns
takes as long as the search itself. Whatever is asked otherwise, and whatever is refused or fails, goes
the whole way, so that every refusal is still given in one place.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from litestar import Litestar
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError

from api import businesses, suggestions
from api.edge import Edge
from registry.errors import Refusal

ANSWERS: Mapping[str, Callable[[Edge, str], bytes]] = {
    "/api/v1/businesses": lambda edge, text: businesses.answered(edge, businesses.question(edge, text=text)),
    "/api/v1/suggestions": suggestions.answered,
}


class Plain:
    """Answers such a question, and hands everything else to the application."""

    def __init__(self, app: Litestar) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        body = await self._answer(scope)
        if body is None:
            await self.app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _answer(self, scope: Scope) -> bytes | None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET" or scope["path"] not in ANSWERS:
            return None
        text = text_of(scope["query_string"])
        if text is None:
            return None
        edge: Edge = self.app.state.edge
        asked: Any = (ANSWERS[scope["path"]], edge, text)
        # in this process all is at hand, and another thread costs more than the search
        return await sync_to_thread(_answered, *asked) if edge.waits else _answered(*asked)


def text_of(query: bytes) -> str | None:
    """Return what a query asks for where it says `q` once and nothing else; None: it is not plain."""
    said = [part for part in query.split(b"&") if part]
    if len(said) != 1 or not said[0].startswith(b"q=") or not query.isascii():
        return None
    text = unquote_plus(said[0][2:].decode("ascii"))
    return None if "\0" in text else text


def _answered(answer: Callable[[Edge, str], bytes], edge: Edge, text: str) -> bytes | None:
    try:
        return answer(edge, text)
    except (Refusal, SQLAlchemyError):  # the whole way meets it again, and answers for it
        return None
