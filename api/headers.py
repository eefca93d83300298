"""What every answer carries: security headers by class of route, and real 304s.

One ASGI layer around the whole application, so that error pages and files have them too.
"""

import hashlib
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

SELF = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
PAGES = f"{SELF}; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'"
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

KEYED = ("/api/v1/proposals", "/api/v1/scores", "/api/v1/documents", "/api/v1/imports", "/api/v1/audit")
REVALIDATE = "public, no-cache"


def content_policy(path: str) -> str:
    """Return the Content-Security-Policy of a path."""
    return DOCUMENTATION if path.startswith("/api/docs") else PAGES


class Headers:
    """Adds the headers, an entity tag to whole public answers, and answers 304 where it matches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Answer(scope, send).send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.asked = dict(scope["headers"])
        self.onward = send
        self.start: Any = None

    async def send(self, message: Message) -> None:
        """Hold the head back until the first body tells whether it can be tagged."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        if message["type"] == "http.response.body" and self.start is not None:
            start, self.start = self.start, None
            headers = self._headers(start)
            tagged = (
                start["status"] == 200
                and self.method in ("GET", "HEAD")
                and b"authorization" not in self.asked
            )
            if tagged and not message.get("more_body") and "etag" not in headers and self.method == "GET":
                headers["etag"] = f'"{hashlib.blake2b(message["body"], digest_size=16).hexdigest()}"'
            if tagged and self._known(headers.get("etag")):
                start, message = self._not_modified(start, headers)
            start["headers"] = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            await self.onward(start)
        await self.onward(message)

    def _headers(self, start: Any) -> dict[str, str]:
        given = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
        headers = {**COMMON, "content-security-policy": content_policy(self.path), **given}
        keyed = b"authorization" in self.asked or self.path.startswith(KEYED)
        headers.setdefault("cache-control", "no-store" if keyed or start["status"] >= 400 else REVALIDATE)
        return headers

    def _known(self, tag: str | None) -> bool:
        offered = self.asked.get(b"if-none-match", b"").decode("latin-1")
        return tag is not None and (offered == "*" or tag in [part.strip() for part in offered.split(",")])

    def _not_modified(self, start: Any, headers: dict[str, str]) -> tuple[Any, Any]:
        for name in ("content-length", "content-type", "content-encoding"):
            headers.pop(name, None)
        return {**start, "status": 304}, {"type": "http.response.body", "body": b"", "more_body": False}
