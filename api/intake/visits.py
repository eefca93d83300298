"""Visits of reporters: what opens a thread stays in memory, sealed under a ticket that only they hold.

The ticket stands in the forms of the pages and in no cookie: no browser keeps it, no other site can
send it along, and the journey works where cookies are refused and over plain HTTP in an onion
service, where a `__Host-` cookie would not be taken.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from registry.errors import Unauthenticated
from registry.reports.codes import Derived
from registry.reports.policy import LONGEST_VISIT_SECONDS, MOST_VISITS, VISIT_SECONDS
from registry.reports.sealing import HYBRID, SecretKey
from registry.reports.stretching import expanded

LOCATOR, NONCE, TICKET = 32, 12, 32


@dataclass
class _Visit:
    """A visit: what it seals, and when it ends (seconds of the clock)."""

    sealed: bytes
    idle_until: float
    until: float
    done: set[str] = field(default_factory=set)


class Visits:
    """The visits that are going on in this process."""

    def __init__(self) -> None:
        self._visits: OrderedDict[bytes, _Visit] = OrderedDict()

    def begin(self, reporter: Derived, now: float, *, found: bool = True) -> str:
        """Begin a visit and return its ticket; that of a code that finds nothing opens nothing."""
        ticket = secrets.token_bytes(TICKET)
        name, nonce = _name(ticket), secrets.token_bytes(NONCE)
        sealed = nonce + _cipher(ticket).encrypt(nonce, reporter.locator + reporter.reply.seed, name)
        self._forget(now)
        visit = _Visit(sealed, now + VISIT_SECONDS, now + LONGEST_VISIT_SECONDS)
        if found:
            self._visits[name] = visit
        return ticket.hex()

    def reporter(self, ticket: str, now: float) -> Derived:
        """Return who visits; the visit goes on from now.

        Raises:
            Unauthenticated: There is no such visit, or it is over.
        """
        visit, secret, name = self._visit(ticket, now)
        visit.idle_until = now + VISIT_SECONDS
        try:
            opened = _cipher(secret).decrypt(visit.sealed[:NONCE], visit.sealed[NONCE:], name)
        except InvalidTag as never:
            raise Unauthenticated("report.visit_over") from never
        return Derived(opened[:LOCATOR], SecretKey(HYBRID, opened[LOCATOR:]))

    def first_time(self, ticket: str, act: str, now: float) -> bool:
        """Say whether an act of a visit is new: a page that is loaded again sends its form again."""
        visit, _, _ = self._visit(ticket, now)
        new = act not in visit.done
        visit.done.add(act)
        return new

    def undone(self, ticket: str, act: str, now: float) -> None:
        """Let an act that was refused be done again."""
        self._visit(ticket, now)[0].done.discard(act)

    def end(self, ticket: str, now: float) -> None:
        """End a visit; nothing of it stays."""
        _, _, name = self._visit(ticket, now)
        del self._visits[name]

    def _visit(self, ticket: str, now: float) -> tuple[_Visit, bytes, bytes]:
        self._forget(now)
        try:
            secret = bytes.fromhex(ticket)
        except ValueError:
            secret = b""
        name = _name(secret) if len(secret) == TICKET else b""
        visit = self._visits.get(name)
        if visit is None:
            raise Unauthenticated("report.visit_over")
        return visit, secret, name

    def _forget(self, now: float) -> None:
        over = [name for name, one in self._visits.items() if now >= min(one.idle_until, one.until)]
        for name in over:
            del self._visits[name]
        while len(self._visits) >= MOST_VISITS:
            self._visits.popitem(last=False)


def _name(ticket: bytes) -> bytes:
    return expanded(ticket, "visit/name")


def _cipher(ticket: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(expanded(ticket, "visit/key"))
