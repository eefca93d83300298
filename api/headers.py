"""What every answer carries: security headers by class of route, and real 304s.

One ASGI layer around the whole application, so that error pages and files have them too.
"""

import hashlib
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path

PAGES = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# the documentation page draws its icons from data: URLs in its own style sheet
DOCUMENTATION = PAGES.replace("img-src 'self'", "img-src 'self' data:")

COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}

# what only one person may see; its forms name their origin, or none could be checked
DESK = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow, noarchive",
}

# nothing of a reporter is kept anywhere, no proxy may change the length of an answer, and nothing is run
REPORTER = {
    "cache-control": "no-store, no-transform",
    "content-security-policy": (
        "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-robots-tag": "noindex, nofollow, noarchive",
}

SAFE = ("GET", "HEAD")
REVALIDATE = "public, no-cache"


def content_policy(path: str) -> str:
    """Return the Content-Security-Policy of a path."""
    return DOCUMENTATION if path == "/api" or path.startswith("/api/docs/") else PAGES


def at_desk(path: str) -> bool:
    """Say whether a path belongs to the desks, whose answers are nobody else's."""
    return path == "/desk" or path.startswith("/desk/")


def of_reporters(path: str) -> bool:
    """Say whether a path belongs to the intake of sealed reports."""
    return path == "/report" or path.startswith(("/report/", "/api/v1/reports"))


def tag_of(body: bytes) -> str:
    """Return the entity tag of a whole answer."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


class Headers:
    """Adds the headers, an entity tag to whole public answers, and answers 304 where it matches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        # the router takes `//desk/` for `/desk`; whoever counts, remembers or guards by the path must too
        told: Any = {**scope, "path": normalize_path(scope["path"])}
        asked: Any = {**told, "method": "GET"} if scope["method"] == "HEAD" else told
        await self.app(asked, receive, _Answer(told, send).send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.asked = dict(scope["headers"])
        self.onward = send
        self.start: Any = None
        self._has_body = True
        self._own = DESK if at_desk(self.path) else REPORTER if of_reporters(self.path) else {}
        self._private = b"authorization" in self.asked or bool(self._own)
        self.ended = False

    async def send(self, message: Message) -> None:
        """Hold the head back until the first body tells whether it can be tagged."""
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] != "http.response.body":
            await self.onward(message)
        elif not self.ended:
            if self.start is not None:
                await self._begin(message)
            if not self._has_body:
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            self.ended = not message.get("more_body")
            await self.onward(message)

    async def _begin(self, message: Any) -> None:
        """Send the head on, and know whether a body follows it."""
        start, self.start = self.start, None
        headers = self._headers(start)
        self._has_body = self.method != "HEAD"
        if start["status"] == 200 and self.method in SAFE and not self._private:
            if not message.get("more_body") and "etag" not in headers:
                headers["etag"] = tag_of(message["body"])
            if self._known(headers.get("etag")):
                start, self._has_body = {**start, "status": 304}, False
                for name in ("content-length", "content-type", "content-encoding"):
                    headers.pop(name, None)
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        start["headers"] = pairs
        await self.onward(start)

    def _headers(self, start: Any) -> dict[str, str]:
        given = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
        headers = {**COMMON, "content-security-policy": content_policy(self.path), **given, **self._own}
        unkept = self._private or start["status"] >= 400 or self.method not in SAFE
        headers.setdefault("cache-control", "no-store" if unkept else REVALIDATE)
        if "allow" in headers:
            offered = set(headers["allow"].split(", "))
            headers["allow"] = ", ".join(sorted(offered | ({"HEAD"} if "GET" in offered else set())))
        return headers

    def _known(self, tag: str | None) -> bool:
        offered = [
            part.strip() for part in self.asked.get(b"if-none-match", b"").decode("latin-1").split(",")
        ]
        return tag is not None and (
            offered == ["*"] or tag.removeprefix("W/") in (one.removeprefix("W/") for one in offered)
        )
