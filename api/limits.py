"""How often one address may ask: a limit a minute for each lane, counted in memory and never written down.

Counted is a keyed hash of the address whose key is drawn anew each day and never leaves the process, so
that nobody, not even from its memory, learns who asked. Of IPv6 the network of 64 bits counts. Requests
of the machine itself are not counted. Every process counts by itself.
"""

import hashlib
import secrets
from collections import OrderedDict
from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, Literal

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, TooManyRequestsException
from litestar.types import HTTPScope, Receive, Scope, Send

from api.edge import Edge
from registry.settings import Network

Lane = Literal["reading", "search", "matching", "recording", "sign_in"]

MATCHING = ("/api/v1/businesses/match", "/match")
READ_BY_BODY = ("/api/v1/lists/check",)
SEARCHES = ("/search", "/api/v1/businesses", "/api/v1/lists/check")
SIGN_IN = ("/desk/sign-in", "/desk/second-factor", "/desk/password", "/desk/invitation")
NEVER = ("/healthz", "/readyz", "/metrics")  # what watches the installation must always learn how it is
WINDOW = 60.0  # seconds; the settings say how often in so long
MOST = 65_536  # addresses that are remembered, some ten megabytes
KEEPER = "limits"  # under which a request finds who counts it


class Limits:
    """Answers 429 in place of the application where one address asks too often."""

    def __init__(self, app: Any, inner: Litestar) -> None:
        self.app = app
        self.inner = inner
        self._free_at: OrderedDict[tuple[Lane, bytes], float] = OrderedDict()
        self._day = date.min
        self._key = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        wait = self._wait(scope) if scope["type"] == ScopeType.HTTP else 0
        if not wait:
            scope.setdefault("state", {})[KEEPER] = self
            await self.app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        answer: Any = self.inner.exception_handlers[HTTPException]
        refused = answer(request, TooManyRequestsException(headers={"Retry-After": str(wait)}))
        await refused.to_asgi_response(app=None, request=request)(scope, receive, send)

    def count_more(self, scope: HTTPScope, places: int) -> None:
        """Count a request that was let in for more than one, so that the address waits longer after it."""
        who, limit = self._who(scope)
        if who is not None and who in self._free_at:
            self._free_at[who] += places * WINDOW / limit

    def _wait(self, scope: HTTPScope) -> int:
        """Return after how many seconds the address may ask in this lane again; 0: now, and it counts."""
        who, limit = self._who(scope)
        if who is None:
            return 0
        now = self._edge.now().timestamp()
        # as if each request held a place for WINDOW / limit seconds, of which `limit` may be held at once
        free_at = max(now, self._free_at.get(who, 0.0)) + WINDOW / limit
        if free_at - now > WINDOW:
            return max(1, ceil(free_at - now - WINDOW))
        self._free_at[who] = free_at
        self._free_at.move_to_end(who)
        if len(self._free_at) > MOST:
            self._free_at.popitem(last=False)
        return 0

    def _who(self, scope: HTTPScope) -> tuple[tuple[Lane, bytes] | None, int]:
        """Return lane and hashed address of a request, None where nothing is limited, and the limit."""
        edge = self._edge
        lane = lane_of(scope["method"], scope["path"])
        limit = getattr(edge.settings, f"limit_{lane}") if lane else 0
        address = asking(scope, edge.settings.trusted_proxies) if limit else None
        if lane is None or address is None:
            return None, 0
        if edge.today() != self._day:
            self._day, self._key = edge.today(), secrets.token_bytes(32)
            self._free_at.clear()
        return (lane, hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()), limit

    @property
    def _edge(self) -> Edge:
        edge: Edge = self.inner.state.edge
        return edge


def count_names(request: Request[Any, Any, Any], names: int) -> None:
    """Count a list that is matched by its names: the request itself was counted as the first of them."""
    keeper: Limits = request.scope["state"][KEEPER]
    keeper.count_more(request.scope, names - 1)


def lane_of(method: str, path: str) -> Lane | None:
    """Return the lane of a request by its path in the one spelling; None: it is never limited."""
    if path in NEVER:
        return None
    if method not in ("GET", "HEAD", "OPTIONS") and path.startswith(SIGN_IN):
        return "sign_in"
    if path in MATCHING and method == "POST":
        return "matching"
    if path in SEARCHES and (method != "POST" or path in READ_BY_BODY):
        return "search"
    return "reading" if method in ("GET", "HEAD", "OPTIONS") else "recording"


def asking(scope: HTTPScope, proxies: tuple[Network, ...]) -> str | None:
    """Return the network that asks, as the nearest proxy of one's own saw it; None: this machine itself.

    Args:
        scope: The request.
        proxies: Networks whose word about an address is taken: the proxies before this process.
    """
    client = scope["client"]
    told = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    hops = [*told.decode("latin-1").split(","), client[0] if client else ""]
    for hop in reversed(hops):
        try:
            address = ip_address(hop.strip())
        except ValueError:
            return None if hop is hops[-1] or not hop.strip() else "unreadable"
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not any(address in network for network in proxies):
            whole = isinstance(address, IPv6Address)
            return str(ip_network((address, 64), strict=False)) if whole else str(address)
    return None
